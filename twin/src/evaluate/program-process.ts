import { pathToFileURL } from 'node:url';
import { UserError } from '../common/user-error.ts';
import { LocalEngine, type Recorded } from './local-engine.ts';
import { listenMonitor, monitorOf, sdkOf } from './monitor.ts';
import { readProject, type Project } from './project.ts';
import { startRunner, type ProgramError, type Runner } from './runner.ts';
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

/**
 * Runs a program as Pulumi's CLI would: by the SDK's own runner, in a process of its own, against a local engine that
 * speaks the resource monitor's protocol.
 * @param start starts the process
 * @throws UserError for what the user can fix
 */
export async function evaluate(
  evaluation: Evaluation,
  signal?: AbortSignal,
  start: typeof startRunner = startRunner,
): Promise<Recorded> {
  const root = new URL(evaluation.root);
  const project = readProject(root);
  const sdk = sdkOf(project.folder);
  const runner = start(project, { sdk: sdk.folder, modules: [] });
  try {
    const config = readStackFile(root, evaluation.stack, evaluation.config);
    const { stackReferences, outputs } = await readTwinConfig(root);
    const engine = new LocalEngine({ config, folder: project.folder, seed: evaluation.seed, stackReferences, outputs });
    const monitor = await listenMonitor(monitorOf(engine, sdk.load, project.folder), sdk.load);
    try {
      const { error } = await runner.run(monitor.address, config, signal);
      if (error !== undefined && engine.problems.length === 0) throw asError(error, config, project.folder);
      return engine.finish();
    } finally {
      monitor.close();
    }
  } finally {
    runner.close();
  }
}

/** Milliseconds after an evaluation, so that what it led to comes first. */
const PAUSE = 1000;

/** Evaluates the program of one folder again and again. */
export interface Reevaluation {
  readonly evaluate: typeof evaluate;
  /** Starts the process that waits for the next evaluation. Each evaluation does so, a second after its end. */
  readonly prepare: () => void;
  /** Ends the process that waits for the next evaluation. */
  readonly close: () => void;
}

/**
 * Keeps one process that has loaded the SDKs and waits for the next evaluation, which then takes a third of the time.
 * The process has 100 to 200 MB.
 */
export function reevaluation(root: URL): Reevaluation {
  let spare: { readonly key: string; readonly runner: Runner } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let modules: readonly string[] = [];
  const keyOf = (project: Project, sdk: string): string => JSON.stringify([project, sdk]);
  const close = (): void => {
    clearTimeout(timer);
    spare?.runner.close();
    spare = undefined;
  };
  const prepare = (): void => {
    close();
    try {
      const project = readProject(root);
      const { folder: sdk } = sdkOf(project.folder);
      spare = { key: keyOf(project, sdk), runner: startRunner(project, { sdk, modules }) };
    } catch {
      // The next evaluation says what is wrong.
    }
  };
  const take: typeof startRunner = (project, ahead) => {
    const runner = spare?.key === keyOf(project, ahead.sdk) ? spare.runner : startRunner(project, ahead);
    if (runner === spare?.runner) spare = undefined;
    return {
      ...runner,
      run: async (...args) => {
        const outcome = await runner.run(...args);
        ({ modules } = outcome);
        return outcome;
      },
    };
  };
  prepare();
  return {
    evaluate: async (evaluation, signal) => {
      clearTimeout(timer);
      try {
        return await evaluate(evaluation, signal, take);
      } finally {
        close();
        if (signal?.aborted !== true) timer = setTimeout(prepare, PAUSE).unref();
      }
    },
    prepare,
    close,
  };
}

/** The program's own frames of an error that are shown. */
const OWN_FRAMES = 3;

/** How to get a package that Node did not find. */
function installHint(message: string): string {
  const [, name] = /Cannot find (?:package|module) '((?:@[\w.-]+\/)?[\w-][\w.-]*)[^']*'/.exec(message) ?? [];
  return name === undefined ? '' : `\n  Install it: npm install ${name}`;
}

function asError(error: ProgramError, { environments, unread, stack }: StackConfig, folder: string): Error {
  if (error.kind === 'refused') {
    const file = `Pulumi.${stack}.yaml`;
    const hints = [
      ...environments.map((name) => ({
        place: `${file}, environment`,
        message: `only Pulumi can read ${name}; write a value that it holds as --config key=<value>`,
      })),
      ...unread.map((path) => ({
        place: `${file}, ${path}`,
        message: `encrypted, and only Pulumi can decrypt it; add --config ${path}=<value>`,
      })),
    ];
    return new UserError(error.summary, { code: error.code, problems: [...error.problems, ...hints] });
  }
  const [message = '', ...frames] = error.stack.replaceAll(pathToFileURL(folder).href, folder).split('\n    at ');
  const relative = (text: string): string => text.replaceAll(folder, '');
  if (error.unreadable) {
    const summary = `Node cannot load the program:\n  ${relative(message)}${installHint(message)}`;
    return new UserError(summary, { code: 'unreadable-program' });
  }
  const own = frames.filter((frame) => frame.includes(folder) && !frame.includes('/node_modules/'));
  // Without a frame of the program's, the defect is not the program's.
  if (own.length === 0) return new Error(error.stack);
  const lines = own.slice(0, OWN_FRAMES).map((frame) => `  at ${relative(frame).replace(/^.*\((.*)\)$/, '$1')}`);
  return new UserError(['The program failed:', `  ${message}`, ...lines].join('\n'), { code: 'failed-program' });
}
