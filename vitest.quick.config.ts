import { defineConfig } from 'vitest/config';
import full from './vitest.config.ts';

// `npm run test:quick`: units, without the tests that try thousands of inputs or run each Action in a process.
export default defineConfig({
  ...full,
  test: {
    ...full.test,
    maxWorkers: 2,
    include: ['tests/{settings,contract}*.test.ts', 'twin/tests/unit/{common,gateway,server,tenant}/*.test.ts'],
    exclude: ['**/*properties*', '**/hostile*', '**/{secrets,actions}.test.ts'],
  },
});
