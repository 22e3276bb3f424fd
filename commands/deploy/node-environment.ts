import { fileURLToPath } from 'node:url';

// Makes the Node processes that Pulumi starts load the SDKs faster. Imported by `npm run preview` and `npm run up`.

/** Pulumi may also start programs with an older Node, which cannot load TypeScript. */
const preload = `if (process.features.typescript) await import(${JSON.stringify(import.meta.resolve('./sdk-loading.ts'))})`;

process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('../../node_modules/.cache/pulumi', import.meta.url));
process.env['NODE_OPTIONS'] =
  `${process.env['NODE_OPTIONS'] ?? ''} --import=data:text/javascript,${encodeURIComponent(preload)}`.trim();
