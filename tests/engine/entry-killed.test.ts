import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { Ended } from './support/cli.ts';
import { selectOwnStack } from './support/contracts.ts';
import { npmRunUp } from './support/deploying.ts';
import { Sandbox } from './support/sandbox.ts';

const sandbox = new Sandbox();
/** Has a line for each process that found the program's entry file. */
const finders = join(sandbox.project.path, 'finders');

/**
 * A `node` that dies as the process that finds the program's entry file, the one of this turn: each evaluation has one.
 * The policy pack's is another.
 */
const dying = (turn: number): string => `case "$*" in *"cmd/run')"*)
  echo >> "${finders}"
  if [ "$(wc -l < "${finders}")" -eq ${turn} ]; then kill -9 $$; fi
esac
exec "${process.execPath}" "$@"`;

beforeAll(async () => {
  await selectOwnStack(sandbox);
  await sandbox.up();
});

async function upWithDyingFinder(turn: number): Promise<Ended> {
  rmSync(finders, { force: true });
  sandbox.addCommand('node', dying(turn));
  const ended = await npmRunUp(sandbox);
  expect(sandbox.project.read('finders').length).toBeGreaterThanOrEqual(turn);
  sandbox.addCommand('node', dying(0));
  return ended;
}

it.each([
  { phase: 'the preview', turn: 1, says: 'so nothing was deployed' },
  { phase: 'the update', turn: 2, says: 'delete is not allowed by the plan' },
])(
  'npm run up deletes nothing when the process that finds the entry file is killed in $phase',
  async ({ turn, says }) => {
    const before = sandbox.services.entries.length;
    const { code, text } = await upWithDyingFinder(turn);
    expect(text).toContain(says);
    expect(code).not.toBe(0);
    expect(sandbox.changes(before)).toEqual([]);
  },
);

it('npm run up succeeds after the process that finds the entry file was killed', async () => {
  expect((await npmRunUp(sandbox)).code).toBe(0);
  await sandbox.upUnchanged();
});
