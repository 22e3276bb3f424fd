import { setTimeout as pause } from 'node:timers/promises';
import { TYPE } from '../resources/tokens.ts';
import type { Recorded } from './recorded.ts';
import type { evaluate, Evaluation, Prepared } from './program-process.ts';
import { readProject, type Project } from './project.ts';
import { startRunner, type Runner } from './runner.ts';
import { sdkOf } from './sdk.ts';

/** Imported late, so that the program's process starts before this one loads the engine. */
const engine = () => import('./program-process.ts');

/** Milliseconds after an evaluation, so that its results are handled first. */
const PAUSE = 1000;

/** Milliseconds without an evaluation until the waiting processes end: they use 300 MB. */
const IDLE = 10 * 60 * 1000;

export interface Reevaluation {
  readonly evaluate: typeof evaluate;
  /** Starts the process for the next evaluation. Happens by itself a second after each evaluation. */
  readonly prepare: () => void;
  /** Calls back if a new process did not confirm an evaluation; then evaluate again. */
  readonly onOutdated: (listener: () => void) => void;
  readonly close: () => void;
}

/**
 * Keeps two waiting processes: one has run the program, the other has loaded the SDKs. The first runs the program again
 * if only code of functions has changed, and reloads the program's files if one of those has changed; a second later,
 * the other process checks that a new process records the same. Both end after ten minutes without an evaluation.
 */
export function reevaluation(root: URL): Reevaluation {
  let outdated = (): void => undefined;
  let spare: { readonly key: string; readonly runner: Runner } | undefined;
  let last:
    | {
        readonly key: string;
        readonly runner: Runner;
        readonly recorded: Recorded;
        /** Whether it has reloaded the program's files, so that a new process must confirm its result. */
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
      // The next evaluation reports the error.
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
      const { runIn } = await engine();
      const { recorded, outcome } = await runIn(before.runner, prepared, signal);
      const isUsable = outcome.reloaded ? mayReload : differInCode(before.recorded, recorded);
      if (!outcome.waits || !isUsable) return undefined;
      // This evaluation may have stopped the check of an earlier reload.
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
      const { evaluateWith, runIn } = await engine();
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
      // If the new process failed, the old one would return the refuted result again.
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
        const { evaluateWith } = await engine();
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
    onOutdated: (listener) => void (outdated = listener),
    close,
  };
}

function contextOf({ evaluation: { seed }, project, sdk, config, twinConfig }: Prepared): string {
  return JSON.stringify([seed, project, sdk, config, twinConfig]);
}

function differInCode(before: Recorded, after: Recorded): boolean {
  const rest = ({ hash: _hash, resources, ...others }: Recorded): string =>
    JSON.stringify([
      others,
      resources.map(({ inputs, ...resource }) => [
        resource,
        resource.type === TYPE.function ? { ...inputs, code: null } : inputs,
      ]),
    ]);
  return before.hash !== after.hash && rest(before) === rest(after);
}
