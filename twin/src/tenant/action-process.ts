import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { z } from 'zod';
import { siblingModule } from '../common/sibling-module.ts';

const RUNTIME = siblingModule(import.meta.url, 'action-runtime');

/** Seconds for all Actions of a trigger. Source: https://auth0.com/docs/customize/actions/limitations */
const ACTION_LIMIT = 20;

/** Maximum characters of an answer: claims of 100 kB with each character escaped, and the rest. */
const LONGEST_ANSWER = 1_000_000;

export interface ActionCall {
  readonly handler: string;
  readonly code: string;
  /** It contains the Action's secrets: never print it. */
  readonly event: Readonly<Record<string, unknown>>;
  /** The methods of `api`, as dotted paths. */
  readonly methods: readonly string[];
  /** The parts of Auth0's event that this one lacks, as dotted paths. Reading one is an error. */
  readonly unknown: readonly string[];
}

const ANSWER = z.strictObject({
  calls: z.array(z.strictObject({ method: z.string(), args: z.array(z.unknown()) })),
  unsupported: z.array(z.string()),
  error: z.string().optional(),
});

/** An Action's calls in order, the unsupported features that it used, and its error. */
export type ActionAnswer = z.infer<typeof ANSWER>;

/** Runs an Action. Never rejects. */
export type RunAction = (call: ActionCall) => Promise<ActionAnswer>;

/**
 * Runs each Action in its own process, which cannot read files, has no environment and cannot start processes.
 * @param print called with the Action's console output
 * @param ending ends all running Actions
 * @param limit seconds
 */
export function actionRunner(print: (text: string) => void, ending: AbortSignal, limit = ACTION_LIMIT): RunAction {
  return (call) =>
    new Promise((settle) => {
      const failed = (error: string): void => settle({ calls: [], unsupported: [], error });
      const flags = ['--permission', `--allow-fs-read=${RUNTIME}`, '--max-old-space-size=128', '--no-warnings'];
      // Node's permissions do not restrict SQLite.
      flags.push('--no-experimental-sqlite');
      // The shell's CPU limit ends an Action in an endless loop even if the twin has exited.
      const shell = ['-c', `ulimit -t ${limit + 5}; exec "$0" "$@"`, process.execPath, ...flags, RUNTIME];
      const child = spawn('/bin/sh', shell, {
        cwd: '/',
        // Node copies this variable from the parent process unless it is set.
        env: { NODE_V8_COVERAGE: '' },
        stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
        signal: AbortSignal.any([ending, AbortSignal.timeout(limit * 1000)]),
        killSignal: 'SIGKILL',
      });
      for (const stream of [child.stdout, child.stderr]) {
        stream?.setEncoding('utf8').on('data', (text: string) => print(text.trimEnd()));
      }
      const channel = child.stdio[3] as Socket;
      let answer = '';
      channel
        .setEncoding('utf8')
        .on('data', (text: string) => {
          answer += text;
          if (answer.length > LONGEST_ANSWER) child.kill('SIGKILL');
        })
        .on('error', () => undefined);
      child.on('error', (error) => {
        failed(error.name === 'AbortError' ? `it did not end within ${limit} seconds` : error.message);
      });
      child.on('close', () => {
        try {
          settle(ANSWER.parse(JSON.parse(answer)));
        } catch {
          failed('its process ended without a result');
        }
      });
      channel.write(`${JSON.stringify(call)}\n`);
    });
}
