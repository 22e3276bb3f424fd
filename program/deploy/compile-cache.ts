import { fileURLToPath } from 'node:url';

// Imported by the entries of `npm run preview` and `npm run up`. The engine's Node processes keep what they have compiled
// in this folder: loading the SDKs is most of a preview, and takes a third less CPU time so.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('../../node_modules/.cache/pulumi', import.meta.url));
