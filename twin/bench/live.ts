import autocannon from 'autocannon';
import { ratioOf, type Ratio } from './pairs.ts';
import { startTwin, type ServedTwin } from './processes.ts';

/** Seconds of a measurement. */
const DURATION = 4;

/** What it costs the gateway that somebody looks: authorized requests per second with a page open, to without one. */
export async function liveCost(pairs: number): Promise<Ratio> {
  const twin = await startTwin();
  const rate = async (): Promise<number> => {
    const result = await autocannon({
      url: twin.url,
      connections: 16,
      duration: DURATION,
      headers: { authorization: `Bearer ${twin.token}` },
    });
    if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} refusals, ${result.errors} errors`);
    return result.requests.average;
  };
  try {
    await rate();
    const watched = async (): Promise<number> => {
      const close = await openStream(twin);
      const result = await rate();
      const bytes = await close();
      if (bytes < 10_000) throw new Error(`the page was told only ${bytes} bytes`);
      return result;
    };
    return await ratioOf(pairs, watched, rate);
  } finally {
    await twin.stop();
  }
}

/** Listens as an open page does. @returns what ends it, and says how many bytes have come */
async function openStream({ tokenUrl }: ServedTwin): Promise<() => Promise<number>> {
  const ending = new AbortController();
  const url = new URL('/_twin/live', tokenUrl);
  const response = await fetch(url, { signal: ending.signal, headers: { 'accept-encoding': 'gzip' } });
  let bytes = 0;
  const read = (async () => {
    for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) bytes += part.length;
  })().catch(() => undefined);
  return async () => {
    ending.abort();
    await read;
    return bytes;
  };
}
