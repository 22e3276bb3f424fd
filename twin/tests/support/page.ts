import type { Endpoints, StreamEvents } from '../../src/page/messages.ts';
import { PAGE_HEADER } from '../../src/page/messages.ts';
import type { TestTwin } from './twin.ts';

/** Returns the cookie that the page's printed address sets, as the browser sends it back. */
export async function pageCookie({ pageUrl }: TestTwin): Promise<string> {
  const { headers } = await fetch(pageUrl, { redirect: 'manual' });
  return headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

/** Sends a request to an endpoint of the page, as the page does in a browser that opened the printed address. */
export async function postToPage<K extends keyof Endpoints>(
  twin: TestTwin,
  name: K,
  question: Endpoints[K]['question'],
): Promise<{ readonly status: number; readonly body: Endpoints[K]['answer'] & { readonly error?: string } }> {
  const response = await fetch(`${twin.tenantUrl}/_twin/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [PAGE_HEADER]: '1', cookie: await pageCookie(twin) },
    body: JSON.stringify(question),
  });
  return { status: response.status, body: (await response.json()) as Endpoints[K]['answer'] & { error?: string } };
}

/** An event of the page's stream. */
export type PageEvent = {
  readonly [K in keyof StreamEvents]: { readonly name: K; readonly data: StreamEvents[K] };
}[keyof StreamEvents];

/** An open event stream of the page. */
export interface PageStream {
  /** The events so far, oldest first. */
  readonly events: readonly PageEvent[];
  /** Returns the bytes so far as text. */
  readonly text: () => string;
  readonly close: () => void;
}

/** Opens the page's event stream. @param after the position of the last event that the page has */
export async function listenTo(twin: TestTwin, after = ''): Promise<PageStream> {
  const ending = new AbortController();
  const query = new URLSearchParams({ after }).toString();
  const url = `${twin.tenantUrl}/_twin/live?${query}`;
  const response = await fetch(url, { signal: ending.signal, headers: { 'accept-encoding': 'gzip' } });
  const events: PageEvent[] = [];
  let text = '';
  let rest = '';
  void (async () => {
    for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += part;
      const blocks = (rest + part).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const [, name, data] = /^event: (\w+)\ndata: (.*)$/m.exec(block) ?? [];
        const parsed: unknown = JSON.parse(data ?? '');
        events.push({ name, data: parsed } as PageEvent);
      }
    }
  })().catch(() => undefined);
  return { events, text: () => text, close: () => ending.abort() };
}

/** Returns the entries of the request list so far, oldest first. */
export function entriesOf({ events }: PageStream): StreamEvents['entries']['entries'] {
  return events.flatMap((event) => (event.name === 'entries' ? event.data.entries : []));
}

/** Returns the data of the latest event of this name. */
export function lastOf<K extends keyof StreamEvents>({ events }: PageStream, name: K): StreamEvents[K] | undefined {
  return events.findLast((event) => event.name === name)?.data as StreamEvents[K] | undefined;
}
