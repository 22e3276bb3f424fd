import type { LambdaFunction } from '../model/integrations.ts';
import { FunctionProcess, type Outcome, type Place } from './function-process.ts';

/** The most processes of a function. */
const MOST = 16;

/**
 * The most events to send to one process. Between two events of a quick handler, both processes would have to wake up,
 * which takes longer than the handler.
 */
const AHEAD = 8;

/** A handler is quick below this average, in milliseconds. */
const QUICK = 3;

/** Milliseconds after which a process counts as stuck: its waiting events are recalled, and another process starts. */
const STUCK = 50;

interface Waiting {
  readonly requestId: string;
  readonly event: unknown;
  readonly settle: (outcome: Outcome) => void;
}

export class FunctionPool {
  readonly #lambda: LambdaFunction;
  readonly #place: Place;
  readonly #processes = new Set<FunctionProcess>();
  readonly #waiting: Waiting[] = [];
  /** Moving average of an event's duration, in milliseconds. */
  #pace = Infinity;
  #check: NodeJS.Timeout | undefined;
  #closed = false;
  #killed = false;

  constructor(lambda: LambdaFunction, place: Place) {
    this.#lambda = lambda;
    this.#place = place;
  }

  invoke(requestId: string, event: unknown): Promise<Outcome> {
    const { reservedConcurrency } = this.#lambda;
    const underWay = this.#waiting.length + [...this.#processes].reduce((sum, { load }) => sum + load, 0);
    if (reservedConcurrency !== undefined && underWay >= reservedConcurrency) {
      return Promise.resolve({
        kind: 'failed',
        reason: `Rate Exceeded: reserved concurrency is ${reservedConcurrency}`,
      });
    }
    return new Promise((settle) => {
      this.#waiting.push({ requestId, event, settle });
      this.#dispatch();
    });
  }

  get isWarm(): boolean {
    this.#forgetDead();
    return this.#processes.size > 0;
  }

  warm(): void {
    if (!this.isWarm) this.#start();
  }

  close(): void {
    this.#closed = true;
    this.#endIdle();
  }

  kill(): void {
    this.#closed = true;
    this.#killed = true;
    clearTimeout(this.#check);
    this.#processes.forEach((process) => process.stop());
    this.#processes.clear();
  }

  #dispatch(): void {
    if (this.#killed) {
      this.#waiting.splice(0).forEach(({ settle }) => settle({ kind: 'failed', reason: 'the twin stopped' }));
    }
    while (this.#waiting.length > 0) {
      const process = this.#free();
      if (process === undefined) break;
      const next = this.#waiting.shift();
      if (next !== undefined) void this.#run(process, next);
    }
    if (this.#waiting.length > 0 || [...this.#processes].some(({ load }) => load > 1)) {
      this.#check ??= setTimeout(() => this.#lookForStuck(), STUCK);
    }
  }

  /** The process for the next event: an idle one, the first, or for a quick handler the least busy one. */
  #free(): FunctionProcess | undefined {
    this.#forgetDead();
    if (this.#processes.size === 0) return this.#start();
    const most = this.#pace < QUICK ? AHEAD : 1;
    let best: FunctionProcess | undefined;
    for (const process of this.#processes) {
      if (process.load < Math.min(most, best?.load ?? most) && process.busyFor < STUCK) best = process;
    }
    return best;
  }

  #forgetDead(): void {
    for (const process of this.#processes) if (!process.alive) this.#processes.delete(process);
  }

  async #run(process: FunctionProcess, waiting: Waiting): Promise<void> {
    const began = performance.now();
    const events = process.load + 1;
    const fate = await process.invoke(waiting.requestId, waiting.event);
    if (fate.kind === 'failed' && process.unloadable) this.#waiting.splice(0).forEach(({ settle }) => settle(fate));
    if (fate.kind === 'unbegun') {
      this.#waiting.unshift(waiting);
    } else {
      const took = (performance.now() - began) / events;
      this.#pace = Number.isFinite(this.#pace) ? this.#pace * 0.9 + took * 0.1 : took;
      waiting.settle(fate);
    }
    this.#dispatch();
    if (this.#closed) this.#endIdle();
  }

  /** Recalls the events behind a slow one, and starts another process if all are busy with one. */
  #lookForStuck(): void {
    this.#check = undefined;
    this.#forgetDead();
    const all = [...this.#processes];
    const stuck = all.filter((process) => process.busyFor >= STUCK);
    stuck.forEach((process) => process.recall());
    const starting = all.filter((process) => process.starting).length;
    // Start at most as many processes as exist: a start uses CPU that the others need.
    if (stuck.length + starting === all.length && starting < Math.max(1, stuck.length) && all.length < MOST) {
      if (this.#waiting.length > 0 || stuck.some(({ load }) => load > 1)) this.#start();
    }
    this.#dispatch();
  }

  #start(): FunctionProcess {
    const process = new FunctionProcess(this.#lambda, this.#place);
    this.#processes.add(process);
    return process;
  }

  #endIdle(): void {
    for (const process of this.#processes) {
      if (process.load > 0) continue;
      process.stop();
      this.#processes.delete(process);
    }
  }
}
