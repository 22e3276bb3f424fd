import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, onTestFinished } from 'vitest';
import { afterFile } from '../../../tests/support/cleanup.ts';
import './chromium-server.ts';
import { eventOf } from '../../src/page/live.ts';
import type { Entry } from '../../src/page/messages.ts';
import { openAt, type Opened } from './browser.ts';
import { lastOf, listenTo } from './page.ts';
import { startTestTwin, type TestTwin } from './twin.ts';

interface Started {
  readonly twin: TestTwin;
  readonly browser: Browser;
}

/**
 * Starts a twin with its page for all tests of a file, and connects to the browser.
 * @param started is given both before the first test
 * @returns undefined where there is no browser, and nothing is started
 */
export function startForFile(
  started: (both: Started) => void,
  options: Parameters<typeof startTestTwin>[0] = {},
): string | undefined {
  const endpoint = inject('chromium');
  if (endpoint === undefined) return undefined;
  beforeAll(async () => {
    const browser = await chromium.connect(endpoint);
    afterFile(() => browser.close());
    started({ twin: await startTestTwin({ page: true, ...options }), browser });
  });
  return endpoint;
}

/**
 * Opens one page for all tests of a `describe`, each of which must leave it without a complaint.
 * @param opened is given it before the first test
 */
export function openForAll(both: () => Started, opened: (page: Opened) => void): void {
  let page: Opened | undefined;
  beforeAll(async () => {
    const { twin, browser } = both();
    page = await openAt(browser, twin.pageUrl);
    opened(page);
  });
  // Loaded anew it knows nothing of the test before.
  beforeEach(() => page?.page.reload());
  afterEach(() => expect(page?.complaints.splice(0)).toEqual([]));
  afterAll(() => page?.close());
}

/**
 * Loads the page anew with a stream in place of the twin's, until the test ends: each connection gets the twin's state and a
 * batch of rejected requests with these numbers, and is closed.
 * @param numbersOf a connection's batch, oldest first; connections count from 1
 */
export async function reloadWith(
  page: Page,
  twin: TestTwin,
  numbersOf: (connection: number) => readonly number[],
): Promise<void> {
  const ear = await listenTo(twin);
  await expect.poll(() => lastOf(ear, 'state')).toBeDefined();
  ear.close();
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
    const body = `retry: 200\n${eventOf('state', lastOf(ear, 'state')!)}${batch}`;
    return route.fulfill({ contentType: 'text/event-stream', body });
  });
  onTestFinished(() => page.unroute('**/_twin/live*'));
  await page.reload();
}
