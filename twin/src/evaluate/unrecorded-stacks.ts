import { createRequire } from 'node:module';

/** Of the SDK's modules, what is replaced here. */
interface Debuggable {
  debuggablePromise: (...args: readonly unknown[]) => unknown;
}
interface Resources {
  readonly Resource: { callsites: () => readonly object[] };
}

let done = false;

/**
 * Takes away the stacks that `@pulumi/pulumi` writes down where nothing has failed: with each of its promises, a dozen
 * for each resource, for somebody who looks for a promise that leaks; and with each resource, for an engine that shows
 * where it was declared. They are half of the evaluation of a large program. The stacks of errors stay.
 * Source: pulumi/pulumi, sdk/nodejs/runtime/debuggable.ts and sdk/nodejs/resource.ts
 */
export function leaveStacksUnrecorded(): void {
  if (done) return;
  done = true;
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
  const { Resource } = require('@pulumi/pulumi/resource.js') as Resources;
  Resource.callsites = () => [];
}
