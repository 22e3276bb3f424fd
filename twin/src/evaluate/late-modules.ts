import { registerHooks } from 'node:module';

/**
 * What `@pulumi/pulumi` loads at once and needs only to serialize closures, which no program here does: a TypeScript
 * compiler and npm's own dependency tree. They are half of the time that loading the SDKs takes.
 */
const LATE: readonly string[] = ['typescript', '@npmcli/arborist'];

/**
 * Makes those modules load when something of them is first used. Nothing else is different: what uses them gets the
 * modules themselves.
 * Source: https://nodejs.org/api/module.html#moduleregisterhooksoptions
 */
export function loadLate(): void {
  registerHooks({
    resolve: (specifier, context, next) => {
      const resolved = next(specifier, context);
      const late = LATE.includes(specifier) && context.parentURL?.includes('/@pulumi/pulumi/') === true;
      return late ? { ...resolved, url: `${resolved.url}?late` } : resolved;
    },
    load: (url, context, next) =>
      url.endsWith('?late') ? { format: 'commonjs', source: LATE_MODULE, shortCircuit: true } : next(url, context),
  });
}

/**
 * A module whose parts are fetched from the real one. It makes room for it in the cache, which knows both by the same
 * file. `__esModule` keeps TypeScript's helpers from copying all parts at once.
 */
const LATE_MODULE = `
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
