import { beforeAll, describe, expect, it } from 'vitest';
import { CLIENT, selectOwnStack, setConfig } from './support/contracts.ts';
import { Sandbox, UP } from './support/sandbox.ts';

const CONNECTION = 'auth0:index/connection:Connection';
const USER = 'auth0:index/user:User';
const sandbox = new Sandbox();

const clients = (): unknown[] =>
  sandbox
    .values('auth0:index/connectionClients:ConnectionClients', 'enabledClients')
    .map((ids) => (ids as unknown[]).length);
const signup = (): unknown[] =>
  sandbox.values(CONNECTION, 'options').map((options) => (options as Options).disableSignup);

interface Options {
  readonly disableSignup: boolean;
}

interface Row {
  /** The last word of the type whose change Auth0 refuses once. */
  readonly type: string;
  readonly change: () => void | Promise<void>;
  /** What the services have of it: before and after. */
  readonly shows: () => unknown[];
  readonly after: unknown[];
  /** Whether the next plain update fails, instead of writing nothing. */
  readonly fails?: true;
}

const ROWS: readonly Row[] = [
  {
    type: 'Connection',
    change: () => setConfig(sandbox, { 'api:database': { signUp: true } }),
    shows: signup,
    after: [false],
  },
  {
    type: 'User',
    change: () => setConfig(sandbox, { 'api:testUser': { email: 'other@example.com', roles: ['reader'] } }),
    shows: () => sandbox.values(USER, 'email'),
    after: ['other@example.com'],
  },
  {
    type: 'ConnectionClients',
    change: () => setConfig(sandbox, { 'api:clients': [CLIENT, { ...CLIENT, name: 'second' }] }),
    shows: clients,
    after: [2],
    fails: true,
  },
];

beforeAll(async () => {
  await selectOwnStack(sandbox);
  await sandbox.up();
});

describe('A change that Auth0 rejected once', () => {
  it.each(ROWS)(
    'npm run up writes a change of a $type that Auth0 rejected once, and pulumi up does not',
    async ({ type, change, shows, after, fails }) => {
      const before = shows();
      await change();
      const refused = await sandbox.attempt([...UP, '--continue-on-error'], { refuse: [type] });
      expect(refused.code).not.toBe(0);
      const { code, text } = await sandbox.attempt(UP);
      if (fails) expect(text).toContain('Payload validation error');
      expect(code === 0).toBe(fails !== true);
      expect(shows()).toEqual(before);
      expect((await sandbox.npmRunUp()).code).toBe(0);
      expect(shows()).toEqual(after);
    },
  );

  it('A rejected change of the test user’s password replaces the user, because no refresh reads a password', async () => {
    const { resources = [] } = await sandbox.state();
    const password = resources.find(
      ({ type, urn }) => type === 'random:index/randomPassword:RandomPassword' && urn.endsWith('::auth0'),
    );
    const refused = await sandbox.attempt([...UP, '--replace', password?.urn ?? ''], { refuse: ['User'] });
    expect(refused.code).not.toBe(0);
    expect((await sandbox.npmRunUp()).code).toBe(0);
    const { stdout } = await sandbox.begin(['stack', 'output', '--json', '--show-secrets']).ended;
    expect(sandbox.values(USER, 'password')).toEqual([
      (JSON.parse(stdout) as { testUserPassword: string }).testUserPassword,
    ]);
    await sandbox.upUnchanged();
  });
});
