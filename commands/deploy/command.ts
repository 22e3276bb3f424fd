import { spawnSync, type SpawnSyncOptions } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../program/user-error.ts';
import { readArguments, type DeployArguments } from './arguments.ts';
import { doubtAbout, type ExportedState, type HistoryEntry } from './last-update.ts';
import { NO_CLI } from './pulumi-cli.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

const POLICY = ['--policy-pack', join(root, 'policy')];

/** The exit code after a declined confirmation. Source: sdk/go/common/util/cmdutil of Pulumi's repository */
const CANCELLED = 8;

/** A failed Pulumi command, in contrast to an update that this program refuses. */
class PulumiError extends UserError {}

/**
 * Runs `npm run up`: `pulumi up`, after a refresh if the last update may have failed. If a command fails,
 * `npm run doctor` examines the stack.
 */
export function deploy(args: readonly string[]): void {
  if (!report(() => up(args))) return;
  process.stderr.write('\nnpm run doctor:\n\n');
  const options: SpawnSyncOptions = { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] };
  spawnSync(process.execPath, ['commands/doctor/main.ts', ...stackOf(args)], options);
}

/** Returns the `--stack` option for the named or selected stack; empty without either. */
function stackOf(args: readonly string[]): readonly string[] {
  const { stack } = readArguments(args);
  if (stack[0] === '--stack') return stack.slice(0, 2);
  const { stdout, status } = spawnSync('pulumi', ['stack', '--show-name'], { cwd: root, encoding: 'utf8' });
  return status === 0 ? ['--stack', stdout.trim()] : [];
}

/** Runs `npm run preview`: `pulumi preview` with the policy pack. */
export function preview(args: readonly string[]): void {
  report(() => {
    bundlePolicy();
    return pulumi(['preview', ...POLICY, ...args]);
  });
}

/** Runs a command, sets the exit code, prints a user's error, and returns whether a Pulumi command failed. */
function report(command: () => number): boolean {
  try {
    process.exitCode = command();
    return process.exitCode !== 0 && process.exitCode !== CANCELLED;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
    return error instanceof PulumiError;
  }
}

/** Runs `pulumi up` and returns its exit code, or that of a failed refresh before it. */
export function up(args: readonly string[]): number {
  const parsed = readArguments([...POLICY, ...args]);
  bundlePolicy();
  const { stack } = parsed;
  const history = read(['stack', 'history', '--json', '--page-size', '100', ...stack]) as
    readonly HistoryEntry[] | null;
  const state = read(['stack', 'export', ...stack]) as ExportedState;
  const doubt = doubtAbout(history ?? [], state);
  if (doubt !== undefined) {
    process.stderr.write(`Refreshing the stack before the update: ${doubt}, so the state may be wrong.\n`);
    for (const { type, resource } of state.deployment.pending_operations ?? []) {
      if (type === 'creating') process.stderr.write(`It may exist without being in the state: ${resource.urn}\n`);
    }
    const refreshed = pulumi([
      'refresh',
      '--yes',
      '--skip-preview',
      '--clear-pending-creates',
      '--suppress-outputs',
      '--suppress-progress',
      ...stack,
    ]);
    if (refreshed !== 0) return refreshed;
  }
  return update(parsed, state);
}

/**
 * Runs `pulumi up` constrained to a preview that deletes at most half of the stack. If the short process that finds the
 * program's entry file dies, Pulumi 3.260 assumes an empty program, deletes everything and exits with 0. That process
 * runs again in the update, so the update must follow the preview's plan. With `--yes`, the preview is not shown.
 */
function update(args: DeployArguments, { deployment }: ExportedState): number {
  if (args.unbounded) return pulumi(['up', ...args.up]);
  if (!args.confirmed) return pulumi(['up', '--strict', ...args.up]);
  const folder = mkdtempSync(join(tmpdir(), 'up-'));
  try {
    const plan = join(folder, 'plan.json');
    const deletions = deletionsOf(plan, args);
    const existing = (deployment.resources ?? []).filter(({ custom }) => custom === true).length;
    if (deletions > (args.allowedDeletions ?? existing / 2)) {
      throw new UserError(
        'deploy',
        `The preview deletes ${deletions} of about ${existing} resources, so nothing was deployed. If this is intended, run npm run up without --yes and confirm it, or, without a terminal, npm run up -- --yes --allow-deletions ${deletions}`,
      );
    }
    return pulumi(['up', '--plan', plan, '--skip-preview', ...args.up]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Saves a preview's plan, and returns how many resources it deletes. A failed preview runs again without --json, which hides the violated rule. */
function deletionsOf(plan: string, { preview }: DeployArguments): number {
  try {
    const planned = read(['preview', '--json', '--save-plan', plan, '--non-interactive', ...preview]);
    return (planned as { changeSummary?: { delete?: number } }).changeSummary?.delete ?? 0;
  } catch (error) {
    pulumi(['preview', '--non-interactive', ...preview]);
    throw error;
  }
}

/** Bundles the policy pack before each deployment, so that no outdated rules apply. */
function bundlePolicy(): void {
  const { status } = spawnSync(process.execPath, ['policy/bundle.ts'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new UserError('deploy', 'The rules cannot be bundled, so nothing was deployed.');
}

function pulumi(args: readonly string[]): number {
  const { status, error } = spawnSync('pulumi', args, { cwd: root, stdio: 'inherit' });
  if (error !== undefined) throw new PulumiError('deploy', NO_CLI);
  return status ?? 1;
}

function read(args: readonly string[]): unknown {
  const { status, stdout, error } = spawnSync('pulumi', args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['inherit', 'pipe', 'inherit'],
    maxBuffer: 2 ** 30,
  });
  if (error !== undefined) throw new PulumiError('deploy', NO_CLI);
  if (status !== 0) {
    // With --json the error may be on standard output; deletionsOf repeats a preview instead.
    if (args[0] !== 'preview') process.stderr.write(stdout);
    throw new PulumiError('deploy', `pulumi ${args[0]} failed, so nothing was deployed.`);
  }
  return JSON.parse(stdout);
}
