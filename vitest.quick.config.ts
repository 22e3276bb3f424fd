import { defineConfig } from 'vitest/config';
import full from './vitest.config.ts';

// `npm run test:quick`: units that load no SDK, without the tests that try thousands of inputs.
export default defineConfig({
  ...full,
  test: {
    maxWorkers: 2,
    isolate: false,
    setupFiles: full.test?.setupFiles ?? [],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    include: ['tests/{settings,contract}*.test.ts', 'twin/tests/unit/{common,gateway,server,tenant}/*.test.ts'],
    exclude: ['**/*properties*', '**/hostile*', '**/secrets.test.ts'],
  },
});
