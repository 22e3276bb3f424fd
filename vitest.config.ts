import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

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
    include: ['tests/**/*.test.ts'],
    // `npm run test:engine` runs these.
    exclude: ['tests/engine/**'],
    // An evaluation of the program loads three SDKs, and CI may be slow.
    expect: { poll: { timeout: 10_000 } },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
