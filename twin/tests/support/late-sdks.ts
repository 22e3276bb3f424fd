import { enableCompileCache } from 'node:module';
import { COMPILE_CACHE } from '../../src/common/compile-cache.ts';
import { loadLate } from '../../src/evaluate/late-modules.ts';

// Each worker of Vitest loads this first. It halves the load time of the SDKs, and that of the processes that tests start.
enableCompileCache(COMPILE_CACHE);
process.env['NODE_COMPILE_CACHE'] = COMPILE_CACHE;
loadLate();
