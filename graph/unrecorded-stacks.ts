import { createRequire } from 'node:module';

/** Of the SDK's module, what is replaced here. */
interface Debuggable {
  debuggablePromise: (...args: readonly unknown[]) => unknown;
}

/**
 * Takes away the stack that `@pulumi/pulumi` keeps with each of its promises, a dozen for each resource. It prints them
 * where a promise leaks and somebody debugs that; to write them costs half of the evaluation of a large program. The
 * stacks of errors stay.
 * Source: pulumi/pulumi, sdk/nodejs/runtime/debuggable.ts
 */
export function leaveStacksUnrecorded(): void {
  const require = createRequire(import.meta.url);
  const debuggable = require('@pulumi/pulumi/runtime/debuggable.js') as Debuggable;
  const original = debuggable.debuggablePromise;
  debuggable.debuggablePromise = (...args) => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
      return original(...args);
    } finally {
      Error.stackTraceLimit = limit;
    }
  };
}
