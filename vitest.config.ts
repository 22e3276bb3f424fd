import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Returns the files that exist: a project that installs the tools as a package has no twin/. */
const existing = (...files: readonly string[]): URL[] =>
  files.map((file) => new URL(file, import.meta.url)).filter((file) => existsSync(file));

/** Each worker loads these first. */
const FIRST = existing('twin/tests/support/late-sdks.ts', 'tests/support/own-contract.ts');

// Vitest reads its configuration from a default export.
export default defineConfig({
  test: {
    // A worker mostly waits for sockets and processes; three keep two cores busy.
    maxWorkers: 3,
    // The files of a worker share what they import: loading the SDKs for each file would take half of the time. All files are
    // of one project, since a worker runs files of one only.
    isolate: false,
    name: 'tests',
    include: ['tests/**/*.test.ts', 'twin/tests/{browser,scenario,unit}/**/*.test.ts'],
    // `npm run test:engine` runs these.
    exclude: ['tests/engine/**'],
    globalSetup: existing('twin/tests/support/chromium-server.ts').map((file) => fileURLToPath(file)),
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
