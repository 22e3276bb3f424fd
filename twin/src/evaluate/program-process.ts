import { pathToFileURL } from 'node:url';
import { UserError } from '../common/user-error.ts';
import { LocalEngine } from './local-engine.ts';
import type { Recorded } from './recorded.ts';
import { readProject, type Project } from './project.ts';
import { startRunner, type Outcome, type ProgramError, type Runner } from './runner.ts';
import { sdkOf } from './sdk.ts';
import { readStackFile, type StackConfig } from './stack-file.ts';
import { readTwinConfig } from './twin-config.ts';

export interface Evaluation {
  /** The project's folder, as a URL with a trailing slash. */
  readonly root: string;
  readonly stack: string;
  readonly config: Readonly<Record<string, string>>;
  readonly seed: string;
}

export interface Prepared {
  readonly evaluation: Evaluation;
  readonly project: Project;
  readonly sdk: string;
  readonly config: StackConfig;
  readonly twinConfig: Awaited<ReturnType<typeof readTwinConfig>>;
}

/**
 * Runs a program like Pulumi's CLI: with the SDK's runner in a separate process, against a local engine in this
 * process.
 * @throws UserError for a mistake of the user
 */
export function evaluate(evaluation: Evaluation, signal?: AbortSignal): Promise<Recorded> {
  return evaluateWith(evaluation, async (project, sdk, prepared) => {
    const runner = startRunner(project, { sdk, modules: [], stays: false });
    try {
      return (await runIn(runner, await prepared(), signal)).recorded;
    } finally {
      runner.close();
    }
  });
}

/** Reads the quick files before the process starts, and the others while it loads the SDKs. */
export async function evaluateWith<T>(
  evaluation: Evaluation,
  work: (project: Project, sdk: string, prepared: () => Promise<Prepared>) => Promise<T>,
): Promise<T> {
  const root = new URL(evaluation.root);
  const project = readProject(root);
  const sdk = sdkOf(project.folder);
  return work(project, sdk, async () => {
    const config = readStackFile(root, evaluation.stack, evaluation.config);
    return { evaluation, project, sdk, config, twinConfig: await readTwinConfig(root) };
  });
}

/** Runs the program in a process against a local engine. @throws UserError for a mistake of the user */
export async function runIn(
  runner: Runner,
  { evaluation: { seed }, project: { folder }, config, twinConfig }: Prepared,
  signal: AbortSignal | undefined,
): Promise<{ readonly recorded: Recorded; readonly outcome: Outcome }> {
  const engine = new LocalEngine({ config, folder, seed, ...twinConfig });
  const outcome = await runner.run(engine, config, signal);
  if (outcome.error !== undefined && engine.problems.length === 0) throw asError(outcome.error, config, folder);
  return { recorded: engine.finish(), outcome };
}

/** The most stack frames of the program's own files to print. */
const OWN_FRAMES = 3;

function installHint(message: string): string {
  const [, name] = /Cannot find (?:package|module) '((?:@[\w.-]+\/)?[\w-][\w.-]*)[^']*'/.exec(message) ?? [];
  return name === undefined ? '' : `\n  Install it: npm install ${name}`;
}

function asError(error: ProgramError, { environments, encrypted, stack }: StackConfig, folder: string): Error {
  if (error.kind === 'refused') {
    const file = `Pulumi.${stack}.yaml`;
    const hints = [
      ...environments.map((name) => ({
        place: `${file}, environment`,
        message: `only Pulumi can read ${name}; pass each value that the program needs from it as --config key=<value>`,
      })),
      ...encrypted.map((path) => ({
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
  // Without a frame of the program, the error is ours.
  if (own.length === 0) return new Error(error.stack);
  const lines = own.slice(0, OWN_FRAMES).map((frame) => `  at ${relative(frame).replace(/^.*\((.*)\)$/, '$1')}`);
  return new UserError(['The program failed:', `  ${message}`, ...lines].join('\n'), { code: 'failed-program' });
}
