import type { LambdaFunction } from '../../graph/http-api.ts';
import { FunctionProcess, type Outcome, type Place } from './function-process.ts';

/** Processes of one function at most: enough for a slow handler, little enough for a laptop. */
const MOST = 16;

/**
 * Milliseconds that an event waits for a warm process before another is started. Lambda would start one at once; a
 * quick handler is served sooner by waiting, and a slow one gets its second process all the same.
 */
const PATIENCE = 20;

interface Waiting {
  readonly requestId: string;
  readonly event: unknown;
  readonly settle: (outcome: Outcome) => void;
  readonly timer: NodeJS.Timeout;
}

/** The warm processes of one function. */
export class FunctionPool {
  readonly #lambda: LambdaFunction;
  readonly #place: Place;
  readonly #idle: FunctionProcess[] = [];
  readonly #all = new Set<FunctionProcess>();
  readonly #waiting: Waiting[] = [];
  #closed = false;

  constructor(lambda: LambdaFunction, place: Place) {
    this.#lambda = lambda;
    this.#place = place;
  }

  /** Runs one event in a process that has no other. It never rejects. */
  invoke(requestId: string, event: unknown): Promise<Outcome> {
    const process = this.#warm() ?? (this.#all.size === 0 ? this.#start() : undefined);
    if (process !== undefined) return this.#run(process, requestId, event);
    return new Promise((settle) => {
      const waiting: Waiting = { requestId, event, settle, timer: setTimeout(() => this.#grow(waiting), PATIENCE) };
      this.#waiting.push(waiting);
    });
  }

  /** Ends the idle processes now and each busy one when it has answered. */
  close(): void {
    this.#closed = true;
    this.#idle.splice(0).forEach((process) => this.#end(process));
  }

  /** Ends all processes now, whatever they are doing. */
  kill(): void {
    this.#closed = true;
    [...this.#all].forEach((process) => this.#end(process));
  }

  async #run(process: FunctionProcess, requestId: string, event: unknown): Promise<Outcome> {
    const outcome = await process.invoke(requestId, event);
    this.#release(process);
    return outcome;
  }

  #release(process: FunctionProcess): void {
    if (!process.alive) this.#all.delete(process);
    const next = this.#waiting.shift();
    if (next !== undefined) {
      this.#dispatch(next, process.alive ? process : this.#start());
    } else if (this.#closed) {
      this.#end(process);
    } else if (process.alive) {
      this.#idle.push(process);
    }
  }

  #grow(waiting: Waiting): void {
    const at = this.#waiting.indexOf(waiting);
    if (at < 0 || this.#all.size >= MOST) return;
    this.#waiting.splice(at, 1);
    this.#dispatch(waiting, this.#start());
  }

  #dispatch({ requestId, event, settle, timer }: Waiting, process: FunctionProcess): void {
    clearTimeout(timer);
    void this.#run(process, requestId, event).then(settle);
  }

  #warm(): FunctionProcess | undefined {
    for (let process = this.#idle.pop(); process !== undefined; process = this.#idle.pop()) {
      if (process.alive) return process;
      this.#all.delete(process);
    }
    return undefined;
  }

  #start(): FunctionProcess {
    const process = new FunctionProcess(this.#lambda, this.#place);
    this.#all.add(process);
    return process;
  }

  #end(process: FunctionProcess): void {
    process.stop();
    this.#all.delete(process);
  }
}
