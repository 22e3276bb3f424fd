import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { UserError } from '../common/user-error.ts';
import { LocalEngine, type Recorded } from './local-engine.ts';
import { readProject, type Project } from './project.ts';
import { startRunner, type Outcome, type ProgramError, type Runner } from './runner.ts';
import { sdkOf } from './sdk.ts';
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

/** What an evaluation reads beside the program's own files. */
interface Prepared {
  readonly evaluation: Evaluation;
  readonly project: Project;
  readonly sdk: string;
  readonly config: StackConfig;
  readonly twinConfig: Awaited<ReturnType<typeof readTwinConfig>>;
}

/**
 * Runs a program as Pulumi's CLI would: by the SDK's own runner, in a process of its own, against a local engine in
 * this process.
 * @throws UserError for what the user can fix
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

/** Does the quick reads before the process starts, and the others while it loads the SDKs. */
async function evaluateWith<T>(
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

async function runIn(
  runner: Runner,
  { evaluation: { seed }, project: { folder }, config, twinConfig }: Prepared,
  signal: AbortSignal | undefined,
): Promise<{ readonly recorded: Recorded; readonly outcome: Outcome }> {
  const engine = new LocalEngine({ config, folder, seed, ...twinConfig });
  const outcome = await runner.run(engine, config, signal);
  if (outcome.error !== undefined && engine.problems.length === 0) throw asError(outcome.error, config, folder);
  return { recorded: engine.finish(), outcome };
}

/** Milliseconds after an evaluation, so that what it led to comes first. */
const PAUSE = 1000;

/** Milliseconds without an evaluation after which the waiting processes end: they use 300 MB. */
const IDLE = 10 * 60 * 1000;

/** Evaluates the program of one folder again and again. */
export interface Reevaluation {
  readonly evaluate: typeof evaluate;
  /** Starts the process that waits for the next evaluation. Each evaluation does so, a second after its end. */
  readonly prepare: () => void;
  /** Ends the processes that wait. */
  readonly close: () => void;
}

/**
 * Keeps two processes that wait: one that has run the program, and one that has loaded the SDKs for a new run. The first
 * runs the program again where only code of functions has changed. It loads the program's files again where one of them
 * has changed; a second later, the other one checks that a new process records the same. Both end after ten minutes
 * without an evaluation.
 * @param outdated called where that check failed: the next evaluation returns what a new process records
 */
export function reevaluation(root: URL, outdated: () => void = () => undefined): Reevaluation {
  let spare: { readonly key: string; readonly runner: Runner } | undefined;
  let last:
    | {
        readonly key: string;
        readonly runner: Runner;
        readonly recorded: Recorded;
        /** Whether it loaded the program's files again, so that a new process must confirm what it records. */
        readonly reloaded: boolean;
      }
    | undefined;
  let timer: NodeJS.Timeout | undefined;
  let idle: NodeJS.Timeout | undefined;
  let modules: readonly string[] = [];
  let check: { readonly stop: () => void; readonly ended: Promise<void> } | undefined;
  let mayReload = true;
  const keyOf = (project: Project, sdk: string): string => JSON.stringify([project, sdk]);
  const start = (project: Project, sdk: string): Runner => startRunner(project, { sdk, modules, stays: true });
  const endSpare = (): void => {
    clearTimeout(timer);
    spare?.runner.close();
    spare = undefined;
  };
  const endLast = (): void => {
    last?.runner.close();
    last = undefined;
  };
  const prepare = (): void => {
    endSpare();
    try {
      const project = readProject(root);
      const sdk = sdkOf(project.folder);
      spare = { key: keyOf(project, sdk), runner: start(project, sdk) };
    } catch {
      // The next evaluation says what is wrong.
    }
  };
  const take = (project: Project, sdk: string): Runner => {
    if (spare?.key !== keyOf(project, sdk)) return start(project, sdk);
    const { runner } = spare;
    spare = undefined;
    return runner;
  };
  const again = async (prepared: Prepared, signal: AbortSignal | undefined): Promise<Recorded | undefined> => {
    if (last?.key !== contextOf(prepared)) return undefined;
    const before = last;
    try {
      const { recorded, outcome } = await runIn(before.runner, prepared, signal);
      const isUsable = outcome.reloaded ? mayReload : differInCode(before.recorded, recorded);
      if (!outcome.waits || !isUsable) return undefined;
      // The check of an earlier load may have been stopped by this evaluation.
      const reloaded = outcome.reloaded || before.reloaded;
      last = { ...before, recorded, reloaded };
      if (reloaded) check = checkOf(prepared.evaluation, recorded, signal);
      return recorded;
    } catch {
      // A new process reports the same error, if it is the program's.
      return undefined;
    }
  };
  const anew = async (evaluation: Evaluation, signal: AbortSignal | undefined): Promise<Recorded> => {
    clearTimeout(timer);
    let runner: Runner | undefined;
    try {
      return await evaluateWith(evaluation, async (project, sdk, read) => {
        runner = take(project, sdk);
        const prepared = await read();
        const { recorded, outcome } = await runIn(runner, prepared, signal);
        ({ modules } = outcome);
        if (outcome.waits) {
          endLast();
          last = { key: contextOf(prepared), runner, recorded, reloaded: false };
        }
        return recorded;
      });
    } finally {
      if (last?.runner !== runner) runner?.close();
      endSpare();
      if (signal?.aborted !== true) timer = setTimeout(prepare, PAUSE).unref();
    }
  };
  const checkOf = (evaluation: Evaluation, { hash }: Recorded, signal: AbortSignal | undefined): typeof check => {
    const stop = new AbortController();
    const either = signal === undefined ? stop.signal : AbortSignal.any([stop.signal, signal]);
    const work = async (): Promise<void> => {
      await pause(PAUSE, undefined, { signal: either, ref: false });
      const isSame = await anew(evaluation, either).then(
        (recorded) => recorded.hash === hash,
        () => either.aborted,
      );
      if (isSame) return;
      mayReload = false;
      // Where the new process failed, the old one would serve the refuted recording again.
      if (last?.reloaded === true) endLast();
      outdated();
    };
    return { stop: () => stop.abort(), ended: work().catch(() => undefined) };
  };
  const close = (): void => {
    check?.stop();
    clearTimeout(idle);
    endSpare();
    endLast();
  };
  prepare();
  return {
    evaluate: async (evaluation, signal) => {
      clearTimeout(idle);
      check?.stop();
      await check?.ended;
      try {
        const recorded =
          last && (await evaluateWith(evaluation, async (_project, _sdk, read) => again(await read(), signal)));
        if (recorded !== undefined) return recorded;
        endLast();
        return await anew(evaluation, signal);
      } finally {
        if (signal?.aborted === true) endLast();
        else idle = setTimeout(close, IDLE).unref();
      }
    },
    prepare,
    close,
  };
}

/** What an evaluation depends on beside the program's own files. */
function contextOf({ evaluation: { seed }, project, sdk, config, twinConfig }: Prepared): string {
  return JSON.stringify([seed, project, sdk, config, twinConfig]);
}

/** Whether two evaluations differ in the code of functions, and in nothing else. */
function differInCode(before: Recorded, after: Recorded): boolean {
  const rest = ({ hash: _hash, resources, ...others }: Recorded): string =>
    JSON.stringify([
      others,
      resources.map(({ inputs, ...resource }) => [
        resource,
        resource.type === FUNCTION ? { ...inputs, code: null } : inputs,
      ]),
    ]);
  return before.hash !== after.hash && rest(before) === rest(after);
}

const FUNCTION = 'aws:lambda/function:Function';

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
