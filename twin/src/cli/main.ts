#!/usr/bin/env node
import { COMPILE_CACHE } from '../common/compile-cache.ts';

// An older Node must reach this check, so other modules are imported after it.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major > 22 || (major === 22 && minor >= 18)) {
  const { enableCompileCache } = await import('node:module');
  enableCompileCache(COMPILE_CACHE);
  const { main } = await import('./program.ts');
  await main(process.argv.slice(2));
} else {
  process.stderr.write(`twin needs Node 22.18 or newer; this is Node ${process.versions.node}.\n`);
  process.exitCode = 1;
}
