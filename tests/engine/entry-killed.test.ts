import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Ended, Running } from './support/cli.ts';
import { selectOwnStack } from './support/contracts.ts';
import { beginNpmRunUp, npmRunUp } from './support/deploying.ts';
import { changesSince } from './support/interruption.ts';
import { descendants, kill } from './support/processes.ts';
import { Sandbox } from './support/sandbox.ts';

const sandbox = new Sandbox();
beforeAll(async () => {
  await selectOwnStack(sandbox);
  await sandbox.up();
});
afterAll(() => sandbox.remove());

/** Kills the process that finds the program's entry file, the one of this turn: each evaluation has one. */
async function killEntryFinder({ pid, ended }: Running, turn: number): Promise<Ended> {
  const seen = new Set<number>();
  const running = { isOver: false };
  const over = ended.finally(() => (running.isOver = true));
  while (!running.isOver) {
    for (const one of descendants(pid).filter(({ command }) => command.includes('require.resolve('))) {
      if (seen.has(one.pid)) continue;
      seen.add(one.pid);
      if (seen.size === turn) kill(one.pid);
    }
    await setTimeout(1);
  }
  expect(seen.size).toBeGreaterThanOrEqual(turn);
  return over;
}

it.each([
  { phase: 'the preview', turn: 1, says: 'so nothing was deployed' },
  { phase: 'the update', turn: 2, says: 'delete is not allowed by the plan' },
])(
  'npm run up deletes nothing when the process that finds the entry file is killed in $phase',
  async ({ turn, says }) => {
    const before = sandbox.world.entries.length;
    const { code, text } = await killEntryFinder(beginNpmRunUp(sandbox), turn);
    expect(text).toContain(says);
    expect(code).not.toBe(0);
    expect(changesSince(sandbox, before)).toEqual([]);
  },
);

it('npm run up succeeds after the process that finds the entry file was killed', async () => {
  expect((await npmRunUp(sandbox)).code).toBe(0);
  await sandbox.upUnchanged();
});
