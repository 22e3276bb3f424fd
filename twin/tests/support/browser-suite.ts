import { chromium, type Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject } from 'vitest';
import { afterFile } from '../../../tests/support/cleanup.ts';
import './chromium-server.ts';
import { openAt, type Opened } from './browser.ts';
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
