import { beforeEach, describe, expect, it } from 'vitest';
import { selectOwnStack } from './support/contracts.ts';
import { deleteByHand, killProgram, leftovers, moments, orphans, random, SLOW, until } from './support/interruption.ts';
import { DESTROY, Sandbox, UP } from './support/sandbox.ts';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = new Sandbox();
  await selectOwnStack(sandbox);
});

const deletions = () => sandbox.changes().filter(({ what }) => what === 'deleted');

describe('The program’s process', () => {
  it.each(moments('program', 2))(
    'The next up finishes after the program was killed after $changes changes and $extra ms, and nothing is lost',
    async ({ changes, extra }) => {
      const running = sandbox.begin(UP, SLOW);
      await until(() => sandbox.changes().length >= changes);
      expect((await killProgram(running, extra)).code).not.toBe(0);
      await sandbox.up();
      await sandbox.upUnchanged();
      expect(deletions()).toEqual([]);
      expect(await orphans(sandbox)).toEqual([]);
    },
  );

  it('The engine deletes nothing if the program is killed before it has declared everything', async () => {
    await sandbox.up();
    const before = sandbox.services.entries.length;
    const { code } = await killProgram(sandbox.begin(UP), random('reload', 400));
    expect(code).not.toBe(0);
    expect(sandbox.changes(before)).toEqual([]);
    await sandbox.upUnchanged();
  });
});

describe('A lost response', () => {
  it('A lost response to CreateRoute leaves a route that blocks every up with 409 until it is deleted by hand', async () => {
    const { code } = await sandbox.attempt(UP, { lose: ['Route'] });
    expect(code).not.toBe(0);
    for (const _ of ['npm run up', 'and once more']) {
      const { text } = await sandbox.npmRunUp();
      expect(text).toMatch(/409 Conflict: aws:apigatewayv2\/route:Route \S+ already exists/);
    }
    const left = await orphans(sandbox);
    expect(new Set(left.map(({ type }) => type))).toEqual(new Set(['aws:apigatewayv2/route:Route']));
    deleteByHand(sandbox, left);
    expect((await sandbox.npmRunUp()).code).toBe(0);
  });
});

describe('A failure of a provider', () => {
  it('After a provider fails in the middle of up, the next up and the next destroy continue from the state', async () => {
    for (const failFrom of [1 + random('failure', 6), 8]) {
      const before = sandbox.services.entries.length;
      const { code, text } = await sandbox.attempt(UP, { failFrom });
      expect(code).not.toBe(0);
      expect(text).toContain('503 Service Unavailable');
      expect(sandbox.changes(before)).toHaveLength(failFrom - 1);
    }
    await sandbox.up();
    await sandbox.upUnchanged();
    expect(await orphans(sandbox)).toEqual([]);
    expect(deletions()).toEqual([]);

    const { code } = await sandbox.attempt(DESTROY, { failFrom: 5 });
    expect(code).not.toBe(0);
    await sandbox.pulumi(DESTROY);
    expect(leftovers(sandbox)).toEqual([]);
  });
});
