import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COMPILE_CACHE } from '../src/common/compile-cache.ts';
import type { Evaluation, EvaluationResult } from '../src/evaluate/fresh.ts';
import { enlarge, LARGE, type Size } from '../../tests/support/large.ts';
import { copyShippedProject } from '../../tests/support/project.ts';
import { summary, type Ratio } from './pairs.ts';

/** One route, 30, 165 and 300; the third lies half-way between the second and the last. */
const SIZES: readonly Size[] = [
  { routes: 1, handlers: 1, permissions: 1, clients: 1 },
  { routes: 30, handlers: 3, permissions: 5, clients: 4 },
  { routes: 165, handlers: 17, permissions: 28, clients: 22 },
  LARGE,
];

export interface ProgramFigures {
  /** The evaluation's time at 1, 30, 165 and 300 routes, to loading the SDKs alone. */
  readonly time: readonly Ratio[];
  /** What the routes from 165 to 300 cost, to those from 30 to 165: 1 is linear. */
  readonly growth: number;
  /** The same of memory. */
  readonly memoryGrowth: number;
  /** MB at 300 routes. */
  readonly memory: number;
}

interface Run {
  /** Milliseconds. */
  readonly time: number;
  /** MB, at its highest. */
  readonly memory: number;
}

/** The evaluation of the program, each in a process of its own as the twin has it, against one that loads the SDKs. */
export async function programFigures(pairs: number): Promise<ProgramFigures> {
  const projects = SIZES.map((size) => {
    const project = copyShippedProject();
    enlarge(project, size);
    return project;
  });
  try {
    const evaluations = projects.map(({ root }) => (): Promise<Run> => {
      return run('../src/evaluate/fresh-child.ts', { root: root.href, stack: 'dev', config: {}, seed: 'bench' });
    });
    // Node has then compiled the copies' files too.
    for (const one of evaluations) await one();
    const runs: { readonly sdks: Run; readonly of: readonly Run[] }[] = [];
    for (let pair = 0; pair < pairs; pair += 1) {
      const of: Run[] = [];
      const sdks = await run('sdks.ts', {});
      for (const one of evaluations) of.push(await one());
      runs.push({ sdks, of });
    }
    const median = (size: number, what: keyof Run): number =>
      summary(runs.map(({ of }) => of[size]?.[what] ?? NaN)).median;
    const growth = (what: keyof Run): number =>
      (median(3, what) - median(2, what)) / (median(2, what) - median(1, what));
    return {
      time: SIZES.map((_, size) => summary(runs.map(({ sdks, of }) => (of[size]?.time ?? NaN) / sdks.time))),
      growth: growth('time'),
      memoryGrowth: growth('memory'),
      memory: median(3, 'memory'),
    };
  } finally {
    for (const project of projects) project.remove();
  }
}

/** Starts a process that is told something, says that it is done, and ends. */
async function run(file: string, message: Evaluation | object): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'auth0-http-api-'));
  const peak = join(folder, 'peak');
  const began = performance.now();
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [], {
    execArgv: ['--import', new URL('peak-memory.ts', import.meta.url).href],
    stdio: ['ignore', 2, 2, 'ipc'],
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE, PEAK_FILE: peak },
  });
  child.send(message);
  let answer: Partial<EvaluationResult> | undefined;
  child.once('message', (said) => (answer = said as Partial<EvaluationResult>));
  await new Promise((resolve) => child.once('exit', resolve));
  const time = performance.now() - began;
  if (answer?.kind !== 'recorded') throw new Error(`${file} did not do what it was to: ${JSON.stringify(answer)}`);
  const memory = Number(readFileSync(peak, 'utf8')) / 1024;
  rmSync(folder, { recursive: true });
  return { time, memory };
}
