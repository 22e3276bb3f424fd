import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { z } from 'zod';
import { siblingModule } from '../common/sibling-module.ts';

const RUNTIME = siblingModule(import.meta.url, 'action-runtime');

/** Seconds for all Actions of a trigger. Source: https://auth0.com/docs/customize/actions/limitations */
export const ACTION_LIMIT = 20;

/** Characters of an answer: claims of 100 kB, each character escaped, and the rest. */
const LONGEST_ANSWER = 1_000_000;

/** An Action, and what it is run with. */
export interface ActionCall {
  /** What the module must export. */
  readonly handler: string;
  readonly code: string;
  /** Its secrets are in it: never print it. */
  readonly event: Readonly<Record<string, unknown>>;
  /** What it may call, as dotted paths below `api`. */
  readonly methods: readonly string[];
  /** What Auth0's event has and this one does not, as dotted paths: reading it is refused. */
  readonly unknown: readonly string[];
}

const ANSWER = z.strictObject({
  calls: z.array(z.strictObject({ method: z.string(), args: z.array(z.unknown()) })),
  unsupported: z.array(z.string()),
  error: z.string().optional(),
});

/** What an Action did: its calls in their order, what it used that the twin does not have, and what it threw. */
export type ActionAnswer = z.infer<typeof ANSWER>;

/** Runs an Action. It never rejects. */
export type RunAction = (call: ActionCall) => Promise<ActionAnswer>;

/**
 * Runs each Action in a process of its own, which can read no file, has no environment and starts no other process.
 * @param print takes what it writes to its console
 * @param ending ends every Action under way
 * @param limit seconds
 */
export function actionRunner(print: (text: string) => void, ending: AbortSignal, limit = ACTION_LIMIT): RunAction {
  return (call) =>
    new Promise((settle) => {
      const failed = (error: string): void => settle({ calls: [], unsupported: [], error });
      const flags = ['--permission', `--allow-fs-read=${RUNTIME}`, '--max-old-space-size=128', '--no-warnings'];
      // Node's permissions do not limit which files SQLite reads and writes.
      flags.push('--no-experimental-sqlite');
      // The limit of the shell ends an Action that spins when the twin is gone.
      const shell = ['-c', `ulimit -t ${limit + 5}; exec "$0" "$@"`, process.execPath, ...flags, RUNTIME];
      const child = spawn('/bin/sh', shell, {
        cwd: '/',
        // Node would hand this one of the host's down by itself.
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
          failed('its process ended without an answer');
        }
      });
      channel.write(`${JSON.stringify(call)}\n`);
    });
}
