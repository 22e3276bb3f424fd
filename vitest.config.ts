import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Replaces one of Node's own modules, so it needs a module cache of its own. */
const ISOLATED = 'twin/tests/unit/tenant/secrets.test.ts';

/** Not in a project that has the tools as an installed package. */
const LATE_SDKS = 'twin/tests/support/late-sdks.ts';

interface Options {
  readonly exclude?: string[];
  readonly globalSetup?: string[];
}

/** A worker's files share what they import: loading the SDKs for each file would take half of the time. */
const project = (name: string, include: string, { exclude = [], globalSetup = [] }: Options = {}) => ({
  extends: true as const,
  test: { name, include: [include], exclude, globalSetup, isolate: false },
});

// Vitest reads its configuration from a default export.
export default defineConfig({
  resolve: {
    alias: [
      // The tests have their own contract, so that a team can rewrite contract.ts.
      {
        find: /^(\.\.?\/)+contract\.ts$/,
        replacement: fileURLToPath(new URL('tests/fixture/contract.ts', import.meta.url)),
      },
    ],
  },
  test: {
    // A worker mostly waits for sockets and processes; three keep two cores busy.
    maxWorkers: 3,
    projects: [
      // `npm run test:engine` runs tests/engine.
      project('program', 'tests/**/*.test.ts', { exclude: ['tests/engine/**'] }),
      project('twin-unit', 'twin/tests/unit/**/*.test.ts', { exclude: [ISOLATED] }),
      { extends: true, test: { name: 'twin-unit-isolated', include: [ISOLATED] } },
      project('twin-scenario', 'twin/tests/scenario/**/*.test.ts'),
      project('twin-browser', 'twin/tests/browser/**/*.test.ts', {
        globalSetup: ['twin/tests/support/chromium-server.ts'],
      }),
    ],
    setupFiles: [...(existsSync(new URL(LATE_SDKS, import.meta.url)) ? [LATE_SDKS] : []), 'tests/support/setup.ts'],
    // Only a hang takes this long. A loaded machine needs ten times as long as an idle one.
    expect: { poll: { timeout: 60_000 } },
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
