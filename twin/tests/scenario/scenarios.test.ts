import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askToken, call, startTestTwin, userLogin, type TestTwin } from '../support/twin.ts';

let twin: TestTwin;
beforeAll(async () => {
  twin = await startTestTwin();
});
afterAll(() => twin.end());

const scopeOf = (body: Readonly<Record<string, unknown>>): unknown => decodeJwt(String(body['access_token']))['scope'];

describe('a service that asks for itself', () => {
  it('gets a token with read:user, and GET /test answers 200 with the string of the article', async () => {
    const { status, body } = await askToken(twin, { grant_type: 'client_credentials' });
    expect(status).toBe(200);
    expect(scopeOf(body)).toBe('read:user');
    const answer = await call(twin, String(body['access_token']));
    expect(answer).toMatchObject({ status: 200, text: '"JWT test backend lambda"' });
    expect(answer.headers.get('content-type')).toBe('application/json');
  });

  it('is refused by the tenant when it asks for more than its grant: there is no intersection here', async () => {
    const { status, body } = await askToken(twin, { grant_type: 'client_credentials', scope: 'read:user write:user' });
    expect(status).toBe(403);
    expect(body).toEqual({
      error: 'access_denied',
      error_description: 'Client has not been granted scopes: write:user',
    });
  });

  it('may send the request as a form and its secret by HTTP Basic', async () => {
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

describe('a user', () => {
  it('asks for more than the role permits, gets read:user alone, and GET /test answers 200', async () => {
    const scope = 'delete:user read:user write:user read:appointments';
    const { status, body } = await askToken(twin, { ...userLogin(twin), scope });
    expect(status).toBe(200);
    expect(scopeOf(body)).toBe('read:user');
    expect(await call(twin, String(body['access_token']))).toMatchObject({ status: 200 });
  });

  it.each([
    ['without read:user in the request', { scope: 'delete:user write:user' }],
    ['with no scope at all', {}],
  ])('%s gets a token without a scope claim, and GET /test answers 403', async (_case, scope) => {
    const { status, body } = await askToken(twin, { ...userLogin(twin), ...scope });
    expect(status).toBe(200);
    expect(body).not.toHaveProperty('scope');
    expect(decodeJwt(String(body['access_token']))).not.toHaveProperty('scope');
    expect(await call(twin, String(body['access_token']))).toMatchObject({
      status: 403,
      text: '{"message":"Forbidden"}',
    });
  });

  it('may name the connection as its realm', async () => {
    const { body } = await askToken(twin, {
      ...userLogin(twin),
      grant_type: 'http://auth0.com/oauth/grant-type/password-realm',
      realm: twin.outputs.testUser.connection,
      scope: 'read:user',
    });
    expect(scopeOf(body)).toBe('read:user');
  });
});

describe('the issuer', () => {
  it("is the stack's real one, and the keys are where the discovery document says", async () => {
    const discovery = (await (await fetch(`${twin.tenantUrl}/.well-known/openid-configuration`)).json()) as Record<
      string,
      string
    >;
    expect(discovery['issuer']).toBe('https://your-tenant.eu.auth0.com/');
    const jwks = (await (await fetch(discovery['jwks_uri'] ?? '')).json()) as { keys: object[] };
    expect(jwks.keys[0]).toMatchObject({ kty: 'RSA', use: 'sig', alg: 'RS256' });
  });
});
