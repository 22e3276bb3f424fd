import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/** Each worker loads these first. The first is not in a project that has the tools as an installed package. */
const FIRST = ['twin/tests/support/late-sdks.ts', 'tests/support/own-contract.ts']
  .map((file) => new URL(file, import.meta.url))
  .filter((file) => existsSync(file));

// Vitest reads its configuration from a default export.
export default defineConfig({
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
    // Node runs the sources as they are.
    experimental: { viteModuleRunner: false },
    execArgv: FIRST.flatMap((file) => ['--import', file.href]),
    setupFiles: ['tests/support/setup.ts'],
    // Only a hang takes this long. A loaded machine needs ten times as long as an idle one.
    expect: { poll: { timeout: 60_000 } },
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
