import { defineConfig } from 'vitest/config';

// `npm run test:package`: these build the package, install it and run it, which takes a minute.
export default defineConfig({
  test: {
    maxWorkers: 1,
    include: ['twin/tests/package/**/*.test.ts'],
    setupFiles: ['tests/support/setup.ts'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
