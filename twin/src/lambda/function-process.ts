import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { COMPILE_CACHE } from '../common/compile-cache.ts';
import { siblingModule } from '../common/sibling-module.ts';
import type { LambdaFunction } from '../model/integrations.ts';
import { environmentOf } from './environment.ts';
import { readLines } from './lines.ts';
import { CHANNEL, LIFELINE, LONGEST_MESSAGE, type FromFunction, type ToFunction } from './protocol.ts';

const RUNTIME = siblingModule(import.meta.url, 'runtime');

/** Milliseconds that Lambda allows for loading the handler. Source: lambda-runtime-environment, "Init phase". */
const INIT_LIMIT = 10_000;

/** Milliseconds that a process has for ending when its channel is closed. */
const CLOSING = 100;

/** Milliseconds between two looks at how much memory a busy process has. */
const WEIGHED_EVERY = 50;

/**
 * MB that a process may have beyond its function's memory size. Lambda counts Node itself as well, but V8 is slow to
 * give back what it has no need of: a good handler must not be ended for that.
 */
const LEEWAY = 64;

/** Characters of a line; a longer one becomes several, as in CloudWatch, so that a handler cannot fill the twin. */
const LONGEST_LINE = 262_144;

/** How an invocation ended. `failed` is what the gateway answers 500 to; the reason is for the log. */
export type Outcome =
  { readonly kind: 'returned'; readonly json: string } | { readonly kind: 'failed'; readonly reason: string };

/** What a process makes of an event: an outcome, or the event comes back untouched. */
export type Fate = Outcome | { readonly kind: 'unbegun' };

interface Sent {
  readonly requestId: string;
  readonly settle: (fate: Fate) => void;
}

/** Where and how a function's process runs, the same for all processes of the function. */
export interface Place {
  readonly region: string;
  /** The folder that the archive was unpacked to. */
  readonly folder: string;
  /** Takes each line that the handler writes. */
  readonly print: (line: string) => void;
  /** Milliseconds for loading the handler, where Lambda's are too many to wait for. */
  readonly initLimit?: number;
}

/**
 * One process that runs a function, one event at a time. A worker thread would not do: a heap overrun in one ends the
 * whole process.
 */
export class FunctionProcess {
  readonly #child: ChildProcess;
  readonly #channel: Socket;
  readonly #lambda: LambdaFunction;
  /** What was sent and has not been answered: the first is running, the others wait inside the process. */
  readonly #sent: Sent[] = [];
  #timer: NodeJS.Timeout | undefined;
  #weighing: NodeJS.Timeout | undefined;
  readonly #unsent: ToFunction[] = [];
  #ended = '';
  #starting = true;
  /** Whether it was idle when it ended itself. */
  #endedIdle = false;
  #began = 0;

  constructor(lambda: LambdaFunction, { region, folder, print, initLimit = INIT_LIMIT }: Place) {
    this.#lambda = lambda;
    const nodeFlags = [`--max-old-space-size=${lambda.memory}`, '--disable-warning=ExperimentalWarning'];
    this.#child = spawn(process.execPath, [...nodeFlags, RUNTIME, COMPILE_CACHE], {
      cwd: folder,
      env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...environmentOf(lambda, region, folder) },
      // The channel, and the lifeline.
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
    });
    const { stdout, stderr, stdio } = this.#child;
    for (const stream of [stdout, stderr]) if (stream !== null) readLines(stream, LONGEST_LINE, print);
    const late = `the handler did not load within ${initLimit / 1000} seconds`;
    this.#timer = setTimeout(() => this.#end(late), initLimit);
    this.#channel = stdio[CHANNEL] as Socket;
    readLines(this.#channel, LONGEST_MESSAGE, (line) => {
      // A handler may find the channel and write to it; what it says for itself must not end the twin.
      const message = messageOf(line);
      if (message === undefined) this.#end('the handler wrote to the channel of its runtime');
      else this.#heard(message);
    });
    (stdio[LIFELINE] as Socket).on('error', () => undefined);
    // Mostly the process is ending, and says why by its status; one that goes on without its channel is of no use.
    this.#channel
      .on('error', () => undefined)
      .once('close', () => {
        setTimeout(() => this.#child.kill('SIGKILL'), CLOSING).unref();
      });
    this.#child.once('exit', (code, signal) => {
      const end = (): void => this.#end(exitReason(code, signal));
      // What it said before is still to be heard: an answer may be among it.
      if (this.#channel.closed) end();
      else this.#channel.once('close', end);
    });
    this.#child.on('error', (error) => this.#end(error.message));
  }

  /** Whether the handler is still being loaded. */
  get starting(): boolean {
    return this.#starting;
  }

  /** Whether it ended without ever having been ready: the next one would, too. */
  get unloadable(): boolean {
    return this.#starting && this.#ended !== '';
  }

  /** Whether it takes events. */
  get alive(): boolean {
    const { exitCode, signalCode } = this.#child;
    return this.#ended === '' && this.#channel.writable && exitCode === null && signalCode === null;
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
        settle({ kind: 'unbegun' });
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

  /** What is sent in one turn of the event loop goes together: a write for each would cost more than the rest. */
  #send(message: ToFunction): void {
    this.#unsent.push(message);
    // A write to a process that could not load would fail, and lose the reason that it gave.
    if (this.#unsent.length === 1 && !this.#starting) setImmediate(() => this.#flush());
  }

  #flush(): void {
    const messages = this.#unsent.splice(0);
    if (messages.length === 0) return;
    this.#channel.write(messages.map((message) => `${JSON.stringify(message)}\n`).join(''), (error) => {
      // Its process was over before these came: they have never begun. If it never loaded, its end settles them.
      if (error && !this.#starting)
        messages.forEach(({ requestId }) => this.#take(requestId)?.settle({ kind: 'unbegun' }));
    });
  }

  /** The first event's time begins. */
  #begin(): void {
    this.#began = performance.now();
    const { timeout } = this.#lambda;
    this.#timer = setTimeout(() => this.#end(`Task timed out after ${timeout.toFixed(2)} seconds`), timeout * 1000);
    this.#weighing ??= setInterval(() => this.#weigh(), WEIGHED_EVERY);
  }

  /** The heap has a limit of its own; buffers, and whatever else is outside of it, have not. */
  #weigh(): void {
    if (this.load === 0) {
      clearInterval(this.#weighing);
      this.#weighing = undefined;
    }
    const { memory } = this.#lambda;
    if (residentMegabytes(this.#child.pid) > memory + LEEWAY) {
      this.#end(`Runtime exited: the function outgrew its memory size (${memory} MB)`);
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

  /** The process is over: its present event has failed, and the others have never begun. */
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

/** @returns undefined for what the runtime never says */
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
  // Node ends itself this way when the heap limit, which is the function's memory size, is reached.
  if (signal === 'SIGABRT' || code === 134) {
    return 'Runtime exited: the function outgrew its memory size, or called process.abort (SIGABRT)';
  }
  return `Runtime exited: ${signal ?? `exit status ${code}`}`;
}

/** 0 where the system has no such file, as macOS: there the limit of the heap is all. */
function residentMegabytes(pid: number | undefined): number {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
    return Number(kilobytes ?? 0) / 1024;
  } catch {
    return 0;
  }
}
