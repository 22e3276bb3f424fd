import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { StreamEvents } from './messages.ts';

/** The minimum milliseconds between two batches. */
const PAUSE = 200;

/** The most entries of a batch. */
export const BATCH = 100;

/** The most open pages. */
export const LISTENERS = 64;

interface Listener {
  /** The unsent events: the latest of each name. */
  readonly due: Map<string, string>;
  wake: () => void;
}

interface Source {
  readonly twin: string;
  readonly last: () => number;
  /** Returns the newest entries after an id, at most `most`, oldest first. */
  readonly since: (id: number, most: number) => StreamEvents['entries']['entries'];
}

type Event = { readonly [K in keyof StreamEvents]: readonly [name: K, data: StreamEvents[K]] }[keyof StreamEvents];

/**
 * Sends events to every open page. Writing waits until the browser reads, so a slow browser holds back a few batches.
 * @param failed receives errors of the page, which must not reach the API's callers
 */
export function openLive({ twin, last, since }: Source, failed: (error: unknown) => void) {
  const listeners = new Set<Listener>();
  const ending = new AbortController();
  const changed = (): void => listeners.forEach(({ wake }) => wake());
  const batchAfter = (seen: number): StreamEvents['entries'] => {
    let entries: StreamEvents['entries']['entries'] = [];
    try {
      entries = since(seen, BATCH);
    } catch (error) {
      failed(error);
    }
    return { entries, skipped: last() - seen - entries.length, last: last() };
  };
  return {
    changed,
    say: (...[name, data]: Event): void => {
      for (const { due } of listeners) due.set(name, JSON.stringify(data));
      changed();
    },
    /**
     * Returns a stream for a page: first the given events, then the recorded entries, then new ones.
     * @param after the id of the last entry that the page received before it lost its connection
     */
    open: (c: Context, first: readonly Event[], after: number): Response => {
      if (listeners.size >= LISTENERS) return c.text(`${LISTENERS} pages are already open`, 503);
      const due = new Map<string, string>(first.map(([name, data]) => [name, JSON.stringify(data)]));
      const listener: Listener = { due, wake: () => undefined };
      listeners.add(listener);
      const response = streamSSE(c, async (stream) => {
        stream.onAbort(() => {
          listeners.delete(listener);
          listener.wake();
        });
        let seen = after;
        while (!stream.aborted && !ending.signal.aborted) {
          if (due.size === 0 && seen === last()) {
            await new Promise<void>((resolve) => (listener.wake = resolve));
            continue;
          }
          for (const [event, data] of due) {
            due.delete(event);
            await stream.writeSSE({ event, data });
          }
          const batch = batchAfter(seen);
          seen = batch.last;
          // A browser that reconnects sends the last id back.
          await stream.writeSSE({ event: 'entries', data: JSON.stringify(batch), id: `${twin} ${seen}` });
          await stream.sleep(PAUSE);
        }
      });
      response.headers.set('cache-control', 'no-store');
      return response;
    },
    close: (): void => {
      ending.abort();
      changed();
    },
  };
}
