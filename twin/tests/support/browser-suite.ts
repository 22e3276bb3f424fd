import { chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject } from 'vitest';
import './chromium-server.ts';
import { openAt, type Opened } from './browser.ts';
import { startTestTwin, type TestTwin } from './twin.ts';

interface Started extends Pick<Opened, 'page' | 'complaints'> {
  readonly twin: TestTwin;
}

type Options = Parameters<typeof startTestTwin>[0] & {
  /** Whether each test begins at the twin's page, which must report no error; true by default. */
  readonly atPage?: boolean;
};

/** The tab of all test files that a worker runs: a browser context takes two seconds of CPU time, another tab one. */
let opening: Promise<Opened> | undefined;

/**
 * Starts a twin with its page for all tests of a file, and opens the browser's tab.
 * @param started receives both before the first test
 * @returns undefined without a browser; then nothing is started
 */
export function startForFile(
  started: (all: Started) => void,
  { atPage = true, ...options }: Options = {},
): string | undefined {
  const endpoint = inject('chromium');
  if (endpoint === undefined) return undefined;
  let tab: Opened;
  let url = '';
  beforeAll(async () => {
    opening ??= chromium.connect(endpoint).then((browser) => openAt(browser, 'about:blank'));
    tab = await opening;
    const twin = await startTestTwin({ page: true, ...options });
    url = twin.tenantUrl;
    await tab.page.context().clearCookies();
    started({ twin, ...tab });
    // The address sets the cookie that opens the page's endpoints.
    if (atPage) await tab.page.context().request.get(twin.pageUrl);
  });
  if (atPage) {
    beforeEach(async () => {
      if (tab.page.url().startsWith(url)) await tab.page.evaluate(RESET);
      else await tab.page.goto(url);
    });
    afterEach(async ({ task }) => {
      const complaints = tab.complaints.splice(0);
      if (task.result?.state === 'fail') await leave(tab.page);
      expect(complaints).toEqual([]);
    });
  }
  afterAll(async () => {
    const opened = await opening;
    await opened?.page.goto('about:blank');
    opened?.complaints.splice(0);
  });
  return endpoint;
}

/** Makes the next test load the page again, since this one leaves more behind than a person's choices. */
export async function leave(page: Page): Promise<void> {
  await page.goto('about:blank');
}

/** Takes back a person's choices: a new load takes ten times as much CPU time. */
const RESET = `new Promise((done) => {
  const fill = (field, value) => {
    field.value = value;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  };
  const labelled = (name) => [...document.querySelectorAll('form label')].find((label) => label.textContent === name).control;
  location.hash = '';
  for (const field of document.querySelectorAll('.log :is(input, select)')) fill(field, '');
  setTimeout(() => {
    // The first caller as in a new page, after another, since its own token would stay.
    fill(labelled('Caller'), 'anyone');
    fill(labelled('Caller'), labelled('Caller').options[0].value);
    fill(labelled('Method'), 'GET');
    fill(labelled('Path'), '/test');
    for (const fold of document.querySelectorAll('details[open]')) fold.open = false;
    document.activeElement.blur();
    requestAnimationFrame(() => setTimeout(done));
  });
})`;
