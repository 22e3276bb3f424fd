#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { COMPILE_CACHE } from '../common/compile-cache.ts';

// Before anything large is loaded.
enableCompileCache(COMPILE_CACHE);
const { main } = await import('./program.ts');
await main(process.argv.slice(2));
