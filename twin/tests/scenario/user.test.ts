import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { requestToken, call, startTestTwin, userLogin } from '../support/twin.ts';

const twin = await startTestTwin();

// The README has these titles word for word.
describe('A user requests a token through an application', () => {
  let token: string;

  // docs/fidelity.md F98
  it('With the password grant, a user who requests delete:user read:user write:user read:appointments gets only read:user: requested ∩ permitted by the role', async () => {
    const scope = 'delete:user read:user write:user read:appointments';
    const { status, body } = await requestToken(twin, { ...userLogin(twin), scope });
    token = String(body['access_token']);
    expect(status).toBe(200);
    expect(decodeJwt(token)['scope']).toBe('read:user');
  });

  it('With this token, GET /test responds 200', async () => {
    expect(await call(twin, token)).toMatchObject({ status: 200 });
  });

  // docs/fidelity.md F99
  it('Without read:user in the request, or without any scope, the token has no scope claim, and GET /test responds 403', async () => {
    for (const scope of [{ scope: 'delete:user write:user' }, {}]) {
      const { status, body } = await requestToken(twin, { ...userLogin(twin), ...scope });
      const other = String(body['access_token']);
      expect(status).toBe(200);
      expect(body).not.toHaveProperty('scope');
      expect(decodeJwt(other)).not.toHaveProperty('scope');
      expect(await call(twin, other)).toMatchObject({ status: 403, text: '{"message":"Forbidden"}' });
    }
  });
});
