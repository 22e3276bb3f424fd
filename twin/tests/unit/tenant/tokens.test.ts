import { decodeJwt, decodeProtectedHeader } from 'jose';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { api, fullTenant, login, machine, realmLogin, type TokenParameters } from '../../support/full-tenant.ts';
import { localTenant, signingTenant } from '../../support/local-tenant.ts';
import { loginState } from '../../../src/tenant/login-state.ts';
import type { Tenant } from '../../../src/model/tenant.ts';

const ISSUER = 'https://tenant.eu.auth0.com/';
const USERINFO = `${ISSUER}userinfo`;
const START = Date.parse('2026-03-01T12:00:00.900Z');
const SECONDS = Math.floor(START / 1000);

let tenant: Awaited<ReturnType<typeof signingTenant>>;
let clock: number;

beforeEach(() => void (clock = START));
beforeAll(async () => {
  tenant = await signingTenant(fullTenant(), () => clock);
});

const editor = (name: string, scope?: string): TokenParameters => login('editor', api(name, scope));
const NO_ROLES = login('unlucky', api('authz', 'openid read'));
const OPAQUE = { audience: undefined, scope: 'openid read' };
const BOTH = 'write:user read:user';
const PROFILED = 'openid read profile email';

type ScopeRow = [name: string, parameters: TokenParameters, scope: string | undefined, client?: string];

const SCOPES: readonly ScopeRow[] = [
  ['a service that requests none gets its whole client grant', machine(), 'read:user write:user'],
  ['a service that requests a part gets the part', machine({ scope: 'write:user' }), 'write:user'],
  ['a service that requests all gets all, in the requested order', machine({ scope: BOTH }), BOTH],
  ['a service gets a scope once that it requests twice', machine({ scope: 'read:user read:user' }), 'read:user'],
  ['a service with an empty client grant gets a token without a scope', machine(), undefined, 'machine'],
  ['a service gets its client grant, with or without RBAC', machine(api('authz')), 'read write'],
  ['a third party gets its client grant', machine(), 'read:user', 'partner'],
  ['with RBAC, a user gets what is requested and permitted', editor('authz', 'write admin'), 'write'],
  ['with RBAC, a user gets permitted scopes in the requested order', editor('authz', 'admin write read'), 'write read'],
  ['with RBAC, a user who requests none gets none', editor('authz'), undefined],
  ['with RBAC, a user gets nothing that is not permitted', editor('authz', 'admin'), undefined],
  ['with RBAC, scopes that the API lacks are dropped', editor('authz', 'read delete read:user'), 'read'],
  ['with RBAC, the scopes of OpenID Connect are granted', editor('authz', `${PROFILED} admin`), PROFILED],
  ['with RBAC, a user without roles gets only OpenID Connect scopes', NO_ROLES, 'openid'],
  ['with RBAC, offline_access is not granted', editor('authz', 'openid offline_access'), 'openid'],
  ['without RBAC, a user who requests none gets all of the API', editor('open'), 'read write admin'],
  ['without RBAC, a user who requests a part gets the part', editor('open', 'admin'), 'admin'],
  ['without RBAC, scopes that the API lacks are dropped', editor('open', 'openid admin delete'), 'openid admin'],
  ['without RBAC, a request for openid alone gets no scope of the API', editor('open', 'openid'), 'openid'],
  ['a client grant for users is the limit if the API requires one', editor('granted', 'read write'), 'read'],
  ['a client grant for users is no limit if the API requires none', editor('authz', 'read write'), 'read write'],
  ['a user without an audience gets only OpenID Connect scopes', login('editor', OPAQUE), 'openid'],
];

it.each(SCOPES)('Token scopes: %s', async (_name, parameters, scope, client = 'test-app') => {
  const { status, body } = await tenant.requestToken(parameters, client);
  expect(status).toBe(200);
  expect(body['scope']).toBe(scope);
  const isOpaque = 'audience' in parameters && parameters['audience'] === undefined;
  if (!isOpaque) expect(decodeJwt(String(body['access_token']))['scope']).toBe(scope);
});

type BodyRow = readonly [name: string, parameters: TokenParameters, idToken: boolean, scope: boolean, lifetime: number];

const BODIES: readonly BodyRow[] = [
  ['a service', machine(), false, true, 3600],
  ['a service at another API', machine(api('open')), false, true, 600],
  ['a user', editor('open'), false, true, 600],
  ['a user without scope', editor('authz'), false, false, 600],
  ['a user with openid', editor('authz', 'openid'), true, true, 600],
  ['a user in a realm', realmLogin('lenient', 'lenient', { scope: 'openid' }), true, true, 3600],
  ['a user without audience', login('editor', { audience: undefined }), false, false, 86_400],
];

it.each(BODIES)(
  'The token response for %s has its fields in Auth0’s order',
  async (_name, parameters, idToken, scope, lifetime) => {
    const { body } = await tenant.requestToken(parameters);
    const some = [...(idToken ? ['id_token'] : []), ...(scope ? ['scope'] : [])];
    expect(Object.keys(body)).toEqual(['access_token', ...some, 'expires_in', 'token_type']);
    expect(body).toMatchObject({ expires_in: lifetime, token_type: 'Bearer' });
  },
);

/** The claims that differ; the others are the same in every token. */
type ClaimsRow = [gty: string, parameters: TokenParameters, scope: string | undefined, more?: TokenParameters];

const PERMISSIONS = { permissions: ['read', 'write'] };
const LENIENT = realmLogin('lenient', 'lenient', api('open', 'read'));

const CLAIMS: readonly ClaimsRow[] = [
  ['client-credentials', machine(api('open', 'read')), 'read'],
  // docs/fidelity.md F113
  ['client-credentials', machine(api('authz')), 'read write', PERMISSIONS],
  ['password', editor('open', 'read'), 'read'],
  ['password', editor('granted'), undefined],
  ['password', editor('open', 'openid read'), 'openid read'],
  ['password', editor('authz', 'read'), 'read', PERMISSIONS],
  ['password-realm', LENIENT, 'read'],
];

it.each(CLAIMS)(
  'The access token of the grant %s for %o has its claims in Auth0’s order',
  async (gty, parameters, scope, more = {}) => {
    const { body } = await tenant.requestToken(parameters);
    const { audience } = parameters;
    const aud = scope?.includes('openid') === true ? [audience, USERINFO] : audience;
    const token = String(body['access_token']);
    const payload = decodeJwt(token);
    const azp = 'test-app';
    const sub = gty === 'client-credentials' ? `${azp}@clients` : payload.sub;
    expect(sub).toMatch(gty === 'client-credentials' ? /@clients$/ : /^auth0\|[0-9a-f]{24}$/);
    const times = { iat: SECONDS, exp: SECONDS + 600 };
    // As texts, since their order counts.
    const claims = { iss: ISSUER, sub, aud, ...times, ...(scope && { scope }), gty, azp, ...more };
    expect(JSON.stringify(payload)).toBe(JSON.stringify(claims));
    const { kid } = decodeProtectedHeader(token);
    expect(kid).toMatch(/^[\w-]{21}$/);
    expect(JSON.stringify(decodeProtectedHeader(token))).toBe(JSON.stringify({ alg: 'RS256', typ: 'JWT', kid }));
  },
);

const TIME = '2026-03-01T12:00:00.000Z';
const PROFILE = { nickname: 'ed', name: 'Ed Itor', picture: 'https://example.com/ed.png', updated_at: TIME };
const EMAIL = { email: 'editor@example.com', email_verified: true };
const PROFILES: readonly (readonly [scope: string, profile: TokenParameters])[] = [
  ['openid', {}],
  ['openid profile', PROFILE],
  ['openid email', EMAIL],
  ['email openid profile', { ...PROFILE, ...EMAIL }],
  ['openid address phone', {}],
];

async function tokensOf(change: TokenParameters): Promise<{ readonly access: string; readonly id: string }> {
  const { body } = await tenant.requestToken(login('editor', change));
  return { access: String(body['access_token']), id: String(body['id_token']) };
}

async function userinfo(authorization?: string): Promise<{ status: number; text: string; challenge: string | null }> {
  const headers = authorization === undefined ? {} : { authorization };
  const response = await tenant.fetch(new Request('http://localhost/userinfo', { headers }));
  const challenge = response.headers.get('www-authenticate');
  return { status: response.status, text: await response.text(), challenge };
}

const openid = async (): Promise<string> => (await tokensOf({ scope: 'openid' })).access;

/** A token for /userinfo by the twin's own key, with claims changed. */
async function forged(change: TokenParameters): Promise<string> {
  const { sub } = decodeJwt(await openid());
  const times = { iat: SECONDS, exp: SECONDS + 3600 };
  return tenant.key.sign({ iss: ISSUER, sub, aud: USERINFO, ...times, scope: 'openid', azp: 'test-app', ...change });
}

/** Returns a token some seconds after its request. */
async function later(change: TokenParameters, seconds: number): Promise<string> {
  const { access } = await tokensOf({ scope: 'openid', ...change });
  clock = START + seconds * 1000;
  return access;
}

type UserinfoRow = readonly [name: string, authorization: () => Promise<string | undefined>];

const bearer =
  (token: () => Promise<string>): UserinfoRow[1] =>
  async () =>
    `Bearer ${await token()}`;

const REFUSED_TOKENS: readonly UserinfoRow[] = [
  ['a request without a token', async () => undefined],
  ['an empty Authorization header', async () => ''],
  ['Bearer without a token', async () => 'Bearer '],
  ['a string that is not a token', async () => 'Bearer nonsense'],
  ['a token without its scheme', openid],
  ['a token by HTTP Basic', async () => `Basic ${await openid()}`],
  ['an id token', bearer(async () => (await tokensOf({ scope: 'openid' })).id)],
  ['a user’s token without openid', bearer(async () => (await tokensOf(api('authz', 'read'))).access)],
  [
    'an opaque token without openid',
    bearer(async () => (await tokensOf({ audience: undefined, scope: 'email' })).access),
  ],
  ['a service’s token', bearer(async () => String((await tenant.requestToken(machine())).body['access_token']))],
  ['a token with a changed signature', bearer(async () => (await openid()).replace(/.{9}$/, 'AAAAAAAAA'))],
  ['a token of an unknown user', bearer(() => forged({ sub: 'auth0|000000000000000000000000' }))],
  ['a token of a client that is gone', bearer(() => forged({ azp: 'gone' }))],
  ['a token of another issuer', bearer(() => forged({ iss: 'https://other.eu.auth0.com/' }))],
  ['a token for the API alone', bearer(() => forged({ aud: 'https://open.example.com' }))],
  ['a token whose scope is a list', bearer(() => forged({ scope: ['openid'] }))],
  ['an expired token', bearer(() => later({}, 3600))],
  ['an expired opaque token', bearer(() => later({ audience: undefined }, 86_400))],
];

it.each(PROFILES)('The ID token and /userinfo have the claims that the scope %j allows', async (scope, profile) => {
  const { access, id } = await tokensOf({ scope });
  const { sub } = decodeJwt(access);
  const times = { iat: SECONDS, exp: SECONDS + 36_000 };
  const claims = { ...profile, iss: ISSUER, aud: 'test-app', ...times, sub };
  expect(JSON.stringify(decodeJwt(id))).toBe(JSON.stringify(claims));
  clock = Date.parse(TIME);
  const opaque = await tokensOf({ scope, audience: undefined });
  for (const token of [access, opaque.access]) {
    const text = JSON.stringify({ sub, ...profile });
    expect(await userinfo(`Bearer ${token}`)).toEqual({ status: 200, text, challenge: null });
  }
});

it('A token without an audience is opaque', async () => {
  expect((await tokensOf({ scope: 'openid', audience: undefined })).access).toMatch(/^[\w-]{32}$/);
});

it.each(REFUSED_TOKENS)('/userinfo rejects %s', async (_name, authorization) => {
  const challenge = 'Bearer error="invalid_token"';
  expect(await userinfo(await authorization())).toEqual({ status: 401, text: 'Unauthorized', challenge });
});

it('/userinfo rejects an opaque token once a reload has removed its user or its client', async () => {
  const full = fullTenant();
  const signing = { current: tenant.key, published: [tenant.key.publicJwk] };
  const service = { signing, clock: () => clock, state: loginState(() => clock) };
  const parameters = login('editor', { audience: undefined, scope: 'openid' });
  const { body } = await localTenant(full, service).requestToken(parameters);
  const headers = { authorization: `Bearer ${String(body['access_token'])}` };
  const statusAt = async (change: Partial<Tenant>): Promise<number> => {
    const reloaded = localTenant({ ...full, ...change }, service);
    return (await reloaded.fetch(new Request('http://localhost/userinfo', { headers }))).status;
  };
  const clients = full.clients.filter(({ clientId }) => clientId !== 'test-app');
  expect([await statusAt({}), await statusAt({ users: [] }), await statusAt({ clients })]).toEqual([200, 401, 401]);
});

it('/userinfo accepts tokens that differ from rejected ones in nothing else', async () => {
  expect((await userinfo(`Bearer ${await forged({})}`)).status).toBe(200);
  expect((await userinfo(`Bearer ${await later({}, 3599)}`)).status).toBe(200);
  clock = START;
  expect((await userinfo(`Bearer ${await later({ audience: undefined }, 86_399)}`)).status).toBe(200);
});
