import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { shown, UserError } from '../user-error.ts';
import { doubtAbout, type ExportedState, type HistoryEntry } from './last-update.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Runs `npm run up`: `pulumi up` with these arguments, after a refresh where the last update may not have ended well. */
export function deploy(args: readonly string[]): void {
  try {
    process.exitCode = up(args);
  } catch (error) {
    process.stderr.write(`${shown(error)}\n`);
    process.exitCode = 1;
  }
}

/** Returns the exit code of `pulumi up`, or of the refresh before it where that fails. */
export function up(args: readonly string[]): number {
  const stack = stackIn(args);
  const history = read<readonly HistoryEntry[] | null>(['stack', 'history', '--json', '--page-size', '100', ...stack]);
  const state = read<ExportedState>(['stack', 'export', ...stack]);
  const doubt = doubtAbout(history ?? [], state);
  if (doubt !== undefined) {
    process.stderr.write(`Refreshing the stack before the update: ${doubt}, so the state may not be true.\n`);
    const refreshed = pulumi([
      'refresh',
      '--yes',
      '--skip-preview',
      '--suppress-outputs',
      '--suppress-progress',
      ...stack,
    ]);
    if (refreshed !== 0) return refreshed;
  }
  return pulumi(['up', ...args]);
}

/** The arguments that name the stack, for the commands besides `up`. */
function stackIn(args: readonly string[]): string[] {
  const { stack } = parseArgs({ args: [...args], options: NAMED, strict: false, allowPositionals: true }).values;
  return typeof stack === 'string' ? ['--stack', stack] : [];
}

/** The options of `pulumi up` whose value may follow a single letter. */
const NAMED = {
  stack: { type: 'string', short: 's' },
  config: { type: 'string', short: 'c' },
  cwd: { type: 'string', short: 'C' },
  message: { type: 'string', short: 'm' },
  parallel: { type: 'string', short: 'p' },
  target: { type: 'string', short: 't' },
} as const;

function pulumi(args: readonly string[]): number {
  const { status, error } = spawnSync('pulumi', args, { cwd: root, stdio: 'inherit' });
  if (error !== undefined) throw new UserError('There is no pulumi on the path; install the Pulumi CLI.');
  return status ?? 1;
}

function read<T>(args: readonly string[]): T {
  const { status, stdout, error } = spawnSync('pulumi', args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['inherit', 'pipe', 'inherit'],
    maxBuffer: 2 ** 30,
  });
  if (error !== undefined) throw new UserError('There is no pulumi on the path; install the Pulumi CLI.');
  if (status !== 0) throw new UserError(`pulumi ${args.slice(0, 2).join(' ')} failed, so nothing was deployed.`);
  return JSON.parse(stdout) as T;
}
