import { writeFileSync } from 'node:fs';
import { createRequire, flushCompileCache } from 'node:module';
import { Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';
import { readLines } from '../common/lines.ts';
import { dataOf, isUserError, shown } from '../common/user-error.ts';
import { isReplaced, loadLate } from './late-modules.ts';
import type { Registered } from './local-engine.ts';
import { monitorOf, type Engine } from './monitor.ts';
import { programInputs, type ProgramInputs } from './program-inputs.ts';
import type { WireObject } from './properties.ts';
import type { Ahead, EngineAnswer, EngineCall, Go, Outcome, ProgramError } from './runner.ts';
import { traceSources } from './stack-traces.ts';

/**
 * Runs in a program's process before Pulumi's runner: loads the SDKs, waits for the order to run, and reports the
 * outcome to the twin as data. Otherwise Pulumi's runner would print an error.
 */

/**
 * How often the event loop becomes empty before a program has ended: once when providers register resources, once when
 * the SDK disconnects from the monitor.
 * Source: pulumi/pulumi, sdk/nodejs/cmd/run/index.ts
 */
const ROUNDS = 3;

/** Makes all copies of the SDK use our monitor. Source: pulumi/pulumi, sdk/nodejs/runtime/settings.ts */
const MONITOR = 'mock';

const ORGANIZATION = 'organization';

/** Milliseconds after a run, so that the results are handled first. */
const FLUSH = 1000;

const PROVIDERS = ['@pulumi/aws', '@pulumi/auth0'];

/** The file descriptors of a program's process for lines of JSON, to the twin and from it. */
const TO_TWIN = 3;
const FROM_TWIN = 4;

const ahead = process.env['TWIN_PROGRAM'];
if (isMainThread && ahead !== undefined) {
  // Processes that the program starts must not inherit it.
  delete process.env['TWIN_PROGRAM'];
  const what = JSON.parse(ahead) as Ahead;
  loadLate();
  traceSources();
  const inputs = what.stays ? programInputs(what.sdk) : undefined;
  let error: ProgramError | undefined;
  const fail = (thrown: unknown): void => {
    error = described(thrown);
    process.exit(1);
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  const runtime = loadAhead(what);
  const channel = programChannel();
  const { cache } = createRequire(import.meta.url);
  let reported = false;
  let reloaded = false;
  const report = (waits: boolean): void => {
    if (reported) return;
    reported = true;
    const modules = Object.keys(cache).filter((file) => file.includes('/node_modules/@pulumi/') && !isReplaced(file));
    channel.report({ error, modules, waits, reloaded });
  };
  process.once('exit', () => report(false));
  const go = await channel.order();
  const flags = { monitor: MONITOR, project: go.project, stack: go.stack, organization: ORGANIZATION };
  process.argv.splice(2, 0, ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]));
  if (runtime !== undefined) {
    const monitor = monitorOf(channel.engine, what.sdk, `${process.cwd()}/`);
    // The SDK has read its options when it was loaded.
    setOptions(runtime, go, monitor);
    if (inputs !== undefined) stay(runtime, monitor, inputs);
  }

  /** Runs the program again on each order, as long as the result is the same as in a new process. */
  function stay(runtime: Runtime, monitor: object, { begin, repeatable, reloadable, reload }: ProgramInputs): void {
    const { runInPulumiStack } = runtime.stack;
    let run: Parameters<typeof runInPulumiStack>[0] | undefined;
    runtime.stack.runInPulumiStack = (program) => {
      run ??= program;
      return runInPulumiStack(program);
    };
    const again = async (): Promise<void> => {
      if (run === undefined || (process.exitCode ?? 0) !== 0 || !repeatable()) return;
      report(true);
      // A signal ends this process, which skips Node's own flush.
      setTimeout(flushCompileCache, FLUSH).unref();
      const next = await channel.order();
      reported = false;
      reloaded = !repeatable();
      // Then the twin runs the program in a new process.
      if (reloaded && !reloadable()) process.exit(1);
      if (reloaded) reload();
      runtime.disconnectSync();
      setOptions(runtime, next, monitor);
      await runInPulumiStack(run);
    };
    let rounds = 0;
    process.on('beforeExit', () => {
      rounds = (rounds + 1) % ROUNDS;
      if (rounds === 0) void again();
      else setImmediate(() => undefined);
    });
    begin();
  }
}

/** Returns the ways to report an outcome, to wait for the next order (which keeps the process alive), and to the engine. */
function programChannel() {
  const waiting: ((line: string) => void)[] = [];
  const socket = new Socket({ fd: FROM_TWIN });
  readLines(socket, Infinity, (line) => {
    const resolve = waiting.shift();
    if (waiting.length === 0) socket.unref();
    resolve?.(line);
  });
  socket.once('close', () => process.exit());
  const next = async <Message>(): Promise<Message> => {
    socket.ref();
    const line = await new Promise<string>((resolve) => waiting.push(resolve));
    return JSON.parse(line) as Message;
  };
  // Write synchronously: when the process exits, a stream would lose its unwritten data.
  const send = (message: EngineCall | Outcome): void => writeFileSync(TO_TWIN, `${JSON.stringify(message)}\n`);
  const called = async (call: EngineCall): Promise<unknown> => {
    send(call);
    const { result, error } = await next<EngineAnswer>();
    if (error !== undefined) throw new Error(error);
    return result;
  };
  const engine: Engine = {
    register: async (...args) => (await called({ call: 'register', args })) as Registered,
    invoke: async (...args) => (await called({ call: 'invoke', args })) as WireObject,
    setOutputs: async (...args) => void (await called({ call: 'setOutputs', args })),
  };
  return { report: (outcome: Outcome) => send(outcome), order: () => next<Go>(), engine };
}

function setOptions(runtime: Runtime, { project, stack, values, secretKeys }: Go, monitor: object): void {
  process.env['PULUMI_CONFIG'] = JSON.stringify(values);
  process.env['PULUMI_CONFIG_SECRET_KEYS'] = JSON.stringify(secretKeys);
  runtime.setMockOptions(monitor, project, stack, false, ORGANIZATION);
  runtime.setAllConfig(values, secretKeys);
}

/** Internal parts of the SDK. Source: pulumi/pulumi, sdk/nodejs/runtime. */
interface Runtime {
  readonly setMockOptions: (
    monitor: object,
    project: string,
    stack: string,
    preview: boolean,
    organization: string,
  ) => void;
  readonly setAllConfig: (values: Go['values'], secretKeys: Go['secretKeys']) => void;
  readonly disconnectSync: () => void;
  readonly stack: { runInPulumiStack: (program: () => Promise<unknown>) => Promise<unknown> };
}

function loadAhead({ sdk, modules }: Ahead): Runtime | undefined {
  const load = createRequire(`${sdk}package.json`);
  const fromProgram = createRequire(`${process.cwd()}/`);
  try {
    const { runtime } = load(sdk) as { readonly runtime: Omit<Runtime, 'stack'> };
    const stack = load(`${sdk}runtime/stack`) as Runtime['stack'];
    for (const provider of PROVIDERS) {
      const path = pathOf(provider, fromProgram);
      // A package with its own copy of the SDK would read its options too early.
      if (path !== undefined && pathOf('@pulumi/pulumi', createRequire(path)) === load.resolve(sdk)) load(path);
    }
    // The runner's own modules run when they are loaded.
    for (const module of modules) if (!module.startsWith(`${sdk}cmd/`)) load(module);
    return { ...runtime, stack };
  } catch {
    // The runner will report the same error.
    return undefined;
  }
}

function pathOf(module: string, from: NodeJS.Require): string | undefined {
  try {
    return from.resolve(module);
  } catch {
    return undefined;
  }
}

function described(error: unknown): ProgramError {
  if (isUserError(error)) return { kind: 'refused', ...dataOf(error) };
  return { kind: 'failed', stack: shown(error), unreadable: isUnreadable(error) };
}

/** Returns whether Node cannot parse a file or resolve one of its imports. */
function isUnreadable(error: unknown): boolean {
  // The second is ts-node's.
  if (error instanceof SyntaxError || (error instanceof Error && error.name === 'TSError')) return true;
  const codes = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND', 'ERR_UNKNOWN_FILE_EXTENSION'];
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
