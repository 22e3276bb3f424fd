import { defineConfig } from 'vitest/config';

// Vitest reads its configuration from a default export: the one besides the program's.
export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // An evaluation of the program loads three SDKs, and CI may be slow.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
