import { chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, onTestFinished } from 'vitest';
import './chromium-server.ts';
import { eventOf } from '../../src/page/live.ts';
import type { Entry } from '../../src/page/messages.ts';
import { openAt, type Opened } from './browser.ts';
import { lastOf, listenTo } from './page.ts';
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
    // A new load removes the state of the previous test.
    beforeEach(() => tab.page.goto(url));
    afterEach(() => expect(tab.complaints.splice(0)).toEqual([]));
  }
  afterAll(async () => {
    const opened = await opening;
    await opened?.page.goto('about:blank');
    opened?.complaints.splice(0);
  });
  return endpoint;
}

/**
 * Reloads the page with a replacement for the twin's stream, until the test ends: each connection gets the twin's state and a
 * batch of rejected requests with these numbers, and is closed.
 * @param numbersOf a connection's batch, oldest first; connections count from 1
 */
export async function reloadWith(
  page: Page,
  twin: TestTwin,
  numbersOf: (connection: number) => readonly number[],
): Promise<void> {
  const stream = await listenTo(twin);
  await expect.poll(() => lastOf(stream, 'state')).toBeDefined();
  stream.close();
  let connections = 0;
  await page.route('**/_twin/live*', (route) => {
    connections += 1;
    const entries = numbersOf(connections).map((id): Entry => ({
      kind: 'unread',
      id,
      at: id * 1000,
      status: 400,
      why: `number ${id}`,
    }));
    const batch = eventOf('entries', { entries, skipped: 0, last: 500 }).replace(/\n$/, 'id: twin 500\n\n');
    const body = `retry: 200\n${eventOf('state', lastOf(stream, 'state')!)}${batch}`;
    return route.fulfill({ contentType: 'text/event-stream', body });
  });
  onTestFinished(() => page.unroute('**/_twin/live*'));
  // The page before it may connect again until it is gone.
  page.once('framenavigated', () => (connections = 0));
  await page.reload();
}
