import type { Said } from './messages.ts';

/** Milliseconds between two batches at least: nobody reads faster, and a batch costs little more than an entry does. */
const PAUSE = 200;

/** Entries of a batch at most; what came besides is counted. */
export const BATCH = 100;

/** Bytes that may wait for a slow browser; what comes then is skipped for it. */
const BACKLOG = 2_000_000;

interface Listener {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  /** The id of the last entry that it was sent. */
  seen: number;
}

/** Where the entries come from. */
export interface Source {
  /** The id of the newest. */
  readonly last: () => number;
  /** Those after an id, of the newest at most so many, as the page shows them, oldest first. */
  readonly since: (id: number, most: number) => Said['entries']['entries'];
}

/** Says to every page that is open what happens, by server-sent events. Source: https://html.spec.whatwg.org/#server-sent-events */
export class Live {
  readonly #listeners = new Set<Listener>();
  readonly #source: Source;
  #timer: NodeJS.Timeout | undefined;
  #sentAt = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  /** There are new entries. Nobody listening, this costs next to nothing. */
  readonly changed = (): void => {
    if (this.#listeners.size === 0 || this.#timer !== undefined) return;
    const wait = Math.max(1, this.#sentAt + PAUSE - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#sentAt = performance.now();
      this.#sendEntries();
    }, wait);
  };

  /** Says something to everybody. */
  say<K extends keyof Said>(name: K, data: Said[K]): void {
    const bytes = eventOf(name, data);
    for (const { controller } of this.#listeners) controller.enqueue(bytes);
  }

  /**
   * A stream for one more page: first these, then what is kept of the past, then what happens.
   * @param after the id of the last entry that the page has, from before it lost its connection
   */
  open(first: readonly Uint8Array[], after: number): ReadableStream<Uint8Array> {
    let listener: Listener;
    return new ReadableStream(
      {
        start: (controller) => {
          listener = { controller, seen: after };
          for (const bytes of first) controller.enqueue(bytes);
          this.#listeners.add(listener);
          this.#sendEntries();
        },
        // A slow browser has caught up: it may have missed the last.
        pull: () => {
          if (listener.seen !== this.#source.last()) this.changed();
        },
        cancel: () => void this.#listeners.delete(listener),
      },
      { highWaterMark: BACKLOG, size: ({ byteLength }) => byteLength },
    );
  }

  /** Takes leave of everybody, so that the server can end. */
  close(): void {
    clearTimeout(this.#timer);
    this.say('bye', {});
    for (const { controller } of this.#listeners) controller.close();
    this.#listeners.clear();
  }

  /** Listeners that have seen the same get the same bytes, made once. */
  #sendEntries(): void {
    const last = this.#source.last();
    const made = new Map<number, Uint8Array>();
    for (const listener of this.#listeners) {
      if (listener.seen === last || (listener.controller.desiredSize ?? 0) <= 0) continue;
      const bytes = made.get(listener.seen) ?? this.#entriesAfter(listener.seen, last);
      made.set(listener.seen, bytes);
      listener.controller.enqueue(bytes);
      listener.seen = last;
    }
  }

  #entriesAfter(seen: number, last: number): Uint8Array {
    const entries = this.#source.since(seen, BATCH);
    return eventOf('entries', { entries, skipped: last - seen - entries.length });
  }
}

/** One server-sent event; JSON has no line break in it. */
export function eventOf<K extends keyof Said>(name: K, data: Said[K]): Uint8Array {
  return Buffer.from(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}
