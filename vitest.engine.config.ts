import { defineConfig } from 'vitest/config';

// `npm run test:engine`: these need a Pulumi CLI, and each of its commands takes seconds, or minutes on a busy machine.
export default defineConfig({
  test: {
    maxWorkers: 2,
    globalSetup: ['tests/engine/support/issuers.ts'],
    setupFiles: ['tests/support/setup.ts'],
    include: ['tests/engine/**/*.test.ts'],
    testTimeout: 1_200_000,
    hookTimeout: 1_200_000,
  },
});
