import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { COMPILE_CACHE } from '../common/compile-cache.ts';
import { UserError, type UserErrorData } from '../common/user-error.ts';
import type { Recorded } from './record.ts';

/** What to evaluate: the message to the child process. */
export interface Evaluation {
  /** The project's folder, as a URL that ends in a slash. */
  readonly root: string;
  readonly stack: string;
  /** Values from the command line, which replace those of the stack file. */
  readonly config: Readonly<Record<string, string>>;
  readonly seed: string;
}

/** The child's answer. A user's mistake crosses as data, to be thrown again here. */
export type EvaluationResult =
  | { readonly kind: 'recorded'; readonly recorded: Recorded }
  | ({ readonly kind: 'refused' } & UserErrorData)
  | { readonly kind: 'failed'; readonly stack: string };

/** Milliseconds; a program with 300 routes takes a twentieth of it. */
const LIMIT = 60_000;

/**
 * Evaluates the program in a process of its own: Node caches modules, so only a new process reads a changed program,
 * and the SDKs' memory is free afterwards.
 * @throws UserError for what the user can fix
 */
export async function evaluate(evaluation: Evaluation, signal?: AbortSignal): Promise<Recorded> {
  const child = fork(fileURLToPath(new URL('./fresh-child.ts', import.meta.url)), [], {
    // Keeps what the program prints out of a command's output inside `$(...)`.
    stdio: ['ignore', 2, 2, 'ipc'],
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
  });
  child.send(evaluation);
  signal?.addEventListener('abort', () => child.kill('SIGKILL'), { once: true });
  const result = await new Promise<EvaluationResult>((resolve, reject) => {
    child.once('message', (message) => resolve(message as EvaluationResult));
    child.once('error', reject);
    setTimeout(() => {
      resolve({
        kind: 'refused',
        summary: `The program is still running after ${LIMIT / 1000} s. Check it for a promise that never resolves.`,
        code: 'timeout',
        problems: [],
      });
      child.kill('SIGKILL');
    }, LIMIT).unref();
    child.once('exit', (code, signal) => {
      const stack = `the evaluation of the program ended early (${signal ?? `exit code ${code}`})`;
      const fail = (): void => resolve({ kind: 'failed', stack });
      // The exit may be reported before the last message.
      if (child.connected) child.once('disconnect', fail);
      else fail();
    });
  });
  if (result.kind === 'recorded') return result.recorded;
  if (result.kind === 'refused') throw new UserError(result.summary, result);
  throw new Error(result.stack);
}
