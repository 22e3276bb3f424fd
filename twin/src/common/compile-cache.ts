import { join } from 'node:path';

/**
 * Node's cache of compiled modules. It halves the time to load the SDKs, which is most of a start.
 * Source: https://nodejs.org/api/module.html#module-compile-cache
 */
export const COMPILE_CACHE = join(process.cwd(), 'node_modules/.cache/auth0-http-api');
