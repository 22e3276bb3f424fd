// `npm run -s policy`: bundles the policy pack into one file. The engine loads a pack by `require`, which takes no
// TypeScript; the SDKs stay outside, since the engine's own process of the pack has loaded them.
import { join } from 'node:path';
import esbuild from 'esbuild';

await esbuild.build({
  absWorkingDir: import.meta.dirname,
  entryPoints: ['pack.ts'],
  outfile: join(import.meta.dirname, '.bundle/pack.cjs'),
  bundle: true,
  external: ['@pulumi/*'],
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  logLevel: 'warning',
});
