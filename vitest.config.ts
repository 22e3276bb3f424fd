import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Tests that replace a module of Node's, for which it has to be loaded anew. */
const ALONE = ['twin/tests/unit/tenant/secrets.test.ts'];

// Vitest reads its configuration from a default export: the one besides the program's.
export default defineConfig({
  resolve: {
    alias: [
      // The tests have a contract of their own, so that a team may write its own into contract.ts.
      {
        find: /^(\.\.?\/)+contract\.ts$/,
        replacement: fileURLToPath(new URL('tests/fixture/contract.ts', import.meta.url)),
      },
    ],
  },
  test: {
    // One worker waits for sockets and processes most of the time; two keep a small machine busy.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        test: {
          name: 'tests',
          include: ['{tests,twin/tests}/**/*.test.ts'],
          // `npm run test:engine` runs the first.
          exclude: ['tests/engine/**', ...ALONE],
          // The files of a worker share what they import: loading the SDKs for each would be half of the time.
          isolate: false,
          globalSetup: ['twin/tests/support/say-no-chromium.ts'],
        },
      },
      { extends: true, test: { name: 'alone', include: [...ALONE] } },
    ],
    // An evaluation of the program loads three SDKs, and CI may be slow.
    expect: { poll: { timeout: 10_000 } },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
