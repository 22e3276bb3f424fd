import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { COMPILE_CACHE } from '../common/compile-cache.ts';
import { siblingModule } from '../common/sibling-module.ts';
import type { LambdaFunction } from '../model/integrations.ts';
import { environmentOf } from './environment.ts';
import { readLines } from '../common/lines.ts';
import { CHANNEL, LIFELINE, LONGEST_MESSAGE, type FromFunction, type ToFunction } from './protocol.ts';

const RUNTIME = siblingModule(import.meta.url, 'runtime');

/** Lambda's limit for loading the handler, in milliseconds. Source: lambda-runtime-environment, "Init phase". */
const INIT_LIMIT = 10_000;

/** Milliseconds for a process to exit by itself before it is killed. */
const CLOSING = 2000;

/** Milliseconds between two measurements of memory. */
const WEIGHED_EVERY = 50;

/**
 * Megabytes that a process may use beyond its function's memory size. Lambda counts Node as well, but V8 returns memory
 * slowly, and a handler must not be killed for that.
 */
const LEEWAY = 64;

/** Maximum characters of a log line; a longer one is split, as in CloudWatch. */
const LONGEST_LINE = 262_144;

/** The outcome of an invocation. For `failed`, the caller gets a 500 and the log gets the reason. */
export type Outcome =
  { readonly kind: 'returned'; readonly json: string } | { readonly kind: 'failed'; readonly reason: string };

/** An outcome, or `unbegun` for an event that the handler has not seen. */
type Fate = Outcome | { readonly kind: 'unbegun' };

interface Sent {
  readonly requestId: string;
  readonly settle: (fate: Fate) => void;
}

export interface Place {
  readonly region: string;
  readonly folder: string;
  readonly print: (line: string) => void;
  readonly initLimit?: number;
}

/** A process that runs a function, one event at a time. In a worker thread, a heap overflow would end the twin. */
export class FunctionProcess {
  readonly #child: ChildProcess;
  readonly #channel: Socket;
  readonly #lambda: LambdaFunction;
  /** The unanswered events: the first is running, the others wait inside the process. */
  readonly #sent: Sent[] = [];
  #timer: NodeJS.Timeout | undefined;
  #weighing: NodeJS.Timeout | undefined;
  readonly #unsent: ToFunction[] = [];
  #ended = '';
  #starting = true;
  #endedIdle = false;
  #began = 0;

  constructor(lambda: LambdaFunction, { region, folder, print, initLimit = INIT_LIMIT }: Place) {
    this.#lambda = lambda;
    const nodeFlags = [`--max-old-space-size=${lambda.memory}`, '--disable-warning=ExperimentalWarning'];
    this.#child = spawn(process.execPath, [...nodeFlags, RUNTIME, COMPILE_CACHE], {
      cwd: folder,
      env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...environmentOf(lambda, region, folder) },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
    });
    const { stdout, stderr, stdio } = this.#child;
    for (const stream of [stdout, stderr]) if (stream !== null) readLines(stream, LONGEST_LINE, print);
    const late = `the handler did not load within ${initLimit / 1000} seconds`;
    this.#timer = setTimeout(() => this.#end(late), initLimit);
    this.#channel = stdio[CHANNEL] as Socket;
    readLines(this.#channel, LONGEST_MESSAGE, (line) => {
      // A handler may find the channel and write to it: invalid messages must not crash the twin.
      const message = messageOf(line);
      if (message === undefined) this.#end('the handler wrote to the channel of its runtime');
      else this.#heard(message);
    });
    (stdio[LIFELINE] as Socket).on('error', () => undefined);
    // The process is usually exiting, and its status says why. Without its channel it is useless.
    this.#channel
      .on('error', () => undefined)
      .once('close', () => {
        setTimeout(() => this.#child.kill('SIGKILL'), CLOSING).unref();
      });
    this.#child.once('exit', (code, signal) => {
      const end = (): void => this.#end(exitReason(code, signal));
      // Read the rest of the channel first: it may contain an answer.
      if (this.#channel.closed) end();
      else this.#channel.once('close', end);
    });
    this.#child.on('error', (error) => this.#end(error.message));
  }

  get starting(): boolean {
    return this.#starting;
  }

  /** Whether it exited before it was ready; a new process would, too. */
  get unloadable(): boolean {
    return this.#starting && this.#ended !== '';
  }

  get alive(): boolean {
    const { exitCode, signalCode } = this.#child;
    return this.#ended === '' && this.#channel.writable && exitCode === null && signalCode === null;
  }

  get load(): number {
    return this.#sent.length;
  }

  /** How long its current event has run, in milliseconds. */
  get busyFor(): number {
    return this.#sent.length === 0 || this.#starting ? 0 : performance.now() - this.#began;
  }

  /** Runs an event after those before it. Never rejects. */
  invoke(requestId: string, event: unknown): Promise<Fate> {
    return new Promise((settle) => {
      if (!this.alive) {
        settle({ kind: 'unbegun' });
        return;
      }
      this.#sent.push({ requestId, settle });
      if (this.#sent.length === 1 && !this.#starting) this.#begin();
      const limit = this.#lambda.timeout * 1000;
      this.#send({ kind: 'invoke', requestId, functionArn: this.#lambda.arn, event, limit });
    });
  }

  recall(): void {
    this.#sent.slice(1).forEach(({ requestId }) => this.#send({ kind: 'recall', requestId }));
  }

  stop(): void {
    this.#end('the twin stopped it');
  }

  /** Sends the messages of an event loop turn in one write, since writes are expensive. */
  #send(message: ToFunction): void {
    this.#unsent.push(message);
    // After a failed load a write would fail, and its error would hide the reason.
    if (this.#unsent.length === 1 && !this.#starting) setImmediate(() => this.#flush());
  }

  #flush(): void {
    const messages = this.#unsent.splice(0);
    if (messages.length === 0) return;
    this.#channel.write(messages.map((message) => `${JSON.stringify(message)}\n`).join(''), (error) => {
      // The process exited before it got these events. If it never loaded, its exit settles them.
      if (error && !this.#starting)
        messages.forEach(({ requestId }) => this.#take(requestId)?.settle({ kind: 'unbegun' }));
    });
  }

  #begin(): void {
    this.#began = performance.now();
    const { timeout } = this.#lambda;
    this.#timer = setTimeout(() => this.#end(`Task timed out after ${timeout.toFixed(2)} seconds`), timeout * 1000);
    this.#weighing ??= setInterval(() => this.#weigh(), WEIGHED_EVERY);
  }

  /** Stops a process that uses too much memory outside of V8's heap, for example in buffers. */
  #weigh(): void {
    if (this.load === 0) {
      clearInterval(this.#weighing);
      this.#weighing = undefined;
    }
    const { memory } = this.#lambda;
    if (residentMegabytes(this.#child.pid) > memory + LEEWAY) {
      this.#end(`Runtime exited: the function exceeded its memory size (${memory} MB)`);
    }
  }

  #heard(message: FromFunction): void {
    if (message.kind === 'ready') {
      this.#starting = false;
      this.#flush();
      clearTimeout(this.#timer);
      if (this.#sent.length > 0) this.#begin();
    } else if (message.kind === 'unusable') {
      this.#end(message.reason);
    } else if (message.kind === 'ending') {
      this.#endedIdle = !message.running;
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

  /** Settles all events after the process has exited: the current one failed, the others have not begun. */
  #end(reason: string): void {
    if (this.#ended !== '') return;
    this.#ended = reason;
    clearTimeout(this.#timer);
    clearInterval(this.#weighing);
    this.#child.kill('SIGKILL');
    this.#sent.splice(0).forEach(({ settle }, at) => {
      // A handler that cannot be loaded fails every event: a new process would fail again.
      const failed = this.#starting || (at === 0 && !this.#endedIdle);
      settle(failed ? { kind: 'failed', reason } : { kind: 'unbegun' });
    });
  }
}

function messageOf(line: string): FromFunction | undefined {
  try {
    const message: unknown = JSON.parse(line);
    return isFromFunction(message) ? message : undefined;
  } catch {
    return undefined;
  }
}

function isFromFunction(message: unknown): message is FromFunction {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return false;
  const { kind } = message;
  if (kind === 'result') return 'json' in message && typeof message.json === 'string';
  if (kind === 'error' || kind === 'unusable') return 'reason' in message && typeof message.reason === 'string';
  return kind === 'ready' || kind === 'ending' || kind === 'recalled';
}

function exitReason(code: number | null, signal: NodeJS.Signals | null): string {
  // Node aborts like this when the heap limit, the function's memory size, is reached.
  if (signal === 'SIGABRT' || code === 134) {
    return 'Runtime exited: the function exceeded its memory size, or called process.abort (SIGABRT)';
  }
  return `Runtime exited: ${signal ?? `exit status ${code}`}`;
}

/** Returns the resident memory, or 0 on systems without this file (macOS), where only the heap is limited. */
function residentMegabytes(pid: number | undefined): number {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
    return Number(kilobytes ?? 0) / 1024;
  } catch {
    return 0;
  }
}
