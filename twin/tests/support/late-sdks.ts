import { enableCompileCache } from 'node:module';
import { COMPILE_CACHE } from '../../src/common/compile-cache.ts';
import { loadLate } from '../../src/evaluate/late-modules.ts';

const MARK = 'sdksLoadLate';

// Vitest loads this before each test file; the files of a worker share the SDKs, which take half as long to load so.
if (!(MARK in globalThis)) {
  Object.assign(globalThis, { [MARK]: true });
  enableCompileCache(COMPILE_CACHE);
  loadLate();
}
