import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { COMPILE_CACHE } from '../common/compile-cache.ts';
import { siblingModule } from '../common/sibling-module.ts';
import type { UserErrorData } from '../common/user-error.ts';
import type { Project } from './project.ts';
import type { StackConfig } from './stack-file.ts';

/** The error that ended a program's process; `unreadable` where Node cannot load a file of the program. */
export type ProgramError =
  | ({ readonly kind: 'refused' } & UserErrorData)
  | { readonly kind: 'failed'; readonly stack: string; readonly unreadable: boolean };

/** How a run of a program ended. */
export interface Outcome {
  readonly error?: ProgramError | undefined;
  /** The files of Pulumi's packages that the program loaded. */
  readonly modules: readonly string[];
  /** Whether the process waits to run the program again. */
  readonly waits: boolean;
  /** Whether the process loaded the program's files again before this run. */
  readonly reloaded: boolean;
}

/** What the process loads at once. */
export interface Ahead {
  /** The folder of the program's copy of `@pulumi/pulumi`. */
  readonly sdk: string;
  /** The files that the last evaluation loaded. */
  readonly modules: readonly string[];
  /** Whether it is to wait for another order when the program has run. */
  readonly stays: boolean;
}

/** The order to run the program. */
export interface Go {
  /** The address of the resource monitor. */
  readonly monitor: string;
  readonly project: string;
  readonly stack: string;
  readonly values: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
}

/** A program's process. It loads the SDKs at once, and the program when it is told to run. */
export interface Runner {
  /**
   * Runs the program. After an outcome that waits, it may be called again and does what a new process would do, except
   * that packages keep their state if it loaded the program's files again. If it cannot, the outcome is an error.
   */
  readonly run: (monitor: string, config: StackConfig, signal: AbortSignal | undefined) => Promise<Outcome>;
  /** Ends the process. */
  readonly close: () => void;
}

/** Milliseconds; a program with 300 routes takes a twentieth of it. */
const LIMIT = 60_000;

const PRELOAD = pathToFileURL(siblingModule(import.meta.url, 'program-preload')).href;

/**
 * Starts the SDK's own runner as Pulumi's CLI would. There is no engine's address, so `pulumi.runtime.hasEngine()` is
 * false.
 * Source: pulumi/pulumi, sdk/nodejs/cmd/pulumi-language-nodejs/main.go
 */
export function startRunner(project: Project, ahead: Ahead): Runner {
  const { folder, entry, nodeArguments, environment } = project;
  const child = spawn(process.execPath, [...nodeArguments, `${ahead.sdk}cmd/run`, '--pwd', folder, entry], {
    cwd: folder,
    // Keeps what the program prints out of a command's output inside `$(...)`.
    stdio: ['ignore', 2, 2, 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...environment,
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      // Not an argument: with one, the SDK's runner would load TypeScript in another way.
      NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --import=${PRELOAD}`,
      TWIN_PROGRAM: JSON.stringify(ahead),
    },
  });
  const outcomes = createInterface({ input: child.stdio[3] as Readable })[Symbol.asyncIterator]();
  const orders = child.stdio[4] as Writable;
  // A process that has ended says why by its status.
  orders.on('error', () => undefined);
  const ended = new Promise<number | NodeJS.Signals | Error | null>((resolve) => {
    child.once('error', resolve);
    child.once('exit', (code, signal) => resolve(signal ?? code));
  });
  const close = (): void => void child.kill('SIGKILL');
  const run: Runner['run'] = async (monitor, config, signal) => {
    const limit = AbortSignal.timeout(LIMIT);
    limit.addEventListener('abort', close);
    signal?.addEventListener('abort', close);
    const { project: name, stack, values, secretKeys } = config;
    orders.write(`${JSON.stringify({ monitor, project: name, stack, values, secretKeys } satisfies Go)}\n`);
    const next = outcomes.next();
    const written = next.then(({ value }) => (value === undefined ? undefined : (JSON.parse(value) as Outcome)));
    const status = await Promise.race([ended, written.then((outcome) => (outcome?.waits === true ? 0 : ended))]);
    limit.removeEventListener('abort', close);
    signal?.removeEventListener('abort', close);
    if (status instanceof Error) throw status;
    if (limit.aborted) {
      const summary = `The program is still running after ${LIMIT / 1000} s. Check it for a promise that never resolves.`;
      return {
        error: { kind: 'refused', summary, code: 'timeout', problems: [] },
        modules: [],
        waits: false,
        reloaded: false,
      };
    }
    const outcome = (await written) ?? { modules: [], waits: false, reloaded: false };
    if (outcome.error !== undefined || status === 0) return outcome;
    const how = typeof status === 'number' ? `exit code ${status}` : status;
    const early = `the evaluation of the program ended early (${how})`;
    return { ...outcome, error: { kind: 'failed', stack: early, unreadable: false } };
  };
  return { run, close };
}
