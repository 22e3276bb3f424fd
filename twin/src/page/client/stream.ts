import type { StreamEvents } from '../messages.ts';

type Handlers = { readonly [K in keyof StreamEvents]: (data: StreamEvents[K]) => void };

/**
 * Listens to the twin while the page is in view: a browser opens six connections to a server for all of its tabs. The
 * browser reconnects by itself and says what it has got.
 */
export function connect(handlers: Handlers, onLost: () => void): void {
  let position = '';
  let source: EventSource | undefined;
  const open = (): void => {
    source?.close();
    if (document.hidden) return;
    const opened = new EventSource(`/_twin/live?${new URLSearchParams({ after: position }).toString()}`);
    source = opened;
    for (const [name, handle] of Object.entries(handlers)) {
      opened.addEventListener(name, (event) => {
        const { data, lastEventId } = event as MessageEvent<string>;
        position = lastEventId || position;
        const parsed: unknown = JSON.parse(data);
        // Drawn in a task of its own: the state of a large program takes a while to read.
        setTimeout(() => (handle as (data: unknown) => void)(parsed));
      });
    }
    opened.addEventListener('error', () => {
      onLost();
      // A browser that gives up, as for a status of an error.
      if (opened.readyState === EventSource.CLOSED) setTimeout(() => opened === source && open(), 1000);
    });
  };
  document.addEventListener('visibilitychange', open);
  open();
}
