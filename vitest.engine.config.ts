import { defineConfig } from 'vitest/config';

// `npm run test:engine`: these need a Pulumi CLI, and each of its commands takes seconds.
export default defineConfig({
  test: {
    maxWorkers: 2,
    include: ['tests/engine/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
