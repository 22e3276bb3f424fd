import { fileURLToPath } from 'node:url';

// Imported by `npm run preview` and `npm run up`: makes the Node processes that Pulumi starts load the SDKs faster.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('../../node_modules/.cache/pulumi', import.meta.url));
process.env['NODE_OPTIONS'] =
  `${process.env['NODE_OPTIONS'] ?? ''} --import=${new URL('sdk-loading.ts', import.meta.url).href}`.trim();
