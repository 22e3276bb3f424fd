import { registerHooks } from 'node:module';

/**
 * Preloaded into Pulumi's Node processes, where it skips work of `@pulumi/pulumi` that this program does not need:
 * about half of the CPU time of a preview. Resources and outputs stay the same; only the stack traces of unresolved
 * promises are lost.
 */

/** A module that loads the real one on first use. `__esModule` keeps TypeScript's helpers from copying all exports. */
const LAZY = `
let real;
const load = () => {
  if (real === undefined) {
    delete require.cache[__filename];
    real = require(__filename);
  }
  return real;
};
module.exports = new Proxy({}, { get: (_, name) => (name === '__esModule' ? true : load()[name]) });
`;

/**
 * Modules that the SDK loads immediately: two to serialize closures, one to drive the CLI. The last maps every stack
 * trace to the SDK's own TypeScript; Node maps those of this program.
 */
const REPLACED: ReadonlyMap<string, string> = new Map([
  ['typescript', LAZY],
  ['@npmcli/arborist', LAZY],
  ['./automation', LAZY],
  ['source-map-support/register', ''],
]);

const EDITED: readonly (readonly [file: string, from: string, to: string])[] = [
  // The SDK takes a stack trace for every promise, to print those that never resolve.
  ['/@pulumi/pulumi/runtime/debuggable.js', 'new Error().stack', 'undefined'],
  // With hooks, modules of Node 24.0 have no `require.cache`.
  ['/@pulumi/pulumi/runtime/closure/createClosure.js', 'require.cache', "require('node:module')._cache"],
];

registerHooks({
  resolve: (specifier, context, next) => {
    const resolved = next(specifier, context);
    const isReplaced = REPLACED.has(specifier) && context.parentURL?.includes('/@pulumi/pulumi/') === true;
    return isReplaced ? { ...resolved, url: `${resolved.url}?for=${specifier}` } : resolved;
  },
  load: (url, context, next) => {
    const source = REPLACED.get(url.split('?for=')[1] ?? '');
    if (source !== undefined) return { format: 'commonjs', source, shortCircuit: true };
    const loaded = next(url, context);
    const edit = EDITED.find(([file]) => url.endsWith(file));
    if (edit === undefined || loaded.source == null) return loaded;
    const [, from, to] = edit;
    const code = Buffer.from(loaded.source as string).toString();
    return { ...loaded, source: code.replaceAll(from, to) };
  },
});
