import { expect, it } from 'vitest';
import { requestToken, call, startTestTwin, userLogin } from '../support/twin.ts';

const EMAIL = 'https://api.example.com/email';
const ROLES = 'https://api.example.com/roles';

const twin = await startTestTwin({
  change: ({ edit, write }) => {
    edit('contract.ts', '  roles: {', `  claims: { '${EMAIL}': 'user.email', '${ROLES}': 'user.roles' },\n  roles: {`);
    write(
      'handler/test.ts',
      `export const handler = async (event) => ({ statusCode: 200, body: JSON.stringify(event.requestContext.authorizer.jwt.claims) });`,
    );
  },
});

const claimsOf = async (parameters: Readonly<Record<string, unknown>>): Promise<unknown> => {
  const { status, body } = await requestToken(twin, { scope: 'read:user', ...parameters });
  expect(status).toBe(200);
  return JSON.parse((await call(twin, String(body['access_token']))).text);
};

it('The generated Action adds the contract’s claims to the token, and they reach the handler as strings', async () => {
  expect(await claimsOf(userLogin(twin))).toMatchObject({ [EMAIL]: 'test-user@example.com', [ROLES]: '[reader]' });
});

it('A service’s token has none of the contract’s claims', async () => {
  expect(await claimsOf({ grant_type: 'client_credentials' })).not.toHaveProperty([EMAIL]);
});
