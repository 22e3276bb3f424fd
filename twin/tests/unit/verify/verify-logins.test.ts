import { expect, it } from 'vitest';
import { askOf, callerNamed } from '../../../src/cli/token.ts';
import { exitCodeOf } from '../../../src/cli/verify.ts';
import { play, tokensToAsk } from '../../../src/verify/play.ts';
import { differencesOf, tableOf } from '../../../src/verify/table.ts';
import { TokenClient } from '../../../src/verify/tokens.ts';
import { playOptions, targetOf } from '../../support/verifiable.ts';
import { startTestTwin } from '../../support/twin.ts';

const CLIENTS = `  api:clients:
    - { name: test-app, party: first, grants: [client_credentials, password], permissions: [read:user] }
    - { name: page, type: spa, callbacks: ['http://localhost:5173'], origins: ['http://localhost:5173'], grants: [authorization_code, refresh_token] }
    - { name: web, type: web, callbacks: ['http://localhost:5174/callback'], grants: [authorization_code] }
`;
const USERS = `  api:users:
    - { email: reader@example.com, roles: [reader] }
    - { email: writer@example.com, roles: [writer] }
`;

const twin = await startTestTwin({
  change: ({ edit, read, write }) => {
    edit('contract.ts', "reader: ['read:user'],", "reader: ['read:user'], writer: ['write:user'],");
    edit('contract.ts', '  routes: {', "  routes: {\n    'GET /write': { handler: 'test', scopes: ['write:user'] },");
    const file = read('Pulumi.dev.yaml');
    write(
      'Pulumi.dev.yaml',
      file.replace(/ {2}api:clients:\n(?: {4}.*\n)+/, CLIENTS).replace(/ {2}api:testUser:.*\n/, USERS),
    );
  },
});

it('A verification of a twin logs each user in through each client and plays every role, so --strict passes', async () => {
  const played = await play(playOptions(twin));
  expect(differencesOf(played)).toEqual([]);
  expect(tableOf(played)).not.toContain('Not tried');
  expect(exitCodeOf(played, true)).toBe(0);
  expect(tableOf(played)).toContain('role writer through page (authorization_code)');
  expect(twin.log.some((line) => line.includes('GET /u/login'))).toBe(true);
});

it('A verification of a deployed stack does not play the hosted login page', async () => {
  const { logins, passwords, services } = tokensToAsk(playOptions(twin, { local: false }));
  expect(logins).toBe(0);
  expect([passwords, services].every((count) => count > 0)).toBe(true);
});

const get = async (as: string | undefined, through?: string) => {
  const target = targetOf(twin);
  const caller = callerNamed(
    { ...(as !== undefined && { as }), ...(through !== undefined && { through }) },
    twin.model(),
  );
  return new TokenClient(target, twin.outputs.clientIds).get(askOf(caller, {}));
};

it.each(['page', 'web', 'test-app'])('A token by hand is that of a user through %s', async (through) => {
  const got = await get('writer@example.com', through);
  expect(got.kind === 'token' && got.claims['azp']).toBe(twin.outputs.clientIds[through]);
  expect(got.kind === 'token' && got.claims['scope']).toContain('write:user');
});

it.each([
  [undefined, undefined, 'Name a caller with --as. Stack dev has: test-app, '],
  ['writer@example.com', 'wep', 'did you mean writer@example.com through web? Stack dev has: test-app, '],
  ['test-app', 'web', 'There is no caller test-app through web. Stack dev has: '],
  ['writer@example.org', undefined, 'There is no caller writer@example.org. Stack dev has: '],
  ['web', undefined, 'There is no caller web. Stack dev has: '],
])('A token as %s through %s is rejected with what to write instead', async (as, through, says) => {
  await expect(get(as, through)).rejects.toThrow(says);
});
