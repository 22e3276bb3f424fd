import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { findChromium, launch, openAt, type Opened } from './browser.ts';
import { startTestTwin, type TestTwin } from './twin.ts';

interface Started {
  readonly twin: TestTwin;
  readonly browser: Browser;
}

/**
 * Starts a twin with its page and a browser for all tests of a file.
 * @param started is given both before the first test
 * @returns undefined where there is no browser, and nothing is started
 */
export function startForFile(
  started: (both: Started) => void,
  options: Parameters<typeof startTestTwin>[0] = {},
): string | undefined {
  const chromium = findChromium();
  if (chromium === undefined) return undefined;
  let both: Started;
  beforeAll(async () => {
    const [twin, browser] = await Promise.all([startTestTwin({ page: true, ...options }), launch(chromium)]);
    both = { twin, browser };
    started(both);
  });
  afterAll(async () => {
    await both.browser.close();
    await both.twin.end();
  });
  return chromium;
}

/**
 * Opens one page for all tests of a `describe`, each of which must leave it without a complaint.
 * @param opened is given it before the first test
 */
export function openForAll(both: () => Started, opened: (page: Opened) => void): void {
  let page: Opened | undefined;
  beforeAll(async () => {
    const { twin, browser } = both();
    page = await openAt(browser, twin.tenantUrl);
    opened(page);
  });
  // Loaded anew it knows nothing of the test before.
  beforeEach(() => page?.page.reload());
  afterEach(() => expect(page?.complaints.splice(0)).toEqual([]));
  afterAll(() => page?.close());
}
