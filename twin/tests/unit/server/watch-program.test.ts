import { setTimeout } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { watchProgram } from '../../../src/server/watch-program.ts';
import { copyProject } from '../../../../tests/support/project.ts';

it('watchProgram reports a change of the program, also one from before the listener was added', async () => {
  const project = copyProject();
  const watcher = await watchProgram(project.root);
  onTestFinished(async () => {
    await watcher.close();
    project.remove();
  });
  project.edit('handler/test.ts', 'JWT test backend lambda', 'changed');
  // Longer than it takes to notice.
  await setTimeout(400);
  const changed = vi.fn(async () => undefined);
  watcher.listen(changed, () => undefined);
  await expect.poll(() => changed.mock.calls.length).toBe(1);
  project.edit('contract.ts', 'Read user details', 'Read details');
  await expect.poll(() => changed.mock.calls.length).toBe(2);
});
