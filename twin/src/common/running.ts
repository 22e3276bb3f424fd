import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';

/** What `.twin/<stack>/run.json` says about a running twin. The file exists while both of its ports are open. */
const RUN = z.object({
  pid: z.int().positive(),
  stack: z.string().default(''),
  apiUrl: z.string().default(''),
  /** Empty with `--no-tenant`. */
  tenantUrl: z.string().default(''),
  /** A hash over what the program declares. */
  graph: z.string().default(''),
  /** The routes that have a local backend. */
  forwards: z.array(z.string()).default([]),
});

export type Run = z.infer<typeof RUN>;

/**
 * The twin that a run.json describes, if its process is alive.
 * @param text the file's content, or undefined where there is none
 */
export function runningTwin(text: string | undefined): Run | undefined {
  if (text === undefined) return undefined;
  try {
    const run = RUN.parse(JSON.parse(text));
    return isAlive(run.pid) ? run : undefined;
  } catch {
    // A damaged file describes no twin.
    return undefined;
  }
}

/** Whether there is a process of this id. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // A process of another user is alive too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** The folder that a stack's twin keeps its files in: below `--state-dir`, or below `.twin` in the program's folder. */
export function stateFolder(root: URL, stack: string, stateDir?: string): URL {
  return stateDir === undefined ? new URL(`.twin/${stack}/`, root) : pathToFileURL(`${resolve(stateDir)}/${stack}/`);
}
