import type { Endpoints, StreamEvents } from '../../src/page/messages.ts';
import { PAGE_HEADER } from '../../src/page/messages.ts';
import type { TestTwin } from './twin.ts';

/** What the printed address of the page sets in a browser, as the browser sends it back. */
export async function pageCookie({ pageUrl }: TestTwin): Promise<string> {
  const { headers } = await fetch(pageUrl, { redirect: 'manual' });
  return headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

/** Asks as the page's own code does, in a browser that has opened the printed address. */
export async function askPage<K extends keyof Endpoints>(
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

/** One thing that the twin said. */
export type Heard = {
  readonly [K in keyof StreamEvents]: { readonly name: K; readonly data: StreamEvents[K] };
}[keyof StreamEvents];

/** What the twin says to an open page, from now on. */
export interface Ear {
  readonly heard: readonly Heard[];
  /** All of it, as it came over the wire. */
  readonly text: () => string;
  readonly close: () => void;
}

/** Opens the stream that a page listens to. */
export async function listenTo(twin: TestTwin, after = ''): Promise<Ear> {
  const ending = new AbortController();
  const query = new URLSearchParams({ after }).toString();
  const url = `${twin.tenantUrl}/_twin/live?${query}`;
  const response = await fetch(url, { signal: ending.signal, headers: { 'accept-encoding': 'gzip' } });
  const heard: Heard[] = [];
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
        heard.push({ name, data: parsed } as Heard);
      }
    }
  })().catch(() => undefined);
  return { heard, text: () => text, close: () => ending.abort() };
}

/** The entries of the live list so far, oldest first. */
export function entriesOf({ heard }: Ear): StreamEvents['entries']['entries'] {
  return heard.flatMap((one) => (one.name === 'entries' ? one.data.entries : []));
}

/** The last that was said of a name. */
export function lastOf<K extends keyof StreamEvents>({ heard }: Ear, name: K): StreamEvents[K] | undefined {
  return heard.findLast((one) => one.name === name)?.data as StreamEvents[K] | undefined;
}
