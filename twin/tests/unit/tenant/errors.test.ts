import { expect, it } from 'vitest';
import type { Tenant } from '../../../src/model/tenant.ts';
import { LoginAttempts } from '../../../src/tenant/login-attempts.ts';
import { PASSWORD_REALM } from '../../../src/tenant/password.ts';
import { api, fullTenant, login, machine, MAIN, realmLogin, type TokenParameters } from '../../support/full-tenant.ts';
import { localTenant, type TokenAnswer } from '../../support/local-tenant.ts';
import * as is from '../../support/token-requests.ts';
import type { TenantAnswer } from '../../support/token-requests.ts';

type ErrorRow = [
  request: string,
  parameters: TokenParameters,
  answer: TenantAnswer,
  client?: string,
  tenant?: Partial<Tenant>,
];

const TOO_MANY = is.refusal(
  429,
  'too_many_attempts',
  "Your account has been blocked after multiple consecutive login attempts. We've sent you a notification via your preferred contact method with instructions on how to unblock it.",
);
const NOT_ENABLED = is.refusal(403, 'unauthorized_client', 'The connection is not enabled for this client');
const notAllowed = (grantType: string): TenantAnswer =>
  is.refusal(403, 'unauthorized_client', `Grant type '${grantType}' not allowed for the client.`);
const noGrant = (audience: string, client = 'test-app'): TenantAnswer =>
  is.denied(
    `Client "${client}" is not authorized to access resource server "${audience}". You need to create a "client-grant" associated to this API.`,
  );

const ASSERTED = { client_secret: undefined, client_assertion: 'a.b.c' };
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
const [CLOSED, GRANTED, OPEN] = ['closed', 'granted', 'open'].map((name) => `https://${name}.example.com`) as [
  string,
  string,
  string,
];

/** `support/hostile-parameters.ts` has the errors of missing and wrong parameters. */
const ERRORS: readonly ErrorRow[] = [
  // docs/fidelity.md F111
  ['a client without a client grant', machine(), noGrant(MAIN, 'ungranted'), 'ungranted'],
  ['a client whose client grant is for another API', machine(api('open')), noGrant(OPEN, 'machine'), 'machine'],
  ['a third party without a client grant', machine(api('open')), noGrant(OPEN, 'partner'), 'partner'],
  ['a service at an API that denies clients', machine(api('closed')), noGrant(CLOSED)],
  // docs/fidelity.md F100
  ['a user at an API that denies users', login('editor', api('closed')), noGrant(CLOSED)],
  ['a user without a required client grant', login('editor', api('granted')), noGrant(GRANTED, 'login'), 'login'],
  ['two scopes outside the client grant and one within', machine({ scope: 'a read:user b' }), is.notGranted('a, b')],
  ['OpenID Connect scopes of a service', machine({ scope: 'openid profile' }), is.notGranted('openid, profile')],
  // docs/fidelity.md F112
  ['a client without the client_credentials grant', machine(), notAllowed('client_credentials'), 'login'],
  ['a client without the password grant', login('editor'), notAllowed('password'), 'machine'],
  ...['machine', 'partner'].map((client): ErrorRow => [
    'a client without the password-realm grant',
    realmLogin('lenient', 'lenient'),
    notAllowed(PASSWORD_REALM),
    client,
  ]),
  ['the password grant of a third party', login('editor'), notAllowed('password'), 'partner'],
  ...['refresh_token', 'authorization_code', DEVICE].map((grant_type): ErrorRow => [
    `the grant type ${grant_type}`,
    { grant_type },
    notAllowed(grant_type),
  ]),
  ['a client assertion without its type', machine(ASSERTED), is.NO_ASSERTION_TYPE],
  ['the implicit grant, which has no token request', { grant_type: 'implicit' }, is.unsupported('implicit')],
  // docs/fidelity.md F117
  ['a wrong password', login('editor', { password: 'x' }), is.WRONG_PASSWORD],
  ['a user of another database', login('lenient'), is.WRONG_PASSWORD],
  ['a blocked user', login('blocked'), is.refusal(403, 'unauthorized', 'user is blocked')],
  ['a blocked user with a wrong password', login('blocked', { password: 'x' }), is.WRONG_PASSWORD],
  ['a realm that is enabled for no client', realmLogin('disabled', 'disabled'), NOT_ENABLED],
  ['a realm that is enabled for another client', realmLogin('lenient', 'lenient'), NOT_ENABLED, 'login'],
  ...['organization', 'resource', 'authorization_details'].map((name): ErrorRow => [
    // docs/fidelity.md F114
    `the parameter ${name}, which the twin does not support`,
    machine({ [name]: 'x' }),
    is.badRequest(`The twin does not support the parameter ${name}`),
  ]),
  [
    'the password grant without a default directory',
    login('editor'),
    is.refusal(500, 'server_error', 'Authorization server not configured with default connection.'),
    'test-app',
    { defaultDirectory: undefined },
  ],
  ['a default directory of another client', login('lenient'), NOT_ENABLED, 'login', { defaultDirectory: 'lenient' }],
];

const LEGACY =
  'The twin does not support a request without an audience from a client that is not OIDC conformant; ' +
  'send an audience, or declare test-app with oidcConformant: true';

const saying = ({ status, error, description = '' }: TenantAnswer): TokenAnswer => ({
  status,
  body: {
    error,
    error_description: description,
    ...(description.startsWith('Grant type ') && { error_uri: 'https://auth0.com/docs/clients/client-grant-types' }),
  },
});

it.each(ERRORS)(
  'The tenant rejects a token request with %s: row %#',
  async (_request, parameters, answer, client = 'test-app', tenant = {}) => {
    expect(await localTenant(fullTenant(tenant)).requestToken(parameters, client)).toEqual(saying(answer));
  },
);

// docs/fidelity.md F136
it('The tenant takes documented parameters without effect, and the log names them', async () => {
  const { requestToken, log } = localTenant(fullTenant());
  expect((await requestToken(machine({ ...api('main'), device: 'phone', redirect_uri: 'https://x' }))).status).toBe(
    200,
  );
  expect(log.at(-1)).toMatch(/gets scope .*; without effect here: device, redirect_uri$/);
});

it('The tenant rejects a user’s token request without an audience from a client that is not OIDC conformant, and no other', async () => {
  const { clients } = fullTenant();
  const legacy = fullTenant({ clients: clients.map((client) => ({ ...client, legacy: true })) });
  const { requestToken } = localTenant(legacy);
  expect(await requestToken(login('editor', { audience: undefined }))).toEqual(saying(is.badRequest(LEGACY)));
  expect((await requestToken(login('editor'))).status).toBe(200);
  expect((await requestToken(machine())).status).toBe(200);
});

it('The tenant blocks an account after ten wrong passwords in a row, in any letter case of its name', async () => {
  const { requestToken } = localTenant(fullTenant());
  const wrong = login('unlucky', { password: 'x' });
  for (let attempt = 1; attempt <= 9; attempt++) expect((await requestToken(wrong)).status).toBe(403);
  // A good one ends the row.
  expect((await requestToken(login('unlucky'))).status).toBe(200);
  for (let attempt = 1; attempt <= 10; attempt++) expect((await requestToken(wrong)).status).toBe(403);
  for (const username of ['unlucky@example.com', 'UNLUCKY@example.com']) {
    expect(await requestToken(login('unlucky', { username }))).toEqual(saying(TOO_MANY));
  }
  expect((await requestToken(login('editor'))).status).toBe(200);
});

it('The tenant blocks an unknown account after ten attempts too, so that no response tells which exist', async () => {
  const { requestToken } = localTenant(fullTenant());
  for (let attempt = 1; attempt <= 10; attempt++) {
    expect(await requestToken(login('phantom'))).toEqual(saying(is.WRONG_PASSWORD));
  }
  expect(await requestToken(login('phantom'))).toEqual(saying(TOO_MANY));
});

// docs/fidelity.md F115
it('The tenant keeps a block while 10,001 other names fail to log in', () => {
  const logins = new LoginAttempts();
  for (let attempt = 1; attempt <= 10; attempt++) logins.failed('users', 'blocked');
  for (let number = 0; number <= 10_000; number++) logins.failed('users', `name-${number}`);
  expect(logins.areTooMany('users', 'blocked')).toBe(true);
});

it('The tenant blocks no account of a database that switches the protection off', async () => {
  const { requestToken } = localTenant(fullTenant());
  const right = realmLogin('lenient', 'lenient');
  for (let attempt = 1; attempt <= 11; attempt++) await requestToken({ ...right, password: 'x' });
  expect((await requestToken(right)).status).toBe(200);
});

it('The token endpoint’s responses are not stored and have the type application/json', async () => {
  const { headers } = await localTenant(fullTenant()).fetch(
    new Request('http://localhost/oauth/token', { method: 'POST' }),
  );
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('pragma')).toBe('no-cache');
  expect(headers.get('content-type')).toBe('application/json');
});
