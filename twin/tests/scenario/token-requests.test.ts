import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestToken, startTestTwin, userLogin, type TestTwin } from '../support/twin.ts';

let twin: TestTwin;
beforeAll(async () => {
  twin = await startTestTwin();
});
afterAll(() => twin.end());

const scopeOf = (body: Readonly<Record<string, unknown>>): unknown => decodeJwt(String(body['access_token']))['scope'];

describe('A token request', () => {
  // docs/fidelity.md F95
  it('A service can send its token request as a form and its secret by HTTP Basic', async () => {
    const { outputs } = twin;
    const credentials = `${outputs.clientIds['test-app']}:${outputs.clientSecrets['test-app']}`;
    const response = await fetch(outputs.tokenUrl, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', audience: outputs.audience }),
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ scope: 'read:user', token_type: 'Bearer', expires_in: 3600 });
  });

  it('A user can name the connection as the realm', async () => {
    const { body } = await requestToken(twin, {
      ...userLogin(twin),
      grant_type: 'http://auth0.com/oauth/grant-type/password-realm',
      realm: twin.outputs.testUser.connection,
      scope: 'read:user',
    });
    expect(scopeOf(body)).toBe('read:user');
  });
});

describe('The issuer', () => {
  it('The discovery document names the stack’s real issuer and the address of the keys', async () => {
    const discovery = (await (await fetch(`${twin.tenantUrl}/.well-known/openid-configuration`)).json()) as Record<
      string,
      string
    >;
    expect(discovery['issuer']).toBe('https://your-tenant.eu.auth0.com/');
    const jwks = (await (await fetch(discovery['jwks_uri'] ?? '')).json()) as { keys: object[] };
    expect(jwks.keys[0]).toMatchObject({ kty: 'RSA', use: 'sig', alg: 'RS256' });
  });
});
