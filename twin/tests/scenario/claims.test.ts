import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askToken, call, startTestTwin, userLogin, type TestTwin } from '../support/twin.ts';

const EMAIL = 'https://api.example.com/email';
const ROLES = 'https://api.example.com/roles';

let twin: TestTwin;
beforeAll(async () => {
  twin = await startTestTwin({
    change: ({ edit, write }) => {
      edit(
        'contract.ts',
        '  roles: {',
        `  claims: { '${EMAIL}': 'user.email', '${ROLES}': 'user.roles' },\n  roles: {`,
      );
      write(
        'handler/test.ts',
        `export const handler = async (event) => ({ statusCode: 200, body: JSON.stringify(event.requestContext.authorizer.jwt.claims) });`,
      );
    },
  });
});
afterAll(() => twin.end());

const claimsOf = async (parameters: Readonly<Record<string, unknown>>): Promise<unknown> => {
  const { status, body } = await askToken(twin, { scope: 'read:user', ...parameters });
  expect(status).toBe(200);
  return JSON.parse((await call(twin, String(body['access_token']))).text);
};

describe('the claims that the contract declares', () => {
  it('are added by the Action that the program generates, and reach the handler as strings', async () => {
    expect(await claimsOf(userLogin(twin))).toMatchObject({ [EMAIL]: 'test-user@example.com', [ROLES]: '[reader]' });
  });

  it('are in no token of a service', async () => {
    expect(await claimsOf({ grant_type: 'client_credentials' })).not.toHaveProperty([EMAIL]);
  });
});
