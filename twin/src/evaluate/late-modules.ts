import { registerHooks, type LoadFnOutput } from 'node:module';

/**
 * Stands for a module that it loads on first use. `__esModule` keeps TypeScript's helpers from copying all its parts at
 * once.
 */
const LATE = `(load) => new Proxy({}, {
  get: (_, name) => (name === '__esModule' ? true : load()[name]),
  has: (_, name) => name in load(),
  ownKeys: () => Reflect.ownKeys(load()),
  getOwnPropertyDescriptor: (_, name) => ({ ...Object.getOwnPropertyDescriptor(load(), name), configurable: true }),
})`;

/** Replaces a module. It leaves the cache before it loads the real one, since both have the same file name there. */
const LATE_MODULE = `
let real;
module.exports = (${LATE})(() => {
  if (real === undefined) {
    delete require.cache[__filename];
    real = require(__filename);
  }
  return real;
});
`;

/** gRPC, which loads when a client is made: the twin connects programs in another way. */
const LATE_GRPC = `${LATE_MODULE}
const grpc = module.exports;
const clientOf = (...service) =>
  function (...options) {
    return new (grpc.makeGenericClientConstructor(...service))(...options);
  };
module.exports = new Proxy(grpc, { get: (_, name) => (name === 'makeGenericClientConstructor' ? clientOf : grpc[name]) });
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
 * loading the SDKs takes. The third drives the CLI. The fourth maps each stack trace, which the SDK takes for every
 * promise; `stack-traces.ts` does that for the program's own files alone.
 */
const REPLACED: ReadonlyMap<string, string> = new Map([
  ['typescript', LATE_MODULE],
  ['@npmcli/arborist', LATE_MODULE],
  ['./automation', LATE_MODULE],
  ['@grpc/grpc-js', LATE_GRPC],
  ['source-map-support/register', ''],
  ['../../runtime/closure/v8Hooks', INSPECTOR],
  ['./v8Hooks', INSPECTOR],
  ['./tracing', TRACING],
]);

/** What is replaced inside of modules, by the end of their URL. */
const EDITED: ReadonlyMap<string, (code: string) => string> = new Map([
  // A stack trace for every promise, to print those that never resolve: a quarter of an evaluation with 300 routes.
  ['/@pulumi/pulumi/runtime/debuggable.js', (code) => code.replace('new Error().stack', 'undefined')],
  // The modules of 250 services: most of the time that loading the provider takes.
  [
    '/@pulumi/aws/index.js',
    (code) =>
      code.replaceAll(
        /^const (?!utilities\b)(\w+) = __importStar\(require\("(\.\/\w+)"\)\);$/gm,
        (_, name, path) => `const ${name} = __late(() => require("${path}"));`,
      ) + `\nfunction __late(load) { return (${LATE})(load); }`,
  ],
]);

function edited(loaded: LoadFnOutput, edit: (code: string) => string): LoadFnOutput {
  const { source } = loaded;
  const code = source instanceof Uint8Array ? Buffer.from(source).toString() : source;
  return typeof code === 'string' ? { ...loaded, source: edit(code) } : loaded;
}

/** Whether a file of `@pulumi/pulumi` is replaced here. To load it by its path would load the real one. */
export function isReplaced(file: string): boolean {
  return [...REPLACED.keys()].some((specifier) => {
    const path = specifier.replace(/^[./]+/, '/');
    return file.endsWith(`${path}.js`) || file.endsWith(`${path}/index.js`);
  });
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
      const [, edit] = [...EDITED].find(([end]) => url.endsWith(end)) ?? [];
      if (edit !== undefined) return edited(next(url, context), edit);
      const source = REPLACED.get(url.split('?for=')[1] ?? '');
      return source === undefined ? next(url, context) : { format: 'commonjs', source, shortCircuit: true };
    },
  });
}
