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
 * Starts one browser before the first test file, if one of the files needs it. Returns a function that closes it after the
 * last.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const isUsed = project.vitest.state.getPaths().some((path) => path.includes('/tests/browser/'));
  const executablePath = isUsed ? chromiumOrNot() : undefined;
  const server = executablePath === undefined ? undefined : await chromium.launchServer({ executablePath });
  project.provide('chromium', server?.wsEndpoint());
  return async () => server?.close();
}
