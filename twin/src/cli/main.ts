import { enableCompileCache } from 'node:module';
import { COMPILE_CACHE } from '../common/compile-cache.ts';

// The entry of `npm start`: the cache has to be on before anything of size is loaded.
enableCompileCache(COMPILE_CACHE);
const { start } = await import('./start.ts');
await start();
