import { registerHooks, type LoadFnOutput } from 'node:module';

/**
 * Returns a proxy that loads its module on first use. `__esModule` keeps TypeScript's helpers from copying every
 * export, which would load it; without the helpers, `default` is the module itself.
 */
const LATE = `(load) => new Proxy({}, {
  get: (_, name) => (name === '__esModule' ? true : name === 'default' && !load().__esModule ? load() : load()[name]),
  has: (_, name) => name in load(),
  ownKeys: () => Reflect.ownKeys(load()),
  getOwnPropertyDescriptor: (_, name) => ({ ...Object.getOwnPropertyDescriptor(load(), name), configurable: true }),
})`;

/** Replaces a module with that proxy. It leaves the cache before it loads the real module of the same file name. */
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

/**
 * Loads gRPC when the program creates a client. The twin itself connects to programs in another way. The late module is
 * a prototype here: Node inspects the target of a proxy at each access, which would load it.
 */
const LATE_GRPC = `${LATE_MODULE}
const grpc = module.exports;
const clientOf = (...service) =>
  function (...options) {
    return new (grpc.makeGenericClientConstructor(...service))(...options);
  };
module.exports = Object.create(grpc, { makeGenericClientConstructor: { value: clientOf } });
`;

/** Starts the inspector when a closure is serialized: once started, it slows the compilation of every module. */
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

/** Replaces tracing, which does nothing without a collector's address. */
const TRACING = `
const span = { setAttribute: () => span, addEvent: () => span, end: () => undefined };
exports.newSpan = () => span;
exports.start = exports.stop = () => undefined;
`;

/**
 * Modules that `@pulumi/pulumi` loads immediately. The first three only serialize closures, yet are half of the SDK's
 * load time. `js-yaml` reads a package.yaml, and `./automation` drives the CLI. `source-map-support` maps every stack
 * trace, which the SDK takes for each promise; `stack-traces.ts` maps only the program's own files.
 */
const REPLACED: ReadonlyMap<string, string> = new Map([
  ['typescript', LATE_MODULE],
  ['@npmcli/arborist', LATE_MODULE],
  ['normalize-package-data', LATE_MODULE],
  ['js-yaml', LATE_MODULE],
  ['./automation', LATE_MODULE],
  ['@grpc/grpc-js', LATE_GRPC],
  ['source-map-support/register', ''],
  ['../../runtime/closure/v8Hooks', INSPECTOR],
  ['./v8Hooks', INSPECTOR],
  ['./tracing', TRACING],
]);

const EDITED: ReadonlyMap<string, (code: string) => string> = new Map([
  // To print unresolved promises, it takes a stack trace for each: a quarter of an evaluation of 300 routes.
  ['/@pulumi/pulumi/runtime/debuggable.js', (code) => code.replace('new Error().stack', 'undefined')],
  // It imports the modules of 250 services: most of the provider's load time.
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

/** Returns whether this module replaces a file of `@pulumi/pulumi`. Loading it by path would load the original. */
export function isReplaced(file: string): boolean {
  return [...REPLACED.keys()].some((specifier) => {
    const path = specifier.replace(/^[./]+/, '/');
    return file.endsWith(`${path}.js`) || file.endsWith(`${path}/index.js`);
  });
}

/**
 * Delays the loading of those modules until their first use. The modules themselves are unchanged.
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
