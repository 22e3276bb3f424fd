import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Runs the tests on a real engine where there is one, and says so in one line where there is none. */
function main(): number {
  const found = spawnSync('pulumi', ['version'], {
    encoding: 'utf8',
    env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: 'true' },
  });
  if (found.status !== 0) {
    const required = process.env['REQUIRE_ENGINE'] === '1';
    console.error(
      `There is no pulumi on the PATH, so nothing was tried on an engine${required ? ', and REQUIRE_ENGINE=1' : ''}.`,
    );
    return required ? 1 : 0;
  }
  const seed = process.env['ENGINE_SEED'] ?? String(Date.now());
  console.log(`Pulumi ${found.stdout.trim()}, ENGINE_SEED=${seed}`);
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const vitest = fileURLToPath(new URL('node_modules/vitest/vitest.mjs', new URL('../../', import.meta.url)));
  const args = ['run', '--config', 'vitest.engine.config.ts', ...process.argv.slice(2)];
  return (
    spawnSync(process.execPath, [vitest, ...args], {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ENGINE_SEED: seed },
    }).status ?? 1
  );
}

process.exitCode = main();
