import { spawn } from 'node:child_process';
import { afterFile } from '../../../tests/support/cleanup.ts';

export interface Started {
  /** What it printed until it served. */
  readonly printed: string;
}

/** Starts a twin by a command, and resolves once it serves. The twin ends after the tests of the file. */
export async function startCommand(folder: string, command: string, ...args: readonly string[]): Promise<Started> {
  // A group of its own: npm does not pass a signal on.
  const child = spawn(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  afterFile(() => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  });
  let printed = '';
  return new Promise((resolve, reject) => {
    const hear = (part: Buffer): void => {
      printed += part.toString();
      if (printed.includes('Ctrl+C')) resolve({ printed });
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`the twin ended:\n${printed}`)));
  });
}
