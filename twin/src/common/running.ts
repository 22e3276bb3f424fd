import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';

/** The content of `.twin/<stack>/run.json`, which exists while the twin's ports are open. */
const RUN = z.object({
  pid: z.int().positive(),
  stack: z.string().default(''),
  apiUrl: z.string().default(''),
  tenantUrl: z.string().default(''),
  /** A hash of what the program declares. */
  graph: z.string().default(''),
  forwards: z.array(z.string()).default([]),
});

export type Run = z.infer<typeof RUN>;

/** Returns the twin that a run.json describes if its process is alive. The text is undefined without a file. */
export function runningTwin(text: string | undefined): Run | undefined {
  if (text === undefined) return undefined;
  try {
    const run = RUN.parse(JSON.parse(text));
    return isAlive(run.pid) ? run : undefined;
  } catch {
    return undefined;
  }
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // The process belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Returns the folder of a stack's files: below `--state-dir`, or below `.twin` in the program's folder. */
export function stateFolder(root: URL, stack: string, stateDir?: string): URL {
  return stateDir === undefined ? new URL(`.twin/${stack}/`, root) : pathToFileURL(`${resolve(stateDir)}/${stack}/`);
}
