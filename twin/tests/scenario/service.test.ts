import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { requestToken, call, startTestTwin } from '../support/twin.ts';

const twin = await startTestTwin();

// The README has these titles word for word.
describe('A service requests a token for itself', () => {
  let token: string;

  // docs/fidelity.md F96
  it('A service requests a token with client_credentials and gets the scopes of its client grant, here read:user', async () => {
    const { status, body } = await requestToken(twin, { grant_type: 'client_credentials' });
    token = String(body['access_token']);
    expect(status).toBe(200);
    expect(decodeJwt(token)['scope']).toBe('read:user');
  });

  it('GET /test needs read:user and responds 200 "JWT test backend lambda"', async () => {
    const response = await call(twin, token);
    expect(response).toMatchObject({ status: 200, text: '"JWT test backend lambda"' });
    expect(response.headers.get('content-type')).toBe('application/json');
  });

  // docs/fidelity.md F97
  it('A request for more than the grant gets 403 from the tenant instead of a smaller scope', async () => {
    const { status, body } = await requestToken(twin, {
      grant_type: 'client_credentials',
      scope: 'read:user write:user',
    });
    expect(status).toBe(403);
    expect(body).toEqual({
      error: 'access_denied',
      error_description: 'Client has not been granted scopes: write:user',
    });
  });
});
