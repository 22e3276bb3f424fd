import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { COMPILE_CACHE } from '../common/compile-cache.ts';
import { siblingModule } from '../common/sibling-module.ts';
import { UserError, type UserErrorData } from '../common/user-error.ts';
import { LocalEngine, type Recorded } from './local-engine.ts';
import { listenMonitor, monitorOf, sdkOf } from './monitor.ts';
import { readProject, type Project } from './project.ts';
import { readStackFile, type StackConfig } from './stack-file.ts';
import { readTwinConfig } from './twin-config.ts';

/** What to evaluate. */
export interface Evaluation {
  /** The project's folder, as a URL that ends in a slash. */
  readonly root: string;
  readonly stack: string;
  /** Values from the command line, which replace those of the stack file. */
  readonly config: Readonly<Record<string, string>>;
  readonly seed: string;
}

/** The error that ended a program's process; `unreadable` where Node cannot load a file of the program. */
export type ProgramError =
  | ({ readonly kind: 'refused' } & UserErrorData)
  | { readonly kind: 'failed'; readonly stack: string; readonly unreadable: boolean };

/** Milliseconds; a program with 300 routes takes a twentieth of it. */
const LIMIT = 60_000;

const PRELOAD = pathToFileURL(siblingModule(import.meta.url, 'program-preload')).href;

/**
 * Runs a program as Pulumi's CLI would: by the SDK's own runner, in a process of its own, against a local engine that
 * speaks the resource monitor's protocol. There is no engine's address, so `pulumi.runtime.hasEngine()` is false.
 * Source: pulumi/pulumi, sdk/nodejs/cmd/pulumi-language-nodejs/main.go
 * @throws UserError for what the user can fix
 */
export async function evaluate(evaluation: Evaluation, signal?: AbortSignal): Promise<Recorded> {
  const root = new URL(evaluation.root);
  const project = readProject(root);
  const config = readStackFile(root, evaluation.stack, evaluation.config);
  const { stackReferences, outputs } = await readTwinConfig(root);
  const engine = new LocalEngine({ config, folder: project.folder, seed: evaluation.seed, stackReferences, outputs });
  const sdk = sdkOf(project.folder);
  const monitor = await listenMonitor(monitorOf(engine, sdk.load, project.folder), sdk.load);
  try {
    const error = await run(project, config, { runner: `${sdk.folder}cmd/run`, monitor: monitor.address, signal });
    if (error !== undefined && engine.problems.length === 0) throw asError(error, config);
    return engine.finish();
  } finally {
    monitor.close();
  }
}

interface Runner {
  /** The SDK's module that runs a program. */
  readonly runner: string;
  /** The address of the resource monitor. */
  readonly monitor: string;
  readonly signal: AbortSignal | undefined;
}

/** Runs the program to its end. */
async function run(
  project: Project,
  config: StackConfig,
  { runner, monitor, signal }: Runner,
): Promise<ProgramError | undefined> {
  const flags = { monitor, project: config.project, stack: config.stack, organization: 'organization', parallel: '16' };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn(
    process.execPath,
    [...project.nodeArguments, runner, ...args, '--pwd', project.folder, project.entry],
    {
      cwd: project.folder,
      // Keeps what the program prints out of a command's output inside `$(...)`.
      stdio: ['ignore', 2, 2, 'pipe'],
      env: {
        ...process.env,
        ...project.environment,
        NODE_COMPILE_CACHE: COMPILE_CACHE,
        // Not an argument: with one, the SDK's runner would load TypeScript in another way.
        NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --import=${PRELOAD}`,
        TWIN_PROGRAM: 'yes',
        PULUMI_CONFIG: JSON.stringify(config.values),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(config.secretKeys),
      },
    },
  );
  const limit = AbortSignal.timeout(LIMIT);
  const kill = (): void => void child.kill('SIGKILL');
  limit.addEventListener('abort', kill);
  signal?.addEventListener('abort', kill);
  const written = text(child.stdio[3] as Readable);
  const status = await new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signalName) => resolve(signalName ?? code));
  });
  signal?.removeEventListener('abort', kill);
  if (limit.aborted) {
    const summary = `The program is still running after ${LIMIT / 1000} s. Check it for a promise that never resolves.`;
    return { kind: 'refused', summary, code: 'timeout', problems: [] };
  }
  const error = await written;
  if (error !== '') return JSON.parse(error) as ProgramError;
  if (status === 0) return undefined;
  const ended = typeof status === 'number' ? `exit code ${status}` : status;
  return { kind: 'failed', stack: `the evaluation of the program ended early (${ended})`, unreadable: false };
}

function asError(error: ProgramError, { environments, stack }: StackConfig): Error {
  if (error.kind === 'refused') {
    const place = `Pulumi.${stack}.yaml, environment`;
    const hints = environments.map((name) => ({
      place,
      message: `only Pulumi can read ${name}; write a value that it holds as --config key=<value>`,
    }));
    return new UserError(error.summary, { code: error.code, problems: [...error.problems, ...hints] });
  }
  if (!error.unreadable) return new Error(error.stack);
  const summary = `Node cannot load the program:\n  ${error.stack.split('\n    at ')[0]}`;
  return new UserError(summary, { code: 'unreadable-program' });
}
