import { enableCompileCache } from 'node:module';
import { COMPILE_CACHE } from '../common/compile-cache.ts';

// The entry of `npm run access`: the cache has to be on before anything of size is loaded.
enableCompileCache(COMPILE_CACHE);
const { access } = await import('./access.ts');
await access();
