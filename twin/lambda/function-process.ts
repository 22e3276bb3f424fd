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

/** What a process makes of an event: an outcome, or the event comes back untouched. */
export type Fate = Outcome | { readonly kind: 'unbegun' };

interface Sent {
  readonly requestId: string;
  readonly settle: (fate: Fate) => void;
}

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
  /** What was sent and has not been answered: the first is running, the others wait inside the process. */
  readonly #sent: Sent[] = [];
  #timer: NodeJS.Timeout | undefined;
  #ended = '';
  #starting = true;
  #began = 0;

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
    this.#timer = setTimeout(() => this.#end('the handler did not load within 10 seconds'), INIT_LIMIT);
    this.#child.on('message', (message) => this.#heard(message as FromFunction));
    this.#child.once('exit', (code, signal) => this.#end(exitReason(code, signal)));
    this.#child.on('error', (error) => this.#end(error.message));
  }

  /** Whether the handler is still being loaded. */
  get starting(): boolean {
    return this.#starting;
  }

  get alive(): boolean {
    return this.#ended === '';
  }

  /** How many events it has been given and has not answered. */
  get load(): number {
    return this.#sent.length;
  }

  /** Milliseconds that its present event has taken so far. */
  get busyFor(): number {
    return this.#sent.length === 0 || this.#starting ? 0 : performance.now() - this.#began;
  }

  /** Gives it an event, to be run after those that it has. It never rejects. */
  invoke(requestId: string, event: unknown): Promise<Fate> {
    return new Promise((settle) => {
      if (!this.alive) {
        settle({ kind: 'failed', reason: this.#ended });
        return;
      }
      this.#sent.push({ requestId, settle });
      if (this.#sent.length === 1 && !this.#starting) this.#begin();
      const limit = this.#lambda.timeout * 1000;
      this.#send({ kind: 'invoke', requestId, functionArn: this.#lambda.arn, event, limit });
    });
  }

  /** Asks for all events back that have not begun. */
  recall(): void {
    this.#sent.slice(1).forEach(({ requestId }) => this.#send({ kind: 'recall', requestId }));
  }

  stop(): void {
    this.#end('the twin stopped it');
  }

  #send(message: ToFunction): void {
    this.#child.send(message, (error) => {
      if (error) this.#end(error.message);
    });
  }

  /** The first event's time begins. */
  #begin(): void {
    this.#began = performance.now();
    const { timeout } = this.#lambda;
    this.#timer = setTimeout(() => this.#end(`Task timed out after ${timeout.toFixed(2)} seconds`), timeout * 1000);
  }

  #heard(message: FromFunction): void {
    if (message.kind === 'ready') {
      this.#starting = false;
      clearTimeout(this.#timer);
      if (this.#sent.length > 0) this.#begin();
    } else if (message.kind === 'unusable') {
      this.#end(message.reason);
    } else if (message.kind === 'recalled') {
      this.#take(message.requestId)?.settle({ kind: 'unbegun' });
    } else {
      this.#answered(message);
    }
  }

  #answered(message: Extract<FromFunction, { kind: 'result' | 'error' }>): void {
    const sent = this.#take(message.requestId);
    if (sent === undefined) return;
    clearTimeout(this.#timer);
    if (this.#sent.length > 0) this.#begin();
    sent.settle(
      message.kind === 'result' ? { kind: 'returned', json: message.json } : { kind: 'failed', reason: message.reason },
    );
  }

  #take(requestId: string): Sent | undefined {
    const at = this.#sent.findIndex((sent) => sent.requestId === requestId);
    return at < 0 ? undefined : this.#sent.splice(at, 1)[0];
  }

  /** The process is over: its present event has failed, and the others have never begun. */
  #end(reason: string): void {
    if (!this.alive) return;
    this.#ended = reason;
    clearTimeout(this.#timer);
    this.#child.kill('SIGKILL');
    const [running, ...unbegun] = this.#sent.splice(0);
    // What could not even be loaded fails for everybody: starting it again would fail again.
    unbegun.forEach(({ settle }) => settle(this.#starting ? { kind: 'failed', reason } : { kind: 'unbegun' }));
    running?.settle({ kind: 'failed', reason });
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
