import { expect, it } from 'vitest';
import type { Tenant } from '../../../src/model/tenant.ts';
import { LoginAttempts } from '../../../src/tenant/login-attempts.ts';
import { PASSWORD_REALM } from '../../../src/tenant/password.ts';
import { api, fullTenant, login, machine, MAIN, realmLogin, type TokenParameters } from '../../support/full-tenant.ts';
import { localTenant, type TokenAnswer } from '../../support/local-tenant.ts';

type Refusal = readonly [status: number, error: string, description: string];

const UNAUTHORIZED: Refusal = [401, 'access_denied', 'Unauthorized'];
const WRONG_PASSWORD: Refusal = [403, 'invalid_grant', 'Wrong email or password.'];
const NOT_ENABLED: Refusal = [403, 'unauthorized_client', 'The connection is not enabled for this client'];
const NO_DIRECTORY: Refusal = [500, 'server_error', 'Authorization server not configured with default connection.'];
const TOO_MANY: Refusal = [
  429,
  'too_many_attempts',
  "Your account has been blocked after multiple consecutive login attempts. We've sent you a notification via your preferred contact method with instructions on how to unblock it.",
];
const denied = (description: string): Refusal => [403, 'access_denied', description];
const missing = (name: string): Refusal => [400, 'invalid_request', `Missing required parameter: ${name}`];
const unsupported = (grantType: string): Refusal => [
  403,
  'unsupported_grant_type',
  `Unsupported grant type: ${grantType}`,
];
const notAllowed = (grantType: string): Refusal => [
  403,
  'unauthorized_client',
  `Grant type '${grantType}' not allowed for the client.`,
];
const noGrant = (audience: string, client = 'test-app'): Refusal =>
  denied(
    `Client "${client}" is not authorized to access resource server "${audience}". You need to create a "client-grant" associated to this API.`,
  );

const OTHER = 'https://other.example.com';
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';

const GRANT_TYPES = 'https://auth0.com/docs/clients/client-grant-types';

type ErrorRow = readonly [
  request: string,
  parameters: TokenParameters,
  refusal: Refusal,
  client?: string,
  tenant?: Partial<Tenant>,
];

const ERRORS: readonly ErrorRow[] = [
  ['an unknown client', machine({ client_id: 'x' }), UNAUTHORIZED],
  ['a wrong secret', machine({ client_secret: 'x' }), UNAUTHORIZED],
  ['no secret', machine({ client_secret: undefined }), UNAUTHORIZED],
  ['no client_id', machine({ client_id: undefined }), [401, 'invalid_client', 'Missing client_id']],
  ['no grant_type', {}, missing('grant_type')],
  ['no username', login('editor', { username: undefined }), missing('username')],
  ['no password', login('editor', { password: undefined }), missing('password')],
  ['no realm', realmLogin('editor', undefined), missing('realm')],
  ['an unknown audience of a service', machine(api('other')), denied(`Service not enabled within domain: ${OTHER}`)],
  // docs/fidelity.md F110
  ['an unknown audience of a user', login('editor', api('other')), denied(`Service not found: ${OTHER}`)],
  [
    'no audience of a service',
    machine({ audience: undefined }),
    denied('Non-global clients are not allowed access to APIv1'),
  ],
  // docs/fidelity.md F111
  ['a client without a client grant', machine(), noGrant(MAIN, 'ungranted'), 'ungranted'],
  [
    'a client whose client grant is for another API',
    machine(api('open')),
    noGrant('https://open.example.com', 'machine'),
    'machine',
  ],
  [
    'a third party without a client grant',
    machine(api('open')),
    noGrant('https://open.example.com', 'partner'),
    'partner',
  ],
  ['a service at an API that denies clients', machine(api('closed')), noGrant('https://closed.example.com')],
  [
    // docs/fidelity.md F100
    'a user at an API that denies users',
    login('editor', api('closed')),
    noGrant('https://closed.example.com'),
  ],
  [
    'a user login without the required client grant',
    login('editor', api('granted')),
    noGrant('https://granted.example.com', 'login'),
    'login',
  ],
  [
    'a scope outside the client grant',
    machine({ scope: 'read:appointments' }),
    denied('Client has not been granted scopes: read:appointments'),
  ],
  [
    'two scopes outside the client grant and one within',
    machine({ scope: 'a read:user b' }),
    denied('Client has not been granted scopes: a, b'),
  ],
  [
    'OpenID Connect scopes of a service',
    machine({ scope: 'openid profile' }),
    denied('Client has not been granted scopes: openid, profile'),
  ],
  // docs/fidelity.md F112
  ['a client without the client_credentials grant', machine(), notAllowed('client_credentials'), 'login'],
  ['a client without the password grant', login('editor'), notAllowed('password'), 'machine'],
  [
    'a client without the password-realm grant',
    realmLogin('lenient', 'lenient'),
    notAllowed(PASSWORD_REALM),
    'machine',
  ],
  ['the password grant of a third party', login('editor'), notAllowed('password'), 'partner'],
  [
    'the password-realm grant of a third party',
    realmLogin('lenient', 'lenient'),
    notAllowed(PASSWORD_REALM),
    'partner',
  ],
  ['the grant type refresh_token', { grant_type: 'refresh_token' }, notAllowed('refresh_token')],
  ['the grant type authorization_code', { grant_type: 'authorization_code' }, notAllowed('authorization_code')],
  ['the grant type device_code', { grant_type: DEVICE }, notAllowed(DEVICE)],
  ['an unknown grant type', { grant_type: 'machine' }, unsupported('machine')],
  ['the implicit grant, which has no token request', { grant_type: 'implicit' }, unsupported('implicit')],
  [
    'a client assertion without its type',
    machine({ client_secret: undefined, client_assertion: 'a.b.c' }),
    [400, 'invalid_request', 'client_assertion_type must be urn:ietf:params:oauth:client-assertion-type:jwt-bearer'],
  ],
  ['a wrong password', login('editor', { password: 'x' }), WRONG_PASSWORD],
  ['an unknown user', login('unknown'), WRONG_PASSWORD],
  ['a user of another database', login('lenient'), WRONG_PASSWORD],
  ['a blocked user', login('blocked'), [403, 'unauthorized', 'user is blocked']],
  ['a blocked user with a wrong password', login('blocked', { password: 'x' }), WRONG_PASSWORD],
  ['an unknown realm', realmLogin('editor', 'x'), [403, 'invalid_request', "Unknown realm 'x'"]],
  ['a realm that is enabled for no client', realmLogin('disabled', 'disabled'), NOT_ENABLED],
  ['a realm that is enabled for another client', realmLogin('lenient', 'lenient'), NOT_ENABLED, 'login'],
  ...['organization', 'resource', 'authorization_details'].map((name): ErrorRow => [
    // docs/fidelity.md F114
    `the parameter ${name}, which the twin does not support`,
    machine({ [name]: 'x' }),
    [400, 'invalid_request', `The twin does not support the parameter ${name}`],
  ]),
  [
    'the password grant without a default directory',
    login('editor'),
    NO_DIRECTORY,
    'test-app',
    { defaultDirectory: undefined },
  ],
  [
    'a default directory that is enabled for another client',
    login('lenient'),
    NOT_ENABLED,
    'login',
    { defaultDirectory: 'lenient' },
  ],
];

const ROWS = ERRORS.map(
  ([request, parameters, refusal, client = 'test-app', tenant = {}]) =>
    [request, client, parameters, refusal, tenant] as const,
);

const LEGACY =
  'The twin does not support a request without an audience from a client that is not OIDC conformant; ' +
  'send an audience, or declare test-app with oidcConformant: true';

const saying = ([status, error, description]: Refusal): TokenAnswer => ({
  status,
  body: {
    error,
    error_description: description,
    ...(description.startsWith('Grant type ') && { error_uri: GRANT_TYPES }),
  },
});

it.each(ROWS)(
  'The tenant rejects a token request with %s (client %s)',
  async (_request, client, parameters, refusal, tenant) => {
    expect(await localTenant(fullTenant(tenant)).requestToken(parameters, client)).toEqual(saying(refusal));
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
  expect(await requestToken(login('editor', { audience: undefined }))).toEqual(
    saying([400, 'invalid_request', LEGACY]),
  );
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
    expect(await requestToken(login('phantom'))).toEqual(saying(WRONG_PASSWORD));
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
