import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { chromiumOrNot } from './browser.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The address of the browser of all workers; empty without a browser. */
    chromium: string | undefined;
  }
}

/**
 * The lists in the address bar, which are pages themselves: each window would take a second of CPU time for them. This
 * replaces the features that Playwright turns off, so its own that matter here stand beside them.
 */
const FEATURES_OFF = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'AimEnabled', 'HttpsUpgrades', 'PaintHolding'];

/**
 * Starts one browser before the first test file, if one of the files needs it. Returns a function that closes it after the
 * last.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const isUsed = project.vitest.state.getPaths().some((path) => path.includes('/tests/browser/'));
  const executablePath = isUsed ? chromiumOrNot() : undefined;
  const server =
    executablePath === undefined
      ? undefined
      : await chromium.launchServer({ executablePath, args: [`--disable-features=${FEATURES_OFF.join()}`] });
  project.provide('chromium', server?.wsEndpoint());
  return async () => server?.close();
}
