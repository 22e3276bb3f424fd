import { registerHooks } from 'node:module';

const SHIPPED = new URL('../../contract.ts', import.meta.url).href;
const OWN = new URL('../fixture/contract.ts', import.meta.url).href;

// Each worker of Vitest loads this first. The tests have their own contract, so that a team can rewrite contract.ts.
registerHooks({
  resolve: (specifier, context, next) => {
    const resolved = next(specifier, context);
    return resolved.url === SHIPPED ? { ...resolved, url: OWN } : resolved;
  },
});
