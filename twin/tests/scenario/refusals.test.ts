import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawRequest } from '../support/raw-http.ts';
import { requestToken, call, goodClaims, mint, startTestTwin, userLogin, type TestTwin } from '../support/twin.ts';

let twin: TestTwin;
beforeAll(async () => {
  twin = await startTestTwin();
});
afterAll(() => twin.end());

describe('Requests that the tenant rejects', () => {
  it.each([
    // docs/fidelity.md F102
    ['a token request with a wrong secret', { client_secret: 'x' }, 401, 'access_denied', 'Unauthorized'],
    ['a token request of an unknown client', { client_id: 'x' }, 401, 'access_denied', 'Unauthorized'],
    ['a token request without a client', { client_id: undefined }, 401, 'invalid_client', 'Missing client_id'],
    [
      'a token request without a grant type',
      { grant_type: undefined },
      400,
      'invalid_request',
      'Missing required parameter: grant_type',
    ],
    [
      // docs/fidelity.md F109
      'a token request for an unknown audience',
      { audience: 'https://x' },
      403,
      'access_denied',
      'Service not enabled within domain: https://x',
    ],
    [
      // docs/fidelity.md F116
      'a token request without an audience',
      { audience: undefined },
      403,
      'access_denied',
      'Non-global clients are not allowed access to APIv1',
    ],
    [
      'a token request with a parameter that is not a string',
      { scope: ['read:user'] },
      400,
      'invalid_request',
      'The parameter scope must be a string',
    ],
  ])('The tenant rejects %s', async (_name, parameters, status, error, description) => {
    const answer = await requestToken(twin, { grant_type: 'client_credentials', ...parameters });
    expect(answer).toEqual({ status, body: { error, error_description: description } });
  });

  // docs/fidelity.md F117
  it('The tenant rejects a wrong password', async () => {
    const answer = await requestToken(twin, { ...userLogin(twin), password: 'x' });
    expect(answer).toEqual({
      status: 403,
      body: { error: 'invalid_grant', error_description: 'Wrong email or password.' },
    });
  });

  it('The tenant rejects a request for another host name', async () => {
    const bytes = 'GET /.well-known/jwks.json HTTP/1.1\r\nhost: evil.example.com\r\nconnection: close\r\n\r\n';
    expect((await rawRequest(twin.tenantUrl, bytes)).status).toBe(421);
  });
});

describe('The request log', () => {
  it('The request log gives the reason of each rejection, and never a token or a secret', async () => {
    const token = await mint(twin, { ...goodClaims(twin), iss: 'https://your-tenant.eu.auth0.com' });
    await call(twin, token);
    const text = twin.log.join('\n');
    expect(text).toContain(
      "the token's issuer is https://your-tenant.eu.auth0.com, the authorizer requires https://your-tenant.eu.auth0.com/: the token's issuer lacks the final slash",
    );
    expect(text).not.toContain(token.split('.')[2]);
    for (const secret of [twin.outputs.testUserPassword, ...Object.values(twin.outputs.clientSecrets)]) {
      expect(text).not.toContain(secret);
    }
  });
});
