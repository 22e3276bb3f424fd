import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { ROOT } from './project.ts';

let runs = 0;

/**
 * Runs an entry file of the project in this process, which has loaded most of it already, as `node FILE ARGS` would.
 * @param folder where it runs; the project's by default
 */
export async function runEntry(
  file: string,
  args: readonly string[],
  folder: URL = ROOT,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const { argv } = process;
  const home = process.cwd();
  const printed = { stdout: '', stderr: '' };
  const write = (stream: keyof typeof printed, end: string) => (part: unknown) => {
    printed[stream] += String(part) + end;
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(write('stdout', '')),
    vi.spyOn(process.stderr, 'write').mockImplementation(write('stderr', '')),
    vi.spyOn(console, 'log').mockImplementation(write('stdout', '\n')),
    vi.spyOn(console, 'error').mockImplementation(write('stderr', '\n')),
  ];
  try {
    process.chdir(fileURLToPath(folder));
    process.argv = [process.execPath, file, ...args];
    // Another address makes the file run again.
    await import(`${fileURLToPath(new URL(file, ROOT))}?run=${(runs += 1)}`);
    return { code: Number(process.exitCode ?? 0), ...printed };
  } finally {
    for (const spy of spies) spy.mockRestore();
    process.argv = argv;
    process.chdir(home);
    process.exitCode = undefined;
  }
}
