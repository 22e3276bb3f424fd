import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import type { Action } from '../../../src/model/actions.ts';
import { actionRunner, type RunAction } from '../../../src/tenant/action-process.ts';
import { codeFlow, tokenRequest } from '../../../src/verify/login.ts';
import { fullTenant, login, MAIN } from '../../support/full-tenant.ts';
import { signingTenant } from '../../support/local-tenant.ts';
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

/** The claims of a login's tokens. */
async function claimsAfter(actions: readonly Action[], client = 'spa', scope = 'openid profile read write') {
  const { fetch } = await tenantWith(...actions);
  const { status, body } = await codeFlow(flowOf(client, fetch, { scope }));
  expect(status).toBe(200);
  const claims = (token: unknown): Record<string, unknown> => (typeof token === 'string' ? decodeJwt(token) : {});
  return { body, access: claims(body['access_token']), id: claims(body['id_token']) };
}

const SET_EMAIL = `api.accessToken.setCustomClaim('https://x.example/email', event.user.email);`;
const REFUSED_AT_AUTHORIZE = 'https://refused.example';

describe('A post-login Action', () => {
  it('A post-login Action adds its claims to the access token and the ID token, before Auth0’s own', async () => {
    const { access, id } = await claimsAfter([
      action(`${SET_EMAIL} api.idToken.setCustomClaim('https://x.example/roles', event.authorization.roles);`),
    ]);
    expect(Object.entries(access)[0]).toEqual(['https://x.example/email', 'editor@example.com']);
    expect(id['https://x.example/roles']).toEqual(['editor']);
    expect(id).not.toHaveProperty('https://x.example/email');
  });

  it('A post-login Action gets the user, the client, the API and the request, and only its own secrets', async () => {
    const { access } = await claimsAfter([
      action(`api.accessToken.setCustomClaim('https://x.example/event', event);`, { secrets: { key: 'value' } }),
    ]);
    expect(access['https://x.example/event']).toMatchObject({
      user: { user_id: 'auth0|000000000000000000000001', name: 'Ed Itor', app_metadata: {}, email_verified: true },
      client: { client_id: 'spa', name: 'The spa' },
      connection: { name: 'users', strategy: 'auth0' },
      resource_server: { identifier: API },
      request: { method: 'GET', query: { client_id: 'spa', response_type: 'code' } },
      transaction: { protocol: 'oidc-basic-profile', requested_scopes: ['openid', 'profile', 'read', 'write'] },
      secrets: { key: 'value' },
    });
  });

  // docs/fidelity.md F145
  it('An Action gets the metadata of the client', async () => {
    const tenant = loginTenant({
      actions: [action(`api.accessToken.setCustomClaim('plan', event.client.metadata.plan);`)],
    });
    const clients = tenant.clients.map((client) => ({ ...client, metadata: { plan: 'gold' } }));
    const { fetch } = await signingTenant({ ...tenant, clients }, Date.now);
    const { body } = await codeFlow(flowOf('spa', fetch, { scope: 'openid read' }));
    expect(decodeJwt(String(body['access_token']))['plan']).toBe('gold');
  });

  // docs/fidelity.md F140
  it('A post-login Action runs again at each refresh, and at a password grant', async () => {
    const { fetch } = await tenantWith(
      action(`api.accessToken.setCustomClaim('https://x.example/protocol', event.transaction.protocol);`),
    );
    const flow = flowOf('spa', fetch, { scope: 'offline_access read' });
    const first = await codeFlow(flow);
    const second = await tokenRequest(flow, {
      grant_type: 'refresh_token',
      refresh_token: String(first.body['refresh_token']),
    });
    expect(
      [first, second].map(({ body }) => decodeJwt(String(body['access_token']))['https://x.example/protocol']),
    ).toEqual(['oidc-basic-profile', 'oauth2-refresh-token']);
    const { askToken } = await signingTenant(fullTenant({ actions: [action(SET_EMAIL)] }), Date.now);
    const { body } = await askToken(login('editor'));
    expect(decodeJwt(String(body['access_token']))).toHaveProperty(['https://x.example/email'], 'editor@example.com');
  });

  // docs/fidelity.md F142
  it('A post-login Action adds scopes that the roles do not permit and removes others, only in the access token', async () => {
    const { body, access } = await claimsAfter([
      action(`api.accessToken.addScope('admin'); api.accessToken.addScope('offline_access');`),
      action(`api.accessToken.removeScope('write');`),
    ]);
    expect(access['scope']).toBe('openid profile read admin offline_access');
    expect(body['scope']).toBe('openid profile read admin offline_access');
    expect(body).not.toHaveProperty('refresh_token');
  });

  it('A post-login Action adds no scope to a third party’s token', async () => {
    const { access } = await claimsAfter([action(`api.accessToken.addScope('write');`)], 'partner', 'read');
    expect(access['scope']).toBe('read');
  });

  it.each(['sub', 'aud', 'permissions', 'roles', 'gty', 'https://auth0.com/x'])(
    // docs/fidelity.md F141
    'A post-login Action cannot set the claim %s, which Auth0 leaves out',
    async (name) => {
      const { access } = await claimsAfter([action(`api.accessToken.setCustomClaim('${name}', 'forged');`)]);
      expect(Object.values(access)).not.toContain('forged');
    },
  );

  // docs/fidelity.md F143
  it('A post-login Action that denies a login ends it with access_denied and its reason, and no later Action runs', async () => {
    const { fetch } = await tenantWith(
      action(`if (event.user.email.startsWith('editor')) api.access.deny('not on Sundays');`),
      action(`throw new Error('too late');`),
    );
    await expect(codeFlow(flowOf('spa', fetch))).rejects.toThrow('access_denied: not on Sundays');
  });

  it('A post-login Action that denies a refresh ends it with 403, and the refresh token stays as it was', async () => {
    const { fetch } = await tenantWith(
      action(`if (event.transaction.protocol === 'oauth2-refresh-token') api.access.deny('no');`),
    );
    const flow = flowOf('spa', fetch, { scope: 'offline_access read' });
    const refresh_token = String((await codeFlow(flow)).body['refresh_token']);
    for (let time = 0; time < 2; time += 1) {
      expect(await tokenRequest(flow, { grant_type: 'refresh_token', refresh_token })).toEqual({
        status: 403,
        body: { error: 'access_denied', error_description: 'no' },
      });
    }
  });

  it('A post-login Action knows when the user gave the password, except at a refresh, which fails by name', async () => {
    const { fetch } = await tenantWith(
      action(`const [{ timestamp }] = event.authentication.methods;
        api.accessToken.setCustomClaim('https://x.example/age', Date.now() - Date.parse(timestamp) < 60_000);`),
    );
    const flow = flowOf('spa', fetch, { scope: 'offline_access read' });
    const { body } = await codeFlow(flow);
    expect(decodeJwt(String(body['access_token']))['https://x.example/age']).toBe(true);
    const renewed = await tokenRequest(flow, {
      grant_type: 'refresh_token',
      refresh_token: String(body['refresh_token']),
    });
    expect(renewed.body['error_description']).toContain('event.authentication.methods');
  });

  it('One of two simultaneous requests with the same rotating refresh token gets a token', async () => {
    const { fetch } = await tenantWith(action(SET_EMAIL));
    const flow = flowOf('spa', fetch, { scope: 'offline_access read' });
    const refresh_token = String((await codeFlow(flow)).body['refresh_token']);
    const both = await Promise.all(
      [1, 2].map(() => tokenRequest(flow, { grant_type: 'refresh_token', refresh_token })),
    );
    expect(both.map(({ status }) => status)).toEqual(expect.arrayContaining([200, 403]));
  });

  it.each([
    [`api.redirect.sendUserTo('${REFUSED_AT_AUTHORIZE}');`, 'api.redirect'],
    [`api.multifactor.enable('any');`, 'api.multifactor'],
    [`try { api.authentication.challengeWith({ type: 'otp' }); } catch {}`, 'api.authentication'],
    [`api.user.setAppMetadata('x', 1);`, 'api.user'],
    [`api.accessToken.somethingNew('x');`, 'api.accessToken.somethingNew'],
    [`if ('samlResponse' in api) return;`, 'api.samlResponse'],
    [`if (event.stats.logins_count > 1) api.access.deny('x');`, 'event.stats'],
    [`if (event.authentication.riskAssessment?.confidence === 'low') api.access.deny('x');`, 'event.authentication.r'],
    [`if (Date.parse(event.session.authenticated_at) < 9) api.access.deny('x');`, 'event.session.authenticated_at'],
    [`try { require('axios'); } catch {}`, 'the package axios'],
    [`require('node:sqlite');`, 'the package node:sqlite'],
    [`api.accessToken.setCustomClaim('scope', 'admin');`, 'a claim scope'],
    // docs/fidelity.md F144
  ])('An Action that uses what the twin does not support fails the login by name: %s', async (body, name) => {
    const { fetch } = await tenantWith(action(body));
    await expect(codeFlow(flowOf('spa', fetch))).rejects.toThrow(
      `server_error: The Action "check" uses what the twin does not support: ${name}`,
    );
  });

  it.each([
    [`throw new Error('out of order');`, 'out of order'],
    [`api.accessToken.addScope('a b');`, 'api.accessToken.addScope has wrong arguments'],
    [`process.exit();`, 'its process ended without an answer'],
    [`require('node:fs').readFileSync('/etc/hosts');`, 'Access to this API has been restricted'],
    [`require('node:child_process').execSync('id');`, 'Access to this API has been restricted'],
    [`process.kill(process.ppid, 'SIGUSR1');`, 'process.kill is not a function'],
    [`process._debugProcess(process.ppid);`, 'process._debugProcess is not a function'],
    [`api.idToken.setCustomClaim('x', 'x'.repeat(100_000));`, 'its claims are larger than 100 kB'],
  ])('An Action that fails also fails the login: %s', async (body, why) => {
    const { fetch } = await tenantWith(action(body));
    await expect(codeFlow(flowOf('spa', fetch))).rejects.toThrow(`server_error: The Action "check" failed: ${why}`);
  });

  it('An Action without the function of its trigger fails the login', async () => {
    const { fetch } = await tenantWith(action('', { code: 'exports.other = 1;' }));
    await expect(codeFlow(flowOf('spa', fetch))).rejects.toThrow('The Action exports no onExecutePostLogin');
  });

  it('An Action has an empty environment and can use the modules of Node.js', async () => {
    const { access } = await claimsAfter([
      action(`const hash = require('crypto').createHash('sha256').update('x').digest('hex');
      api.accessToken.setCustomClaim('https://x.example/seen', [hash.length, Object.keys(process.env)]);`),
    ]);
    expect(access['https://x.example/seen']).toEqual([64, expect.not.arrayContaining(['HOME', 'PATH', 'AWS_REGION'])]);
  });
});

describe('A credentials-exchange Action', () => {
  const request = { grant_type: 'client_credentials', audience: MAIN };
  const client = { clientId: 'test-app', secret: 'the secret of test-app', redirectUri: '' };
  const ask = async (body: string) => {
    const { fetch } = await tenantWith(exchange(body));
    return tokenRequest({ tenantUrl: 'http://localhost', client, fetch }, request);
  };

  it('A credentials-exchange Action adds its claims to the token', async () => {
    const { body } = await ask(`api.accessToken.setCustomClaim('https://x.example/app', event.client.name);`);
    expect(decodeJwt(String(body['access_token']))).toMatchObject({ 'https://x.example/app': 'test-app' });
  });

  it.each([
    ['invalid_scope', 400],
    ['invalid_request', 400],
    ['server_error', 500],
    // docs/fidelity.md F146
  ])('A credentials-exchange Action denies the token as %s', async (code, status) => {
    expect(await ask(`api.access.deny('${code}', 'because');`)).toEqual({
      status,
      body: { error: code, error_description: 'because' },
    });
  });

  it('A credentials-exchange Action cannot change the scope', async () => {
    const { status, body } = await ask(`api.accessToken.addScope('x');`);
    expect([status, body['error_description']]).toEqual([
      500,
      'The Action "check" uses what the twin does not support: api.accessToken.addScope',
    ]);
  });
});

describe('The process of an Action', () => {
  const call: Parameters<RunAction>[0] = { handler: 'run', code: '', event: {}, methods: [], unknown: [] };

  it('The process of an Action ends at its time limit, even if the Action blocks', async () => {
    const run = actionRunner(() => undefined, new AbortController().signal, 1);
    const answer = await run({ ...call, code: 'exports.run = () => { for (;;); };' });
    expect(answer).toEqual({ calls: [], unsupported: [], error: 'it did not end within 1 seconds' });
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
});
