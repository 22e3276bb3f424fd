import { createHash, randomBytes } from 'node:crypto';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { Browser, codeFlow, tokenRequest, type CodeFlow } from '../../src/verify/login.ts';
import { spaClient, withClients } from '../support/login-twin.ts';
import { call, startTestTwin, type TestTwin } from '../support/twin.ts';

const CALLBACK = 'http://localhost:5173';
const SCOPE = 'openid delete:user read:user write:user offline_access';

const flowOf = ({ tenantUrl, outputs }: TestTwin): CodeFlow => ({
  tenantUrl,
  client: { clientId: outputs.clientIds['web'] ?? '', secret: '', redirectUri: CALLBACK },
  user: { email: outputs.testUser.email, password: outputs.testUserPassword },
  audience: outputs.audience,
  scope: SCOPE,
});

const twin = await startTestTwin({ change: withClients(spaClient(5173)) });

// The README has these titles word for word.
describe('A user logs in', () => {
  const browser = new Browser();
  const verifier = randomBytes(32).toString('base64url');
  let code: string;
  let tokens: Readonly<Record<string, unknown>>;
  const authorize = (extra: Readonly<Record<string, string>> = {}): string =>
    `${twin.tenantUrl}/authorize?${new URLSearchParams({
      response_type: 'code',
      client_id: twin.outputs.clientIds['web'] ?? '',
      redirect_uri: CALLBACK,
      audience: twin.outputs.audience,
      scope: SCOPE,
      state: 'the state',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...extra,
    }).toString()}`;
  const location = (response: Response): URL => new URL(response.headers.get('location') ?? '', twin.tenantUrl);
  const exchange = (parameters: Readonly<Record<string, string>>) => tokenRequest(flowOf(twin), parameters);
  const exchangeCode = () =>
    exchange({ grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: CALLBACK });

  it('A page sends the browser to /authorize, and the user logs in with one click on the tenant’s page', async () => {
    const login = location(await browser.send(authorize())).href;
    const page = await (await browser.send(login)).text();
    const [, user = ''] = /name="user" value="([^"]+)">test-user@example\.com</.exec(page) ?? [];
    const callback = location(await browser.send(login, { user }));
    expect(callback.origin).toBe(CALLBACK);
    expect(callback.searchParams.get('state')).toBe('the state');
    code = callback.searchParams.get('code') ?? '';
  });

  it('The page exchanges the code, once, for a token with read:user, again requested ∩ permitted, and GET /test responds 200', async () => {
    const { status, body } = await exchangeCode();
    expect(status).toBe(200);
    const token = String(body['access_token']);
    expect(decodeJwt(token)['scope']).toBe('openid read:user offline_access');
    expect(await call(twin, token)).toMatchObject({ status: 200, text: '"JWT test backend lambda"' });
    const { body: again } = await exchangeCode();
    expect(again).toMatchObject({ error: 'invalid_grant' });
    // A code that comes twice ends what it gave.
    tokens = (await codeFlow({ ...flowOf(twin), browser })).body;
  });

  it('A refresh token renews it without the user, and works once', async () => {
    const refresh = { grant_type: 'refresh_token', refresh_token: String(tokens['refresh_token']) };
    const { status, body } = await exchange(refresh);
    expect(status).toBe(200);
    expect(body['refresh_token']).not.toBe(tokens['refresh_token']);
    expect(await call(twin, String(body['access_token']))).toMatchObject({ status: 200 });
    const next = { ...refresh, refresh_token: String(body['refresh_token']) };
    expect((await exchange(next)).status).toBe(200);
    expect((await exchange(refresh)).status).toBe(403);
  });

  it('The session also renews it, silently, until the user logs out', async () => {
    const silent = async (): Promise<URL> => location(await browser.send(authorize({ prompt: 'none' })));
    expect((await silent()).searchParams.get('code')).not.toBeNull();
    await browser.send(`${twin.tenantUrl}/v2/logout`);
    expect((await silent()).searchParams.get('error')).toBe('login_required');
  });

  it('Without the role’s permission, the same login gives a token that GET /test rejects with 403', async () => {
    const changed = await startTestTwin({
      change: (project) => {
        withClients(spaClient(5173))(project);
        project.edit('contract.ts', "reader: ['read:user']", 'reader: []');
      },
    });
    const { body } = await codeFlow(flowOf(changed));
    const token = String(body['access_token']);
    expect(decodeJwt(token)['scope']).toBe('openid offline_access');
    const response = await call(changed, token);
    expect(response.status).toBe(403);
    expect(response.challenge).toContain('error_description="expected scopes: [read:user]"');
  });
});
