import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { isMainThread } from 'node:worker_threads';
import { dataOf, isUserError, shown } from '../common/user-error.ts';
import { loadLate } from './late-modules.ts';
import type { Ahead, Go, Outcome, ProgramError } from './runner.ts';
import { traceSources } from './stack-traces.ts';

/**
 * Loaded into a program's process before Pulumi's own runner. It loads the SDKs, and waits for the order to run. How the
 * program ends goes to the twin as data; without that, Pulumi's runner would print an error.
 */

/** The descriptor that the outcome is written to, and the one that the order comes from. */
const OUTCOME = 3;
const ORDERS = 4;

/** The providers that the twin emulates. */
const PROVIDERS = ['@pulumi/aws', '@pulumi/auth0'];

const ahead = process.env['TWIN_PROGRAM'];
if (isMainThread && ahead !== undefined) {
  // Processes that the program starts are none of ours.
  delete process.env['TWIN_PROGRAM'];
  loadLate();
  traceSources();
  let error: ProgramError | undefined;
  const report = (thrown: unknown): void => {
    error = described(thrown);
    process.exit(1);
  };
  process.on('uncaughtException', report);
  process.on('unhandledRejection', report);
  const runtime = loadAhead(JSON.parse(ahead) as Ahead);
  const order = await text(new Socket({ fd: ORDERS }));
  // The twin has ended.
  if (order === '') process.exit();
  process.once('exit', () => {
    const { cache } = createRequire(import.meta.url);
    const modules = Object.keys(cache).filter((file) => file.includes('/node_modules/@pulumi/'));
    writeSync(OUTCOME, JSON.stringify({ error, modules } satisfies Outcome));
  });
  const { monitor, project, stack, values, secretKeys } = JSON.parse(order) as Go;
  const flags = { monitor, project, stack, organization: 'organization', parallel: '16' };
  process.argv.splice(2, 0, ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]));
  process.env['PULUMI_CONFIG'] = JSON.stringify(values);
  process.env['PULUMI_CONFIG_SECRET_KEYS'] = JSON.stringify(secretKeys);
  // The SDK read both when it was loaded.
  runtime?.resetOptions(project, stack, 16, undefined, monitor, false, flags.organization);
  runtime?.setAllConfig(values, secretKeys);
}

/** What the SDK's Automation API uses to run one program after another. Source: pulumi/pulumi, sdk/nodejs/runtime. */
interface Runtime {
  readonly resetOptions: (
    project: string,
    stack: string,
    parallel: number,
    engine: undefined,
    monitor: string,
    preview: boolean,
    organization: string,
  ) => void;
  readonly setAllConfig: (values: Go['values'], secretKeys: Go['secretKeys']) => void;
}

function loadAhead({ sdk, modules }: Ahead): Runtime | undefined {
  const load = createRequire(`${sdk}package.json`);
  const fromProgram = createRequire(`${process.cwd()}/`);
  try {
    const { runtime } = load(sdk) as { readonly runtime: Runtime };
    for (const provider of PROVIDERS) {
      const path = pathOf(provider, fromProgram);
      // With a copy of the SDK of its own, it would read its options now.
      if (path !== undefined && pathOf('@pulumi/pulumi', createRequire(path)) === load.resolve(sdk)) load(path);
    }
    // What the runner itself loads begins to run.
    for (const module of modules) if (!module.startsWith(`${sdk}cmd/`)) load(module);
    return runtime;
  } catch {
    // The runner meets the same error.
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

/** Whether Node cannot parse a file or resolve an import of it. */
function isUnreadable(error: unknown): boolean {
  // The second is ts-node's.
  if (error instanceof SyntaxError || (error instanceof Error && error.name === 'TSError')) return true;
  const codes = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND', 'ERR_UNKNOWN_FILE_EXTENSION'];
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
