import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { COMPILE_CACHE } from '../common/compile-cache.ts';
import { UserError } from '../common/user-error.ts';
import type { Recorded } from './record.ts';

/** What to evaluate, and what the child that does it is told. */
export interface Evaluation {
  /** The project's folder, as a URL that ends in a slash. */
  readonly root: string;
  readonly stack: string;
  /** Values from the command line, which replace those of the stack file. */
  readonly config: Readonly<Record<string, string>>;
  readonly seed: string;
}

/** What the child answers. */
export type EvaluationResult =
  | { readonly kind: 'recorded'; readonly recorded: Recorded }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'failed'; readonly stack: string };

/** Milliseconds that a program has; one of 300 routes takes a twentieth of it. */
const LIMIT = 60_000;

/**
 * Evaluates the program in a process of its own, which ends with it: Node caches modules, so only a fresh process sees
 * a changed program, and the SDKs' memory goes when they are done.
 * @throws UserError for what the user can put right
 */
export async function evaluate(evaluation: Evaluation, signal?: AbortSignal): Promise<Recorded> {
  const child = fork(fileURLToPath(new URL('./fresh-child.ts', import.meta.url)), [], {
    // What the program prints must not mix with what a command of ours prints for `$(...)`.
    stdio: ['ignore', 2, 2, 'ipc'],
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
  });
  child.send(evaluation);
  const late: EvaluationResult = {
    kind: 'refused',
    message: `The program did not come to an end within ${LIMIT / 1000} s; does it wait for something, or never return?`,
  };
  signal?.addEventListener('abort', () => child.kill('SIGKILL'), { once: true });
  const result = await new Promise<EvaluationResult>((resolve, reject) => {
    child.once('message', (message) => resolve(message as EvaluationResult));
    child.once('error', reject);
    setTimeout(() => {
      resolve(late);
      child.kill('SIGKILL');
    }, LIMIT).unref();
    child.once('exit', (code, signal) => {
      const stack = `the evaluation of the program ended early (${signal ?? `exit code ${code}`})`;
      const fail = (): void => resolve({ kind: 'failed', stack });
      // The end of a process may be heard before the last that it said.
      if (child.connected) child.once('disconnect', fail);
      else fail();
    });
  });
  if (result.kind === 'recorded') return result.recorded;
  if (result.kind === 'refused') throw new UserError(result.message);
  throw new Error(result.stack);
}
