import type { Browser } from 'playwright-core';
import type { ProjectCopy } from '../../tests/support/project.ts';
import { openPage } from '../src/page/open.ts';
import { accessOf } from '../src/report/cells.ts';
import { startTwin } from '../src/server/serve.ts';
import { chromiumOrNot, launch, openAt } from '../tests/support/browser.ts';

/** Milliseconds of CPU time that the longest task of the page's main thread takes; a person notices 50. */
interface LongestTasks {
  readonly cells: number;
  readonly drawing: number;
  readonly scrolling: number;
}

/** Runs of which the quickest counts: a busy machine makes a task longer, and nothing makes it shorter. */
const RUNS = 3;

/** Draws the matrix of a project in a browser, and scrolls it to its end. Returns undefined where there is no browser. */
export async function timeMatrix(project: ProjectCopy): Promise<LongestTasks | undefined> {
  const executable = chromiumOrNot();
  if (executable === undefined) return undefined;
  const options = { root: project.root, stack: 'dev', port: 0, tenantPort: 0, onEvent: () => undefined };
  const twin = await startTwin({ ...options, page: openPage });
  const browser = await launch(executable);
  try {
    const { page } = await openAt(browser, twin.pageUrl);
    const { callers, rows } = accessOf(twin.model());
    const cells = callers.length * rows.length;
    // Loaded once more, since a new process of the browser has more to do. Looking for an element would run Playwright's own
    // code in the page, which takes longer than the page's.
    const draw = async (): Promise<void> => {
      await page.reload();
      await page.waitForTimeout(3000);
    };
    const drawing: number[] = [];
    const scrolling: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      drawing.push(await longestTask(browser, draw));
      scrolling.push(await longestTask(browser, () => page.evaluate(SCROLL)));
    }
    return { cells, drawing: Math.min(...drawing), scrolling: Math.min(...scrolling) };
  } finally {
    await browser.close();
    await twin.close();
  }
}

const SCROLL = `(async () => {
  const box = document.querySelector('.matrix');
  for (let at = 0; at < box.scrollHeight; at += 300) {
    box.scrollTo((at / box.scrollHeight) * box.scrollWidth, at);
    await new Promise(requestAnimationFrame);
  }
})()`;

/** An event of a trace; times are in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** A trace has each task's CPU time, which a busy machine does not change much. */
async function longestTask(browser: Browser, act: () => Promise<unknown>): Promise<number> {
  await browser.startTracing(undefined, { categories: ['toplevel', '__metadata'] });
  await act();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const isMain = ({ name, args }: TraceEvent): boolean => name === 'thread_name' && args.name === 'CrRendererMain';
  const threads = new Set(traceEvents.filter(isMain).map(({ pid, tid }) => `${pid} ${tid}`));
  const tasks = traceEvents.filter(({ pid, tid }) => threads.has(`${pid} ${tid}`));
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur)) / 1000;
}
