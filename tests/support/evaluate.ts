import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { evaluate, type Program, readStackFile, record, type Recorded } from '@auth0-http-api/twin';

const loaded = new Set<string>();
let previous: Promise<unknown> = Promise.resolve();
const { stackTraceLimit } = Error;

/**
 * Evaluates a copy of the project in this process, which has loaded the SDKs already: the first time only, since Node
 * caches modules. After a change to the copy, a new process evaluates it.
 */
export const evaluateOnceHere: typeof evaluate = (evaluation, signal) => {
  if (loaded.has(evaluation.root)) return evaluate(evaluation, signal);
  loaded.add(evaluation.root);
  const recorded = previous.then(() => recordHere(evaluation));
  previous = recorded.catch(() => undefined);
  return recorded;
};

async function recordHere({ root, stack, config, seed }: Parameters<typeof evaluate>[0]): Promise<Recorded> {
  // Vitest would import the tests' contract in place of the copy's.
  const program = (createRequire(root)('./index.ts') as { default: Program }).default;
  // Pulumi captures a stack trace for each promise.
  Error.stackTraceLimit = 0;
  try {
    const folder = fileURLToPath(root);
    const recorded = await record({ config: readStackFile(new URL(root), stack, config), program, seed, folder });
    // As another process would send it.
    return JSON.parse(JSON.stringify(recorded)) as Recorded;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
