import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askToken, call, startTestTwin, userLogin, type TestTwin } from '../support/twin.ts';

let twin: TestTwin;
beforeAll(async () => {
  twin = await startTestTwin();
});
afterAll(() => twin.end());

const scopeOf = (body: Readonly<Record<string, unknown>>): unknown => decodeJwt(String(body['access_token']))['scope'];

describe('A service', () => {
  it('A service gets a token with read:user, and GET /test answers 200 with the string of the article', async () => {
    const { status, body } = await askToken(twin, { grant_type: 'client_credentials' });
    expect(status).toBe(200);
    expect(scopeOf(body)).toBe('read:user');
    const answer = await call(twin, String(body['access_token']));
    expect(answer).toMatchObject({ status: 200, text: '"JWT test backend lambda"' });
    expect(answer.headers.get('content-type')).toBe('application/json');
  });

  it('The tenant rejects a service’s request for more than its client grant', async () => {
    const { status, body } = await askToken(twin, { grant_type: 'client_credentials', scope: 'read:user write:user' });
    expect(status).toBe(403);
    expect(body).toEqual({
      error: 'access_denied',
      error_description: 'Client has not been granted scopes: write:user',
    });
  });

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
});

describe('A user', () => {
  it('A user who requests more than the role permits gets only read:user, and GET /test answers 200', async () => {
    const scope = 'delete:user read:user write:user read:appointments';
    const { status, body } = await askToken(twin, { ...userLogin(twin), scope });
    expect(status).toBe(200);
    expect(scopeOf(body)).toBe('read:user');
    expect(await call(twin, String(body['access_token']))).toMatchObject({ status: 200 });
  });

  it.each([
    ['who requests scopes without read:user', { scope: 'delete:user write:user' }],
    ['who requests no scope', {}],
  ])('A user %s gets a token without a scope claim, and GET /test answers 403', async (_case, scope) => {
    const { status, body } = await askToken(twin, { ...userLogin(twin), ...scope });
    expect(status).toBe(200);
    expect(body).not.toHaveProperty('scope');
    expect(decodeJwt(String(body['access_token']))).not.toHaveProperty('scope');
    expect(await call(twin, String(body['access_token']))).toMatchObject({
      status: 403,
      text: '{"message":"Forbidden"}',
    });
  });

  it('A user can name the connection as the realm', async () => {
    const { body } = await askToken(twin, {
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
