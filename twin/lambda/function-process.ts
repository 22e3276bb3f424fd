import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LambdaFunction } from '../../graph/http-api.ts';
import { environmentOf } from './environment.ts';
import type { FromFunction, ToFunction } from './protocol.ts';

const RUNTIME = fileURLToPath(new URL('./runtime.ts', import.meta.url));

/** Milliseconds that Lambda allows for loading the handler. Source: lambda-runtime-environment, "Init phase". */
const INIT_LIMIT = 10_000;

/** How an invocation ended. `failed` is what the gateway answers 500 to; the reason is for the log. */
export type Outcome =
  { readonly kind: 'returned'; readonly json: string } | { readonly kind: 'failed'; readonly reason: string };

export interface Place {
  readonly region: string;
  /** The folder that the archive was unpacked to. */
  readonly folder: string;
  /** Takes each line that the handler writes. */
  readonly print: (line: string) => void;
}

/**
 * One process that runs a function, one event at a time. A worker thread would not do: a heap overrun in one ends the
 * whole process.
 */
export class FunctionProcess {
  readonly #child: ChildProcess;
  readonly #lambda: LambdaFunction;
  readonly #ready: Promise<string | undefined>;
  #settle: ((outcome: Outcome) => void) | undefined;
  #requestId = '';
  #ended = '';

  constructor(lambda: LambdaFunction, { region, folder, print }: Place) {
    this.#lambda = lambda;
    this.#child = fork(RUNTIME, [], {
      cwd: folder,
      env: environmentOf(lambda, region, folder),
      execArgv: [`--max-old-space-size=${lambda.memory}`, '--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'json',
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) printLines(stream, print);
    this.#ready = this.#untilReady();
    this.#child.on('message', (message) => this.#heard(message as FromFunction));
    this.#child.once('exit', (code, signal) => this.#died(exitReason(code, signal)));
    this.#child.on('error', (error) => this.#died(error.message));
  }

  get alive(): boolean {
    return this.#ended === '';
  }

  /** Runs one event; the process must be idle. It never rejects. */
  async invoke(requestId: string, event: unknown): Promise<Outcome> {
    const unusable = await this.#ready;
    if (unusable !== undefined) {
      this.stop();
      return { kind: 'failed', reason: unusable };
    }
    if (!this.alive) return { kind: 'failed', reason: this.#ended };
    const limit = this.#lambda.timeout * 1000;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#died(`Task timed out after ${this.#lambda.timeout.toFixed(2)} seconds`);
        this.stop();
      }, limit);
      this.#requestId = requestId;
      this.#settle = (outcome) => {
        clearTimeout(timer);
        this.#settle = undefined;
        resolve(outcome);
      };
      const invocation: ToFunction = { requestId, functionArn: this.#lambda.arn, event, deadline: Date.now() + limit };
      this.#child.send(invocation, (error) => {
        if (error) this.#died(error.message);
      });
    });
  }

  stop(): void {
    this.#ended ||= 'the twin stopped it';
    this.#child.kill('SIGKILL');
  }

  #untilReady(): Promise<string | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve('the handler did not load within 10 seconds'), INIT_LIMIT);
      const settle = (unusable: string | undefined): void => {
        clearTimeout(timer);
        resolve(unusable);
      };
      this.#child.once('message', (message) => {
        const first = message as FromFunction;
        settle(first.kind === 'unusable' ? first.reason : undefined);
      });
      this.#child.once('exit', (code, signal) => settle(exitReason(code, signal)));
      this.#child.once('error', (error) => settle(error.message));
    });
  }

  #heard(message: FromFunction): void {
    if (message.kind !== 'result' && message.kind !== 'error') return;
    if (message.requestId !== this.#requestId) return;
    this.#settle?.(
      message.kind === 'result' ? { kind: 'returned', json: message.json } : { kind: 'failed', reason: message.reason },
    );
  }

  #died(reason: string): void {
    this.#ended ||= reason;
    this.#settle?.({ kind: 'failed', reason });
  }
}

function exitReason(code: number | null, signal: NodeJS.Signals | null): string {
  // Node ends itself this way when the heap limit, which is the function's memory size, is reached.
  if (signal === 'SIGABRT' || code === 134) return 'Runtime exited: the function outgrew its memory size (SIGABRT)';
  return `Runtime exited: ${signal ?? `exit status ${code}`}`;
}

function printLines(stream: NodeJS.ReadableStream | null, print: (line: string) => void): void {
  let rest = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n');
    // A line without an end is cut where CloudWatch would cut it, so that a handler cannot fill the twin's memory.
    rest = (lines.pop() ?? '').slice(-262_144);
    lines.forEach((line) => print(line));
  });
  stream?.on('end', () => {
    if (rest !== '') print(rest);
  });
}
