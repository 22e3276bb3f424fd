import { registerHooks, type LoadFnOutput } from 'node:module';

/**
 * A module whose parts are fetched from the real one. It makes room for it in the cache, which knows both by the same
 * file. `__esModule` keeps TypeScript's helpers from copying all parts at once.
 */
const LATE = `
let real;
const load = () => {
  if (real === undefined) {
    delete require.cache[__filename];
    real = require(__filename);
  }
  return real;
};
module.exports = new Proxy({}, {
  get: (_, name) => (name === '__esModule' ? true : load()[name]),
  has: (_, name) => name in load(),
  ownKeys: () => Reflect.ownKeys(load()),
  getOwnPropertyDescriptor: (_, name) => ({ ...Object.getOwnPropertyDescriptor(load(), name), configurable: true }),
});
`;

/** Starts the inspector when a closure is serialized; from then on, Node compiles each module more slowly. */
const INSPECTOR = `
require('v8').setFlagsFromString('--allow-natives-syntax');
const urls = new Map();
let session;
const start = async () => {
  const started = new (require('inspector').Session)();
  started.connect();
  started.on('Debugger.scriptParsed', ({ params }) => urls.set(params.scriptId, params.url));
  await new Promise((resolve, reject) => started.post('Debugger.enable', (error) => (error ? reject(error) : resolve())));
  return started;
};
exports.isInitializedAsync = async () => undefined;
exports.getSessionAsync = () => (session ??= start());
exports.getScriptUrl = (id) => urls.get(id);
`;

/** Traces nothing, as without an address to send traces to. */
const TRACING = `
const span = { setAttribute: () => span, addEvent: () => span, end: () => undefined };
exports.newSpan = () => span;
exports.start = exports.stop = () => undefined;
`;

/**
 * What `@pulumi/pulumi` loads at once. It needs the first two only to serialize closures; they are half of the time that
 * loading the SDKs takes. The third maps each stack trace, which the SDK takes for every promise; `stack-traces.ts`
 * does that for the program's own files alone.
 */
const REPLACED: ReadonlyMap<string, string> = new Map([
  ['typescript', LATE],
  ['@npmcli/arborist', LATE],
  ['source-map-support/register', ''],
  ['../../runtime/closure/v8Hooks', INSPECTOR],
  ['./v8Hooks', INSPECTOR],
  ['./tracing', TRACING],
]);

/**
 * Takes a stack trace for every promise, to print those that never resolve. That is a quarter of an evaluation with 300
 * routes.
 */
const DEBUGGABLE = '/@pulumi/pulumi/runtime/debuggable.js';

function withoutTraces(loaded: LoadFnOutput): LoadFnOutput {
  const { source } = loaded;
  const code = source instanceof Uint8Array ? Buffer.from(source).toString() : source;
  return typeof code === 'string' ? { ...loaded, source: code.replace('new Error().stack', 'undefined') } : loaded;
}

/** Whether a file is one of `@pulumi/pulumi` that this replaces; to load it by its path would load the real one. */
export function isReplaced(file: string): boolean {
  return [...REPLACED.keys()].some((specifier) => file.endsWith(`${specifier.replace(/^[./]+/, '/')}.js`));
}

/**
 * Makes those modules load when something of them is first used. Nothing else is different: what uses them gets the
 * modules themselves.
 * Source: https://nodejs.org/api/module.html#moduleregisterhooksoptions
 */
export function loadLate(): void {
  registerHooks({
    resolve: (specifier, context, next) => {
      const resolved = next(specifier, context);
      const replaced = REPLACED.has(specifier) && context.parentURL?.includes('/@pulumi/pulumi/') === true;
      return replaced ? { ...resolved, url: `${resolved.url}?for=${specifier}` } : resolved;
    },
    load: (url, context, next) => {
      if (url.endsWith(DEBUGGABLE)) return withoutTraces(next(url, context));
      const source = REPLACED.get(url.split('?for=')[1] ?? '');
      return source === undefined ? next(url, context) : { format: 'commonjs', source, shortCircuit: true };
    },
  });
}
