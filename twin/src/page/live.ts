import type { StreamEvents } from './messages.ts';

/** The minimum milliseconds between two batches. */
const PAUSE = 200;

/** The most entries of a batch. */
export const BATCH = 100;

/** The most characters of a batch, except for its newest entry; older entries are counted. */
const BATCH_LENGTH = 256 * 1024;

/** The most open pages. */
export const LISTENERS = 64;

interface Listener {
  seen: number;
  /** The unsent events: the latest of each name. */
  readonly due: Map<keyof StreamEvents, string>;
  wake: () => void;
}

export interface Source {
  readonly twin: string;
  readonly last: () => number;
  /** Returns the newest entries after an id, at most `most`, oldest first. */
  readonly since: (id: number, most: number) => StreamEvents['entries']['entries'];
}

type Event = { readonly [K in keyof StreamEvents]: readonly [name: K, data: StreamEvents[K]] }[keyof StreamEvents];

/**
 * Sends events to every open page. A stream is filled only when its browser reads, so a slow browser holds back at
 * most one batch. Source: https://html.spec.whatwg.org/#server-sent-events
 */
export class Live {
  readonly #listeners = new Set<Listener>();
  readonly #source: Source;
  readonly #failed: (error: unknown) => void;
  #closed = false;

  /** @param failed receives errors of the page, which must not reach the API's callers */
  constructor(source: Source, failed: (error: unknown) => void) {
    this.#source = source;
    this.#failed = failed;
  }

  get full(): boolean {
    return this.#listeners.size >= LISTENERS;
  }

  changed(): void {
    for (const { wake } of this.#listeners) wake();
  }

  say(...[name, data]: Event): void {
    for (const { due } of this.#listeners) due.set(name, eventOf(name, data));
    this.changed();
  }

  /**
   * Returns a stream for a page: first the given events, then the recorded entries, then new ones.
   * @param after the id of the last entry that the page received before it lost its connection
   */
  open(first: readonly Event[], after: number): ReadableStream<Uint8Array> {
    const due = new Map(first.map(([name, data]) => [name, eventOf(name, data)]));
    const listener: Listener = { seen: after, due, wake: () => undefined };
    let sentAt = 0;
    const bytes = new TextEncoder();
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          // On the first read only: a browser that has disconnected never reads.
          this.#listeners.add(listener);
          while (!this.#closed && due.size === 0 && listener.seen === this.#source.last()) {
            await new Promise<void>((resolve) => (listener.wake = resolve));
          }
          await new Promise((resolve) => setTimeout(resolve, Math.max(0, sentAt + PAUSE - performance.now())));
          sentAt = performance.now();
          const events = [...due.values()].join('');
          due.clear();
          controller.enqueue(bytes.encode(events + this.#entriesFor(listener)));
          if (this.#closed) controller.close();
        },
        cancel: () => void this.#listeners.delete(listener),
      },
      { highWaterMark: 0 },
    );
  }

  close(): void {
    this.#closed = true;
    this.changed();
    this.#listeners.clear();
  }

  #entriesFor(listener: Listener): string {
    const { seen } = listener;
    const last = this.#source.last();
    if (seen === last) return '';
    listener.seen = last;
    const newest: string[] = [];
    try {
      let length = 0;
      for (const entry of this.#source.since(seen, BATCH).toReversed()) {
        const text = JSON.stringify(entry);
        length += text.length;
        if (newest.length > 0 && length > BATCH_LENGTH) break;
        newest.push(text);
      }
    } catch (error) {
      this.#failed(error);
    }
    const skipped = last - seen - newest.length;
    const json = `{"entries":[${newest.toReversed().join()}],"skipped":${skipped},"last":${last}}`;
    // A browser that reconnects sends the last id back.
    return `event: entries\ndata: ${json}\nid: ${this.#source.twin} ${last}\n\n`;
  }
}

/** Returns a server-sent event. JSON contains no line break. */
export function eventOf<K extends keyof StreamEvents>(name: K, data: StreamEvents[K]): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
