import { rmSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { selectOwnStack } from './support/contracts.ts';
import {
  CHANGES,
  leftovers,
  deleteByHand,
  killCli,
  moments,
  orphans,
  random,
  REFRESH,
  SLOW,
  until,
} from './support/interruption.ts';
import { DESTROY, IMPORT, Sandbox, UP } from './support/sandbox.ts';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = new Sandbox();
  await selectOwnStack(sandbox);
});

describe('The Pulumi CLI', () => {
  it.each(moments('cli', 2))(
    'cancel and npm run up recover from a CLI killed after $changes changes and $extra ms, orphaning only pending creations',
    async ({ changes, extra }) => {
      const running = sandbox.begin(UP, SLOW);
      await until(() => sandbox.changes().length >= changes, extra);
      await killCli(running);
      await mendBackend();
      const pending = ((await sandbox.state()).pending_operations ?? []).map(({ resource }) => resource.type);

      const left = (await orphans(sandbox)).map(({ type }) => type);
      expect(pending).toEqual(expect.arrayContaining(left));
      // Killed sooner, the CLI has not locked the stack.
      if (changes > 0) expect((await sandbox.npmRunUp()).text).toContain('pulumi cancel');
      await sandbox.attempt(['cancel', '--yes', 'dev']);
      const { code, text } = await sandbox.npmRunUp();
      if (changes > 0) expect(text).toContain('Refreshing the stack before the update');
      if (code !== 0) {
        expect(text).toContain('already exists');
        deleteByHand(sandbox, await orphans(sandbox));
        expect((await sandbox.npmRunUp()).code).toBe(0);
      }
      await sandbox.upUnchanged();
    },
  );

  it('A CLI killed while it writes to a file backend leaves an unreadable state until its attributes are deleted', async () => {
    writeFileSync(sandbox.attributesFile(), '');
    expect((await sandbox.attempt(['stack', 'export'])).text).toContain('failed to load checkpoint: EOF');
    await mendBackend();
    expect((await sandbox.attempt(['stack', 'export'])).code).toBe(0);
  });

  it('A killed CLI leaves the stack locked until cancel, and unique names taken until they are deleted by hand', async () => {
    await killWhileCreating('aws:cloudwatch/logGroup:LogGroup');
    expect((await sandbox.attempt(UP)).text).toContain('pulumi cancel');
    await cancelAndRefresh();
    const { code, text } = await sandbox.attempt(UP);
    expect(code).not.toBe(0);
    expect(text).toContain('already exists');
    const left = await orphans(sandbox);
    expect(left.map(({ type }) => type)).toContain('aws:cloudwatch/logGroup:LogGroup');
    expect(left.filter(({ type, id }) => text.includes(`${type} ${id} already exists`))).not.toEqual([]);
    deleteByHand(sandbox, left);
    await sandbox.up();
  });

  it('pulumi import adopts the Auth0 API that a killed CLI was creating', async () => {
    const { type, id } = await killWhileCreating('auth0:index/resourceServer:ResourceServer');
    await cancelAndRefresh();
    const parent = 'side=urn:pulumi:dev::auth0-http-api::auth0-http-api:index:Auth0Side::auth0';
    await sandbox.pulumi(['import', type, 'auth0', id, '--parent', parent, ...IMPORT]);
    deleteByHand(sandbox, await orphans(sandbox));
    await sandbox.up();
    await sandbox.upUnchanged();
    const { resources = [] } = await sandbox.state();
    expect(resources.filter((resource) => resource.type === type)).toMatchObject([{ id }]);
  });

  it('cancel, refresh and destroy finish a destroy whose CLI was killed', async () => {
    await sandbox.up();
    const before = sandbox.services.entries.length;
    const running = sandbox.begin(DESTROY, SLOW);
    await until(() => sandbox.changes(before).length >= 1 + random('destroy', CHANGES - 2));
    await killCli(running);
    await cancelAndRefresh();
    await sandbox.pulumi(DESTROY);
    expect(leftovers(sandbox)).toEqual([]);
  });
});

/** Kills the CLI when the cloud has created something and not yet said so. */
async function killWhileCreating(type: string): Promise<{ type: string; id: string }> {
  const before = sandbox.services.entries.length;
  const delay = 2000;
  const running = sandbox.begin(UP, { delay });
  const made = () => sandbox.changes(before).find(({ what, resource }) => what === 'created' && resource.type === type);
  const ended = await Promise.race([running.ended, until(() => made() !== undefined)]);
  if (ended !== undefined) throw new Error(`pulumi up ended before it created a ${type}:\n${ended.text}`);
  await killCli(running, delay);
  return { type, id: made()?.resource.id ?? '' };
}

/** What docs/operations.md says of file backends; a random kill seldom needs it. */
async function mendBackend(): Promise<void> {
  const { text } = await sandbox.attempt(['stack', 'export']);
  if (text.includes('failed to load checkpoint: EOF')) rmSync(sandbox.attributesFile());
}

/** The steps of docs/operations.md, "When an update is interrupted". */
async function cancelAndRefresh(): Promise<void> {
  await mendBackend();
  await sandbox.attempt(['cancel', '--yes', 'dev']);
  await sandbox.pulumi([...REFRESH, '--clear-pending-creates']);
}
