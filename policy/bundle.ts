// `npm run -s policy`: bundles the policy pack, because the engine cannot load TypeScript. The engine provides the
// SDKs.
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
