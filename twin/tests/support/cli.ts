import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { access } from '../../src/cli/access.ts';
import { diff } from '../../src/cli/diff.ts';
import { main, twinProgram, type Actions } from '../../src/cli/program.ts';
import { servingOptions, start } from '../../src/cli/start.ts';
import { token } from '../../src/cli/token.ts';
import { verify } from '../../src/cli/verify.ts';
import { startTwin, type Twin } from '../../src/server/serve.ts';
import { afterFile } from '../../../tests/support/cleanup.ts';
import { evaluateHere } from '../../../tests/support/evaluate.ts';
import { ROOT, type ProjectCopy } from '../../../tests/support/project.ts';

export interface Run {
  readonly child: ChildProcess;
  /** Everything printed so far. */
  readonly text: () => string;
  /** Resolves once the text is printed; rejects, after a timeout, with the output so far. */
  readonly until: (expected: string | RegExp) => Promise<void>;
  readonly ended: Promise<number | null>;
}

/** The command line's entry. */
const TWIN = fileURLToPath(new URL('twin/src/cli/main.ts', ROOT));

/** Returns a command's options for these arguments. Throws a `CommanderError` for invalid ones. */
export async function parsed<Name extends keyof Actions>(
  name: Name,
  args: readonly string[],
): Promise<Parameters<Actions[Name]>[0]> {
  let options: Parameters<Actions[Name]>[0] | undefined;
  const keep = async (chosen: object): Promise<void> => void (options = chosen as typeof options);
  const program = twinProgram({ start: keep, access: keep, diff: keep, verify: keep, token: keep });
  for (const command of program.commands) command.configureOutput({ writeErr: () => undefined });
  try {
    await program.parseAsync([name, ...args], { from: 'user' });
  } finally {
    process.exitCode = undefined;
  }
  if (options === undefined) throw new Error(`twin ${name} did not run`);
  return options;
}

const HERE: Actions = {
  start,
  access: (options, root) => access(options, root, evaluateHere),
  diff: (options, root) => diff(options, root, evaluateHere),
  verify: (options, root) => verify(options, root, evaluateHere),
  token: (options, root) => token(options, root, evaluateHere),
};

/**
 * Runs a command that ends by itself in this process, which has loaded the SDKs already: for tests of its output, not of
 * its process.
 */
export async function twinHere(
  project: ProjectCopy,
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly text: string }> {
  const { code, text } = await outcomeHere(project, ...args);
  return { code, text };
}

/** Does the same, and also returns the text on standard error. */
export async function outcomeHere(
  project: ProjectCopy,
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly text: string; readonly errors: string }> {
  const folder = process.cwd();
  const streams = [process.stdout, process.stderr];
  const written = streams.map((stream): unknown => Reflect.get(stream, 'write'));
  let text = '';
  let errors = '';
  for (const stream of streams) {
    stream.write = (part: string | Uint8Array) => {
      text += String(part);
      if (stream === process.stderr) errors += String(part);
      return true;
    };
  }
  const listeners = process.stdout.listeners('error');
  try {
    process.chdir(project.path);
    await main(args, HERE);
    return { code: Number(process.exitCode ?? 0), text, errors };
  } finally {
    streams.forEach((stream, index) => Object.assign(stream, { write: written[index] }));
    for (const added of process.stdout.listeners('error')) {
      if (!listeners.includes(added)) process.stdout.off('error', added as () => void);
    }
    process.chdir(folder);
    process.exitCode = undefined;
  }
}

/** Serves a copied project in this process as `twin start` would with these options, on free ports. */
export async function startHere(project: ProjectCopy, ...args: readonly string[]): Promise<Twin> {
  const options = servingOptions(await parsed('start', ['--port', '0', '--tenant-port', '0', ...args]));
  const twin = await startTwin({ root: project.root, ...options, evaluate: evaluateHere, onEvent: () => undefined });
  afterFile(() => twin.close());
  return twin;
}

/** Runs `twin` in a copied project with this Node, as its npm scripts do: first the command, then its options. */
export function runTwin(project: ProjectCopy, ...args: readonly string[]): Run {
  // The channel ends a served twin with this process, even when a test or its set-up fails.
  const child = fork(TWIN, args, { cwd: project.path, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] });
  afterFile(() => child.kill('SIGKILL'));
  let text = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      waiting.forEach((check) => check());
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const until = (expected: string | RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${String(expected)} did not come within 2 min:\n${text}`)),
        120_000,
      );
      const check = (): void => {
        if (typeof expected === 'string' ? !text.includes(expected) : !expected.test(text)) return;
        clearTimeout(timer);
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  return { child, text: () => text, until, ended };
}
