import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Not in a project that has the tools as an installed package. */
const LATE_SDKS = 'twin/tests/support/late-sdks.ts';

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
    // The files of a worker share what they import: loading the SDKs for each file would take half of the time. A worker
    // runs files of one project only.
    isolate: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['twin/tests/browser/**/*.test.ts'],
          globalSetup: ['twin/tests/support/chromium-server.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'tests',
          include: ['tests/**/*.test.ts', 'twin/tests/{unit,scenario}/**/*.test.ts'],
          // `npm run test:engine` runs these.
          exclude: ['tests/engine/**'],
        },
      },
    ],
    setupFiles: [...(existsSync(new URL(LATE_SDKS, import.meta.url)) ? [LATE_SDKS] : []), 'tests/support/setup.ts'],
    // Only a hang takes this long. A loaded machine needs ten times as long as an idle one.
    expect: { poll: { timeout: 60_000 } },
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
