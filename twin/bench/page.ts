import type { Page } from 'playwright-core';
import type { ProjectCopy } from '../../tests/support/project.ts';
import { openPage } from '../src/page/open.ts';
import { accessOf } from '../src/report/cells.ts';
import { startTwin } from '../src/server/serve.ts';
import { chromiumOrNot, launch, openAt } from '../tests/support/browser.ts';

/** Milliseconds of the longest tasks of a browser's main thread: 0 where none took 50 ms, which is what a person notices. */
interface LongestTasks {
  readonly cells: number;
  readonly drawing: number;
  readonly scrolling: number;
}

/** Draws the matrix of a project in a browser, and scrolls it to its end. Returns undefined where there is no browser. */
export async function timeMatrix(project: ProjectCopy): Promise<LongestTasks | undefined> {
  const executable = chromiumOrNot();
  if (executable === undefined) return undefined;
  const options = { root: project.root, stack: 'dev', port: 0, tenantPort: 0, onEvent: () => undefined };
  const twin = await startTwin({ ...options, page: openPage });
  const browser = await launch(executable);
  try {
    const { page } = await openAt(browser, 'about:blank');
    await page.addInitScript(OBSERVE);
    await page.goto(twin.pageUrl);
    await page.locator('[data-row]').first().waitFor();
    const { callers, rows } = accessOf(twin.model());
    const cells = callers.length * rows.length;
    const drawing = await longest(page);
    await page.evaluate(SCROLL);
    return { cells, drawing, scrolling: await longest(page) };
  } finally {
    await browser.close();
    await twin.close();
  }
}

const OBSERVE =
  'window.tasks = [];' +
  "new PerformanceObserver((list) => tasks.push(...list.getEntries().map((one) => one.duration))).observe({ type: 'longtask', buffered: true });";

const SCROLL = `(async () => {
  const box = document.querySelector('.matrix');
  for (let at = 0; at < box.scrollHeight; at += 300) {
    box.scrollTo((at / box.scrollHeight) * box.scrollWidth, at);
    await new Promise(requestAnimationFrame);
  }
})()`;

/** The longest since the last look. */
async function longest(page: Page): Promise<number> {
  return Number(await page.evaluate('Math.max(0, ...tasks.splice(0))'));
}
