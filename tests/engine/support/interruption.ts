import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { isRunning } from '../../support/running.ts';
import { KINDS } from '../standin/kinds.ts';
import type { Resource } from '../standin/services.ts';
import type { Ended, Running } from './cli.ts';
import { descendants, kill } from './processes.ts';
import type { Sandbox } from './sandbox.ts';

/** The seed of the random moments. `npm run test:engine` chooses and prints it, so that a failure can be repeated. */
const SEED = process.env['ENGINE_SEED'] ?? 'none';

/** A whole number from 0 to below a limit that follows from the seed and a label. */
export function random(label: string, limit: number): number {
  return createHash('sha256').update(`${SEED} ${label}`).digest().readUInt32BE() % limit;
}

/** Waits until a condition holds, and then this many milliseconds. */
export async function until(condition: () => boolean, extra = 0): Promise<void> {
  const patience = AbortSignal.timeout(300_000);
  while (!condition()) {
    if (patience.aborted) throw new Error('what was waited for did not come within 300 s');
    await setTimeout(10);
  }
  await setTimeout(extra);
}

/** Kills the Node process that runs the program, as running out of memory would. */
export async function killProgram({ pid, ended }: Running, extra: number): Promise<Ended> {
  // Not the process before it, which only finds the SDK: if that is killed, Pulumi 3.260 assumes an empty program and
  // deletes everything.
  const program = () => descendants(pid).find(({ command }) => /\/cmd\/run\/.* --monitor /.test(command));
  await until(() => program() !== undefined, extra);
  const running = program();
  if (running === undefined) throw new Error('the program had ended before it could be killed');
  kill(running.pid);
  return ended;
}

/**
 * Kills the CLI and all its processes, like a machine that stops, and waits until the services have completed the changes
 * that had begun.
 * @param delay milliseconds that each change takes
 */
export async function killCli({ pid, ended }: Running, delay = SLOW.delay): Promise<void> {
  const started = descendants(pid);
  kill(pid);
  const { code } = await ended;
  if (code !== null) throw new Error('the CLI had ended before it could be killed');
  for (const child of started) kill(child.pid);
  await until(() => started.every((child) => !isRunning(child.pid)), delay);
}

/** Returns the orphans, which exist in the clouds but not in the state, so that no update deletes them. */
export async function orphans(sandbox: Sandbox): Promise<Resource[]> {
  const known = ((await sandbox.state()).resources ?? []).map(({ type, id }) => `${type} ${id ?? ''}`);
  return [...sandbox.services.resources.values()].filter(
    ({ type, id }) => !isProperty(type) && !known.includes(`${type} ${id}`),
  );
}

/** Returns the remaining resources, except those that a service keeps after their deletion. */
export function leftovers({ services }: Sandbox): Resource[] {
  return [...services.resources.values()].filter(({ type }) => KINDS[type]?.remains !== true);
}

/** Deletes resources as a person would at the console. */
export function deleteByHand(sandbox: Sandbox, resources: readonly Resource[]): void {
  for (const resource of resources) sandbox.services.record({ what: 'lost', urn: '', resource });
}

function isProperty(type: string): boolean {
  return KINDS[type]?.property === true;
}

/** Milliseconds of each change in tests that interrupt an update. */
export const SLOW = { delay: 200 };
/** The minimum number of changes in the first `up` of the tests' own stack. */
export const CHANGES = 22;
export const REFRESH = ['refresh', '--yes', '--skip-preview', '--suppress-progress'];

/** Moments of a first `up`: a number of changes, and milliseconds after the last. */
export function moments(label: string, count: number): { readonly changes: number; readonly extra: number }[] {
  return Array.from({ length: count }, (_, index) => ({
    changes: random(`${label} ${index} changes`, CHANGES),
    extra: random(`${label} ${index} extra`, SLOW.delay),
  }));
}
