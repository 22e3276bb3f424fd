import { enableCompileCache } from 'node:module';
import { COMPILE_CACHE } from '../../src/common/compile-cache.ts';
import { loadLate } from '../../src/evaluate/late-modules.ts';

const MARK = 'sdksLoadLate';

// Vitest loads this before each test file. It halves the load time of the SDKs, which the files of a worker share.
if (!(MARK in globalThis)) {
  Object.assign(globalThis, { [MARK]: true });
  enableCompileCache(COMPILE_CACHE);
  loadLate();
}
