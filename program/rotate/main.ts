import { enableCompileCache } from 'node:module';
import { COMPILE_CACHE } from '../common/compile-cache.ts';

// The entry of `npm run rotate`: the cache has to be on before anything of size is loaded.
enableCompileCache(COMPILE_CACHE);
const { rotate } = await import('./rotate/command.ts');
rotate();
