import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

/** The names of the executable. The first, without a browser's own windows, takes a fifth less CPU time. */
const NAMES = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'msedge',
];

/** Returns `CHROMIUM_PATH`, or the first of the usual names on the PATH, or undefined. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const chosen = env['CHROMIUM_PATH'];
  if (chosen !== undefined && chosen !== '') return chosen;
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Returns the browser of the tests; without one, prints a line and returns undefined.
 * @throws without a browser if `REQUIRE_CHROMIUM=1`
 */
export function chromiumOrNot(): string | undefined {
  const found = findChromium();
  if (found !== undefined) return found;
  const none = 'There is no Chromium on the PATH and no CHROMIUM_PATH, so the page was not tried in a browser';
  if (process.env['REQUIRE_CHROMIUM'] === '1') throw new Error(`${none}, and REQUIRE_CHROMIUM=1.`);
  console.warn(`${none}.`);
  return undefined;
}

export function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath });
}

/** A separate page, and its errors. */
export interface Opened {
  readonly page: Page;
  /** Errors in the code, and violations of the content security policy. */
  readonly complaints: string[];
  readonly close: () => Promise<void>;
}

export async function openAt(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(url);
  return { page, complaints, close: () => context.close() };
}
