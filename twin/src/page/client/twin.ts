import { PAGE_HEADER, type Endpoints, type Refused, type StreamEvents } from '../messages.ts';

/** Timeout of an answer in milliseconds: the gateway gives up after thirty seconds, and the twin five seconds later. */
const PATIENCE = 40_000;

const LATE =
  `There was no answer within ${PATIENCE / 1000} seconds. Either the twin is not running, or too many windows of this ` +
  'browser show the page: it opens six connections to the twin, and each visible page holds one. Close some and try again.';

/** Sends a request to the twin. @throws Error with a message to show */
export async function ask<K extends keyof Endpoints>(
  name: K,
  question: Endpoints[K]['question'],
): Promise<Endpoints[K]['answer']> {
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(`/_twin/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [PAGE_HEADER]: '1' },
      body: JSON.stringify(question),
      signal: AbortSignal.timeout(PATIENCE),
    });
    body = await response.json();
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    throw new Error(isLate ? LATE : 'The twin does not answer. Is it running?', { cause: error });
  }
  if (response.ok) return body as Endpoints[K]['answer'];
  throw new Error((body as Refused).error);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

type Handlers = { readonly [K in keyof StreamEvents]: (data: StreamEvents[K]) => void };

/** Listens to the twin while the page is visible: all tabs of a browser share six connections to a server. */
export function listen(handlers: Handlers, onLost: () => void): void {
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
