import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { pathToFileURL } from 'node:url';
import { COMPILE_CACHE } from '../common/compile-cache.ts';
import { readLines } from '../common/lines.ts';
import { siblingModule } from '../common/sibling-module.ts';
import type { UserErrorData } from '../common/user-error.ts';
import type { LocalEngine } from './local-engine.ts';
import type { Engine } from './monitor.ts';
import type { Project } from './project.ts';
import type { StackConfig } from './stack-file.ts';

/** The error that ended a program's process; `unreadable` if Node cannot load a file of the program. */
export type ProgramError =
  | ({ readonly kind: 'refused' } & UserErrorData)
  | { readonly kind: 'failed'; readonly stack: string; readonly unreadable: boolean };

export interface Outcome {
  readonly error?: ProgramError | undefined;
  readonly modules: readonly string[];
  readonly waits: boolean;
  readonly reloaded: boolean;
}

/** The outcome of a process that ended without reporting one. */
const EARLY: Outcome = { modules: [], waits: false, reloaded: false };

export interface Ahead {
  readonly sdk: string;
  readonly modules: readonly string[];
  readonly stays: boolean;
}

/** A call of the local engine, as a line of JSON. The twin answers calls in order. */
export type EngineCall = {
  [Method in keyof Engine]: {
    readonly call: Method;
    readonly args: Parameters<LocalEngine[Method]>;
  };
}[keyof Engine];

export interface EngineAnswer {
  readonly result?: unknown;
  readonly error?: string;
}

export interface Go {
  readonly project: string;
  readonly stack: string;
  readonly values: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
}

/** A program's process. It loads the SDKs immediately, and the program on `run`. */
export interface Runner {
  /**
   * Runs the program. After an outcome with `waits`, it may be called again, with the same result as a new process,
   * except that a reload keeps the state of packages. If it cannot run again, the outcome is an error.
   */
  readonly run: (engine: LocalEngine, config: StackConfig, signal: AbortSignal | undefined) => Promise<Outcome>;
  readonly close: () => void;
}

/** Timeout of a run in milliseconds. A program with 300 routes takes a twentieth of this. */
const LIMIT = 60_000;

/** Milliseconds for a process to exit by itself before it is killed. */
const ENDING = 1000;

const PRELOAD = pathToFileURL(siblingModule(import.meta.url, 'program-preload')).href;

/**
 * Starts the SDK's runner like Pulumi's CLI, but without an engine's address, so `pulumi.runtime.hasEngine()` is false.
 * Source: pulumi/pulumi, sdk/nodejs/cmd/pulumi-language-nodejs/main.go
 */
export function startRunner(project: Project, ahead: Ahead): Runner {
  const { folder, entry, nodeArguments, environment } = project;
  const child = spawn(process.execPath, [...nodeArguments, `${ahead.sdk}cmd/run`, '--pwd', folder, entry], {
    cwd: folder,
    // The program's output must not become part of a command's output inside `$(...)`.
    stdio: ['ignore', 2, 2, 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...environment,
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      // Not an argument: with one, the SDK's runner would load TypeScript in another way.
      NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --disable-warning=MODULE_TYPELESS_PACKAGE_JSON --import=${PRELOAD}`,
      TWIN_PROGRAM: JSON.stringify(ahead),
    },
  });
  const [, , , results, orders] = child.stdio as unknown as readonly Socket[] & { 3: Socket; 4: Socket };
  orders.on('error', () => undefined);
  const send = (message: Go | EngineAnswer): void => void orders.write(`${JSON.stringify(message)}\n`);
  let engine: LocalEngine;
  let ends: (outcome: Outcome) => void = () => undefined;
  readLines(results, Infinity, (line) => {
    const message = messageOf(line);
    // The program wrote to the descriptor, or the process was killed as it wrote.
    if (message === undefined) kill();
    else if ('call' in message) send(answerOf(engine, message));
    else ends(message);
  });
  const closed = new Promise<undefined>((resolve) => results.once('close', () => resolve(undefined)));
  const ended = new Promise<number | NodeJS.Signals | Error | null>((resolve) => {
    child.once('error', resolve);
    child.once('exit', (code, signal) => resolve(signal ?? code));
  });
  let waits = false;
  const kill = (): void => void child.kill('SIGKILL');
  const close = (): void => {
    if (!waits) return kill();
    // Without a signal, Node saves its compile cache.
    orders.end();
    setTimeout(kill, ENDING).unref();
  };
  // A waiting process must not keep this one alive.
  const held = [child, results, orders];
  held.forEach((handle) => handle.unref());
  const run: Runner['run'] = async (ofRun, config, signal) => {
    const limit = AbortSignal.timeout(LIMIT);
    const stop = signal === undefined ? limit : AbortSignal.any([limit, signal]);
    stop.addEventListener('abort', close);
    engine = ofRun;
    waits = false;
    held.forEach((handle) => handle.ref());
    const written = Promise.race([new Promise<Outcome>((resolve) => (ends = resolve)), closed]);
    const { project: name, stack, values, secretKeys } = config;
    send({ project: name, stack, values, secretKeys });
    const status = await Promise.race([ended, written.then((outcome) => (outcome?.waits === true ? 0 : ended))]);
    held.forEach((handle) => handle.unref());
    stop.removeEventListener('abort', close);
    if (status instanceof Error) throw status;
    if (limit.aborted) {
      const summary = `The program is still running after ${LIMIT / 1000} s. Check it for a promise that never resolves.`;
      return { ...EARLY, error: { kind: 'refused', summary, code: 'timeout', problems: [] } };
    }
    waits = status === 0;
    const outcome = (await written) ?? EARLY;
    if (outcome.error !== undefined || status === 0) return outcome;
    const how = typeof status === 'number' ? `exit code ${status}` : status;
    const early = `the evaluation of the program ended early (${how})`;
    return { ...outcome, error: { kind: 'failed', stack: early, unreadable: false } };
  };
  return { run, close };
}

function messageOf(line: string): Outcome | EngineCall | undefined {
  try {
    const message: unknown = JSON.parse(line);
    const isMessage = typeof message === 'object' && message !== null && ('call' in message || 'waits' in message);
    return isMessage ? (message as Outcome | EngineCall) : undefined;
  } catch {
    return undefined;
  }
}

function answerOf(engine: LocalEngine, { call, args }: EngineCall): EngineAnswer {
  try {
    const method = engine[call] as (...args: unknown[]) => unknown;
    return { result: Reflect.apply(method, engine, args) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
