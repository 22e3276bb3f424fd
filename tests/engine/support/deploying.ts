import { begin, type Ended } from './cli.ts';
import type { Faults } from '../standin/provider.ts';
import type { Sandbox } from './sandbox.ts';

/** Runs `npm run up -- --yes` without the type check. */
export function npmRunUp(sandbox: Sandbox, args: readonly string[] = [], faults: Partial<Faults> = {}): Promise<Ended> {
  const command = ['program/deploy/main.ts', '--yes', ...args];
  return begin(process.execPath, command, sandbox.project.path, sandbox.environment(faults)).ended;
}
