import { decodeJwt } from 'jose';
import { expect, it } from 'vitest';
import type { Action } from '../../../src/model/actions.ts';
import { actionRunner, type RunAction } from '../../../src/tenant/action-process.ts';
import { codeFlow, tokenRequest, type CodeFlow } from '../../../src/verify/login.ts';
import { fullTenant, login, machine } from '../../support/full-tenant.ts';
import { localTenant, signingTenant, type TokenAnswer } from '../../support/local-tenant.ts';
import { API, flowOf, loginTenant } from '../../support/login-tenant.ts';

const action = (body: string, change: Partial<Action> = {}): Action => ({
  name: 'check',
  trigger: 'post-login',
  code: `exports.onExecutePostLogin = async (event, api) => { ${body} };`,
  secrets: {},
  ...change,
});
const exchange = (body: string): Action =>
  action('', {
    trigger: 'credentials-exchange',
    code: `exports.onExecuteCredentialsExchange = async (event, api) => { ${body} };`,
  });

const tenantWith = (...actions: Action[]) => signingTenant(loginTenant({ actions }), Date.now);

type Calls = Awaited<ReturnType<RunAction>>['calls'];

/** Runs no process: each Action that runs makes the next of these calls. */
const inTurn = (...calls: Calls[]): RunAction => {
  const left = [...calls];
  return async () => ({ calls: left.shift() ?? [], unsupported: [] });
};
const tenantRunning = (runAction: RunAction, actions = [action('')]) =>
  localTenant(loginTenant({ actions }), { runAction });

const claimsOf = (token: unknown): Record<string, unknown> => (typeof token === 'string' ? decodeJwt(token) : {});

/** The claims of the tokens that a login ends with. */
async function claimsAfter(body: string, change: Partial<Action> = {}) {
  const { fetch } = await tenantWith(action(body, change));
  const { body: tokens } = await codeFlow(flowOf('spa', fetch, { scope: 'openid profile read write' }));
  return { access: claimsOf(tokens['access_token']), id: claimsOf(tokens['id_token']) };
}

const SET_EMAIL = `api.accessToken.setCustomClaim('https://x.example/email', event.user.email);`;
const OFFLINE = { scope: 'offline_access read' };

/** Exchanges the refresh token of a response. */
const refresh = (flow: CodeFlow, { body }: TokenAnswer): ReturnType<typeof tokenRequest> =>
  tokenRequest(flow, { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) });

it('A post-login Action adds its claims to the access token and the ID token, before Auth0’s own', async () => {
  const { access, id } = await claimsAfter(
    `${SET_EMAIL} api.idToken.setCustomClaim('https://x.example/roles', event.authorization.roles);`,
  );
  expect(Object.entries(access)[0]).toEqual(['https://x.example/email', 'editor@example.com']);
  expect(id['https://x.example/roles']).toEqual(['editor']);
  expect(id).not.toHaveProperty('https://x.example/email');
});

// docs/fidelity.md F145
it('A post-login Action gets the user, the client with its metadata, the API and the request, and only its own secrets', async () => {
  const tenant = loginTenant({
    actions: [
      action(`api.accessToken.setCustomClaim('https://x.example/event', event);`, { secrets: { key: 'value' } }),
    ],
  });
  const clients = tenant.clients.map((client) => ({ ...client, metadata: { plan: 'gold' } }));
  const { fetch } = await signingTenant({ ...tenant, clients }, Date.now);
  const { body } = await codeFlow(flowOf('spa', fetch, { scope: 'openid profile read write' }));
  expect(claimsOf(body['access_token'])['https://x.example/event']).toMatchObject({
    user: { user_id: 'auth0|000000000000000000000001', name: 'Ed Itor', app_metadata: {}, email_verified: true },
    client: { client_id: 'spa', name: 'The spa', metadata: { plan: 'gold' } },
    connection: { name: 'users', strategy: 'auth0' },
    resource_server: { identifier: API },
    request: { method: 'GET', query: { client_id: 'spa', response_type: 'code' } },
    transaction: { protocol: 'oidc-basic-profile', requested_scopes: ['openid', 'profile', 'read', 'write'] },
    secrets: { key: 'value' },
  });
});

// docs/fidelity.md F140
it('A post-login Action runs again at each refresh, and at a password grant', async () => {
  const protocols: unknown[] = [];
  const runAction: RunAction = async ({ event }) => {
    protocols.push((event['transaction'] as { protocol: string }).protocol);
    return { calls: [], unsupported: [] };
  };
  const flow = flowOf('spa', tenantRunning(runAction).fetch, OFFLINE);
  const { body } = await codeFlow(flow);
  await tokenRequest(flow, { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) });
  await localTenant(fullTenant({ actions: [action('')] }), { runAction }).requestToken(login('editor'));
  expect(protocols).toEqual(['oidc-basic-profile', 'oauth2-refresh-token', 'oauth2-password']);
});

// docs/fidelity.md F142
it('A post-login Action adds scopes that the roles do not permit and removes others, only in the access token', async () => {
  const runAction = inTurn(
    ['admin', 'offline_access'].map((scope) => ({ method: 'accessToken.addScope', args: [scope] })),
    [{ method: 'accessToken.removeScope', args: ['write'] }],
  );
  const { fetch } = tenantRunning(runAction, [action(''), action('')]);
  const { body } = await codeFlow(flowOf('spa', fetch, { scope: 'openid profile read write' }));
  expect(body['scope']).toBe('openid profile read admin offline_access');
  expect(JSON.parse(String(body['access_token']))).toMatchObject({ scope: body['scope'] });
  expect(body).not.toHaveProperty('refresh_token');
});

it('A post-login Action adds no scope to a third party’s token', async () => {
  const { fetch } = tenantRunning(inTurn([{ method: 'accessToken.addScope', args: ['write'] }]));
  const { body } = await codeFlow(flowOf('partner', fetch, { scope: 'read' }));
  expect(JSON.parse(String(body['access_token']))).toMatchObject({ scope: 'read' });
});

// docs/fidelity.md F141
it('A post-login Action cannot set a claim with a reserved name, which Auth0 leaves out', async () => {
  const names = ['sub', 'aud', 'permissions', 'roles', 'gty', 'https://auth0.com/x', 'https://x.example/free'];
  const calls = names.map((name) => ({ method: 'accessToken.setCustomClaim', args: [name, 'set'] }));
  const { body } = await codeFlow(flowOf('spa', tenantRunning(inTurn(calls)).fetch));
  const access = JSON.parse(String(body['access_token'])) as Record<string, unknown>;
  const set = Object.entries(access).filter(([, value]) => value === 'set');
  expect(set.map(([name]) => name)).toEqual(['https://x.example/free']);
});

// docs/fidelity.md F143
it('A post-login Action that denies a login ends it with access_denied and its reason, and no later Action runs', async () => {
  let runs = 0;
  const { fetch } = tenantRunning(
    async ({ event }) => {
      runs += 1;
      expect(event).toMatchObject({ user: { email: 'editor@example.com' } });
      return { calls: [{ method: 'access.deny', args: ['not on Sundays'] }], unsupported: [] };
    },
    [action(''), action('')],
  );
  await expect(codeFlow(flowOf('spa', fetch))).rejects.toThrow('access_denied: not on Sundays');
  expect(runs).toBe(1);
});

it('A post-login Action that denies a refresh ends it with 403, and the refresh token stays as it was', async () => {
  const denial = { method: 'access.deny', args: ['no'] };
  const { fetch } = tenantRunning(inTurn([], [denial], [denial]));
  const flow = flowOf('spa', fetch, OFFLINE);
  const first = await codeFlow(flow);
  const answer = { status: 403, body: { error: 'access_denied', error_description: 'no' } };
  for (let time = 0; time < 2; time += 1) expect(await refresh(flow, first)).toEqual(answer);
});

it('A post-login Action knows when the user gave the password, except at a refresh, which fails by name', async () => {
  const { fetch } = await tenantWith(
    action(`const [{ timestamp }] = event.authentication.methods;
        api.accessToken.setCustomClaim('https://x.example/age', Date.now() - Date.parse(timestamp) < 60_000);`),
  );
  const flow = flowOf('spa', fetch, OFFLINE);
  const first = await codeFlow(flow);
  expect(claimsOf(first.body['access_token'])['https://x.example/age']).toBe(true);
  const renewed = await refresh(flow, first);
  expect(renewed.body['error_description']).toContain('event.authentication.methods');
});

it('One of two simultaneous requests with the same rotating refresh token gets a token', async () => {
  let runs = 0;
  const bothRun = Promise.withResolvers<void>();
  const { fetch } = tenantRunning(async () => {
    runs += 1;
    // The first run is that of the login.
    if (runs === 3) bothRun.resolve();
    if (runs > 1) await bothRun.promise;
    return { calls: [], unsupported: [] };
  });
  const flow = flowOf('spa', fetch, OFFLINE);
  const first = await codeFlow(flow);
  const both = await Promise.all([1, 2].map(() => refresh(flow, first)));
  expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 403]);
});

/** Code that the twin does not support, and what the error names. */
const UNSUPPORTED = {
  [`api.redirect.sendUserTo('https://x.example');`]: 'api.redirect',
  [`api.multifactor.enable('any');`]: 'api.multifactor',
  [`api.authentication.challengeWith({ type: 'otp' });`]: 'api.authentication',
  [`api.user.setAppMetadata('x', 1);`]: 'api.user',
  [`api.accessToken.somethingNew('x');`]: 'api.accessToken.somethingNew',
  [`'samlResponse' in api;`]: 'api.samlResponse',
  [`event.stats.logins_count > 1;`]: 'event.stats',
  [`event.authentication.riskAssessment?.confidence;`]: 'event.authentication.riskAssessment',
  [`Date.parse(event.session.authenticated_at);`]: 'event.session.authenticated_at',
  [`require('axios');`]: 'the package axios',
  [`require('node:sqlite');`]: 'the package node:sqlite',
};

/** Code that fails in the process of an Action, and the message of the error. */
const RESTRICTED = [
  [`require('node:fs').readFileSync('/etc/hosts');`, 'Access to this API has been restricted'],
  [`require('node:child_process').execSync('id');`, 'Access to this API has been restricted'],
  [`process.kill(process.ppid, 'SIGUSR1');`, 'process.kill is not a function'],
  [`process._debugProcess(process.ppid);`, 'process._debugProcess is not a function'],
] as const;

// docs/fidelity.md F144
it('An Action that uses what the twin does not support fails the login by name, even if the Action catches the error', async () => {
  const { fetch } = await tenantWith(
    action(
      Object.keys(UNSUPPORTED)
        .map((code) => `try { ${code} } catch {}`)
        .join('\n'),
    ),
  );
  const names = Object.values(UNSUPPORTED).join(', ');
  const error = `server_error: The Action "check" uses what the twin does not support: ${names}`;
  await expect(codeFlow(flowOf('spa', fetch))).rejects.toThrow(error);
});

it.each([
  ['accessToken.setCustomClaim', ['scope', 'admin'], 'uses what the twin does not support: a claim scope'],
  ['accessToken.addScope', ['a b'], 'failed: api.accessToken.addScope has wrong arguments'],
  ['idToken.setCustomClaim', ['x', 'x'.repeat(100_000)], 'failed: its claims are larger than 100 kB'],
  ['accessToken.toString', [], 'uses what the twin does not support: api.accessToken.toString'],
])('An Action that calls %s with wrong arguments fails the login: row %#', async (method, args, problem) => {
  const { fetch } = tenantRunning(inTurn([{ method, args }]));
  await expect(codeFlow(flowOf('spa', fetch))).rejects.toThrow(`server_error: The Action "check" ${problem}`);
});

const ACTION = 'server_error: The Action "check"';

it.each([
  [{}, `throw new Error('out of order');`, 'failed: out of order'],
  [{}, `process.exit();`, 'failed: its process ended without a result'],
  [{}, `api.user.setAppMetadata('x', 1);`, 'uses what the twin does not support: api.user'],
  [{ code: 'exports.other = 1;' }, '', 'failed: The Action exports no onExecutePostLogin'],
])('An Action that fails also fails the login: row %#', async (change, body, problem) => {
  const { fetch } = await tenantWith(action(body, change));
  await expect(codeFlow(flowOf('spa', fetch))).rejects.toThrow(`${ACTION} ${problem}`);
});

it('An Action can read no file, start no process and signal none', async () => {
  const attempts = RESTRICTED.map(([code]) => `() => { ${code} }`).join(', ');
  const { access } = await claimsAfter(`
      const messages = [${attempts}].map((attempt) => { try { attempt(); } catch (error) { return error.message; } });
      api.accessToken.setCustomClaim('https://x.example/messages', messages);`);
  const messages = RESTRICTED.map(([, message]) => expect.stringContaining(message) as unknown);
  expect(access['https://x.example/messages']).toEqual(messages);
});

it('An Action has an empty environment and can use the modules of Node.js', async () => {
  const { access } = await claimsAfter(
    `const hash = require('crypto').createHash('sha256').update('x').digest('hex');
      api.accessToken.setCustomClaim('https://x.example/seen', [hash.length, Object.keys(process.env)]);`,
  );
  expect(access['https://x.example/seen']).toEqual([64, expect.not.arrayContaining(['HOME', 'PATH', 'AWS_REGION'])]);
});

const calling = (method: string, ...args: unknown[]): Promise<TokenAnswer> =>
  tenantRunning(inTurn([{ method, args }]), [exchange('')]).requestToken(machine());

it('A credentials-exchange Action adds its claims to the token', async () => {
  const tenant = await tenantWith(
    exchange(`api.accessToken.setCustomClaim('https://x.example/app', event.client.name);`),
  );
  const { body } = await tenant.requestToken(machine());
  expect(claimsOf(body['access_token'])).toMatchObject({ 'https://x.example/app': 'test-app' });
});

it.each([
  ['invalid_scope', 400],
  ['invalid_request', 400],
  ['server_error', 500],
  // docs/fidelity.md F146
])('A credentials-exchange Action denies the token as %s', async (code, status) => {
  expect(await calling('access.deny', code, 'because')).toEqual({
    status,
    body: { error: code, error_description: 'because' },
  });
});

it('A credentials-exchange Action cannot change the scope', async () => {
  const description = 'The Action "check" uses what the twin does not support: api.accessToken.addScope';
  expect(await calling('accessToken.addScope', 'x')).toMatchObject({
    status: 500,
    body: { error_description: description },
  });
});

const call: Parameters<RunAction>[0] = { handler: 'run', code: '', event: {}, methods: [], unknown: [] };

it('The process of an Action ends at its time limit, even if the Action blocks', async () => {
  const run = actionRunner(() => undefined, new AbortController().signal, 0.5);
  const answer = await run({ ...call, code: 'exports.run = () => { for (;;); };' });
  expect(answer).toEqual({ calls: [], unsupported: [], error: 'it did not end within 0.5 seconds' });
});

it('The process of an Action ends with the twin', async () => {
  const twin = new AbortController();
  const run = actionRunner(() => twin.abort(), twin.signal);
  const answer = await run({
    ...call,
    code: `exports.run = () => { console.log('started'); return new Promise((done) => setTimeout(done, 60_000)); };`,
  });
  expect(answer.error).toBeDefined();
});

it('The console output of an Action is logged', async () => {
  const lines: string[] = [];
  const run = actionRunner((text) => void lines.push(text), new AbortController().signal);
  await run({ ...call, code: `exports.run = () => console.log('hello');` });
  expect(lines).toEqual(['hello']);
});
