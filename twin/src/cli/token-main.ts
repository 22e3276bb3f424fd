import { enableCompileCache } from 'node:module';
import { COMPILE_CACHE } from '../common/compile-cache.ts';

// The entry of `npm run -s token`: the cache has to be on before anything of size is loaded.
enableCompileCache(COMPILE_CACHE);
const { token } = await import('./token.ts');
await token();
