import { join } from 'node:path';

/**
 * Where Node keeps compiled modules between two runs: loading the SDKs is most of a start, and takes half as long so.
 * Source: https://nodejs.org/api/module.html#module-compile-cache
 */
export const COMPILE_CACHE = join(process.cwd(), 'node_modules/.cache/auth0-http-api');
