import { beforeAll, describe, expect, it } from 'vitest';
import { violationsOf, readStackFile, stackNames } from '@auth0-http-api/twin';
import { ROOT } from '../support/project.ts';
import { leftovers } from './support/interruption.ts';
import { violationsIn, registeredOf, reportsOf } from './support/state.ts';
import { DESTROY, Sandbox } from './support/sandbox.ts';

const QUIET = '--suppress-progress';

const STACKS = stackNames(ROOT);

describe.each(STACKS)('The shipped stack %s', (stack) => {
  const sandbox = new Sandbox('as it ships');
  const production = readStackFile(sandbox.project.root, stack).values['api:production'] === 'true';

  beforeAll(async () => sandbox.select(stack));

  it('The shipped stack previews without calling a service', async () => {
    const { text } = await sandbox.pulumi(['preview', '--diff', QUIET]);
    expect(text).toMatch(/\+ \d+ to create/);
    expect(sandbox.services.entries).toEqual([]);
  });

  it('The shipped stack comes up, and has no change in a second up', async () => {
    await sandbox.pulumi(['up', '--yes', QUIET]);
    const changes = sandbox.services.entries.length;
    expect(changes).toBeGreaterThan(10);
    await sandbox.upUnchanged();
    await sandbox.pulumi(['refresh', '--yes', '--skip-preview', '--expect-no-changes', QUIET]);
    expect(sandbox.services.entries.filter(({ what }) => what !== 'read')).toHaveLength(changes);
  });

  it('The recorded state of the shipped stack satisfies every rule', async () => {
    const registered = registeredOf(await sandbox.stateWithSecrets());
    expect(registered.resources.length).toBeGreaterThan(10);
    expect(registered.secretOutputs).toContain('clientSecrets');
    expect(violationsOf(registered)).toEqual([]);
  });

  it('The access report of the exported state equals that of the program for the shipped stack', async () => {
    const { deployed, declared } = await reportsOf(sandbox);
    expect(deployed).toEqual(declared);
  });

  it('No secret is in the state, the outputs, the log or the preview of the shipped stack', async () => {
    await sandbox.pulumi(['preview', '--diff', '--show-sames', '--show-reads', QUIET]);
    await sandbox.pulumi(['stack', 'output', '--json']);
    await sandbox.pulumi(['stack', 'export']);
    await sandbox.pulumi(['config']);
    const secrets = sandbox.secrets();
    expect(secrets.length).toBeGreaterThanOrEqual(2);
    expect(Math.min(...secrets.map(({ length }) => length))).toBeGreaterThan(15);
    const stored = sandbox.stored();
    expect(stored).toContain('auth0:index/clientCredentials:ClientCredentials');
    expect(secrets.filter((secret) => stored.includes(secret))).toEqual([]);
    expect(secrets.filter((secret) => sandbox.printed().includes(secret))).toEqual([]);
  });

  it.runIf(stack === STACKS[0])('Verbose logs contain the secrets, as docs/deploy.md warns', async () => {
    for (const verbose of [['--debug'], ['--logtostderr', '-v=9']]) {
      const { text } = await sandbox.attempt(['preview', QUIET, ...verbose]);
      expect(sandbox.secrets().filter((secret) => text.includes(secret)).length).toBeGreaterThan(0);
    }
  });

  it.runIf(production)('The shipped stack cannot be destroyed while it has protected resources', async () => {
    const existing = sandbox.services.resources.size;
    // The preview refuses. Without one the engine deletes what is not protected before it comes to what is.
    const { code, text } = await sandbox.attempt(['destroy', '--yes', QUIET]);
    expect(code).not.toBe(0);
    expect(text).toContain('because it is protected');
    expect(sandbox.services.resources.size).toBe(existing);
    const guarded = ((await sandbox.state()).resources ?? []).filter(({ protect }) => protect === true);
    await sandbox.pulumi(['state', 'unprotect', '--all', '--yes']);
    const unprotected = (await violationsIn(sandbox)).map(({ rule }) => rule);
    expect(unprotected).toEqual(guarded.map(() => 'production is protected'));
    expect(unprotected).not.toEqual([]);
  });

  it('Destroying the shipped stack leaves nothing behind', async () => {
    await sandbox.pulumi(DESTROY);
    expect(leftovers(sandbox)).toEqual([]);
    expect((await sandbox.state()).resources ?? []).toEqual([]);
  });
});
