import type { received } from './store.ts';

/** Listens to the twin while the page is visible: all tabs of a browser share six connections to a server. */
export function listen(handlers: typeof received, onLost: () => void): void {
  let position = '';
  let source: EventSource | undefined;
  const open = (): void => {
    source?.close();
    if (document.hidden) return;
    source = new EventSource(`/_twin/live?${new URLSearchParams({ after: position }).toString()}`);
    source.addEventListener('error', onLost);
    for (const [name, handle] of Object.entries(handlers)) {
      source.addEventListener(name, ({ data, lastEventId }: MessageEvent<string>) => {
        position = lastEventId || position;
        const parsed: unknown = JSON.parse(data);
        // Draw in a separate task: parsing the state of a large program takes a while.
        setTimeout(() => (handle as (data: unknown) => void)(parsed));
      });
    }
  };
  document.addEventListener('visibilitychange', open);
  open();
}
