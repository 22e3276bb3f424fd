import { PassThrough, Readable } from 'node:stream';
import type { Said } from './messages.ts';

/** Milliseconds between two batches at least: nobody reads faster, and a batch costs little more than an entry does. */
const PAUSE = 200;

/** Entries of a batch at most; what came besides is counted. */
export const BATCH = 100;

/** Characters of a batch at most, but for its newest entry; older ones are counted. */
const BATCH_LENGTH = 256 * 1024;

/** Bytes that may wait for a slow browser; what comes then is skipped for it. */
const BACKLOG = 1_000_000;

/** Pages that are open at once. */
export const LISTENERS = 64;

interface Listener {
  readonly stream: PassThrough;
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
  readonly #failed: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #sentAt = 0;

  /** @param failed is told of a defect of ours: whoever calls the API must not feel it */
  constructor(source: Source, failed: (error: unknown) => void) {
    this.#source = source;
    this.#failed = failed;
  }

  /** Whether there are as many pages as may be. */
  get full(): boolean {
    return this.#listeners.size >= LISTENERS;
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
    const text = eventOf(name, data);
    for (const { stream } of this.#listeners) {
      // What this says may not be skipped: a page that does not read connects anew, and is told then.
      if (isStalled(stream)) stream.destroy();
      else stream.write(text);
    }
  }

  /**
   * A stream for one more page: first these events, then what is kept of the past, then what happens.
   * @param after the id of the last entry that the page has, from before it lost its connection
   */
  open(first: readonly string[], after: number): ReadableStream<Uint8Array> {
    const stream = new PassThrough();
    const listener: Listener = { stream, seen: after };
    const leave = (): void => void this.#listeners.delete(listener);
    // The browser has gone, in whatever way.
    stream.on('close', leave).on('error', leave);
    // A slow one has caught up; it may have missed the last.
    stream.on('drain', this.changed);
    for (const text of first) stream.write(text);
    this.#listeners.add(listener);
    this.#sendEntries();
    return Readable.toWeb(stream) as ReadableStream<Uint8Array>;
  }

  /** Takes leave of everybody, so that the server can end. */
  close(): void {
    clearTimeout(this.#timer);
    this.say('bye', {});
    for (const { stream } of this.#listeners) stream.end();
    this.#listeners.clear();
  }

  /** Listeners that have seen the same get the same text, made once. */
  #sendEntries(): void {
    const last = this.#source.last();
    const made = new Map<number, string>();
    for (const listener of this.#listeners) {
      const { seen, stream } = listener;
      if (seen === last || isStalled(stream)) continue;
      listener.seen = last;
      const text = made.get(seen) ?? this.#entriesAfter(seen, last);
      made.set(seen, text);
      stream.write(text);
    }
  }

  #entriesAfter(seen: number, last: number): string {
    try {
      const newest: string[] = [];
      let length = 0;
      for (const entry of this.#source.since(seen, BATCH).toReversed()) {
        const text = JSON.stringify(entry);
        length += text.length;
        if (newest.length > 0 && length > BATCH_LENGTH) break;
        newest.push(text);
      }
      const skipped = last - seen - newest.length;
      return eventOfText('entries', `{"entries":[${newest.toReversed().join()}],"skipped":${skipped},"last":${last}}`);
    } catch (error) {
      this.#failed(error);
      return eventOf('entries', { entries: [], skipped: last - seen, last });
    }
  }
}

function isStalled({ writableLength, readableLength }: PassThrough): boolean {
  return writableLength + readableLength > BACKLOG;
}

/** One server-sent event; JSON has no line break in it. */
export function eventOf<K extends keyof Said>(name: K, data: Said[K]): string {
  return eventOfText(name, JSON.stringify(data));
}

function eventOfText(name: keyof Said, json: string): string {
  return `event: ${name}\ndata: ${json}\n\n`;
}
