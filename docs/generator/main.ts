import { enableCompileCache } from 'node:module';
import { writeFileSync } from 'node:fs';
import { COMPILE_CACHE } from '../common/compile-cache.ts';
import { loadLate } from '../graph/late-modules.ts';

// The entry of `npm run docs`: the settings load the SDKs, which takes half as long with a cache and without the compiler.
enableCompileCache(COMPILE_CACHE);
loadLate();
const { generatedFiles } = await import('./generated.ts');
for (const [file, text] of Object.entries(generatedFiles())) {
  writeFileSync(new URL(`../${file}`, import.meta.url), text);
  process.stdout.write(`${file}\n`);
}
