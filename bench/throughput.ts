import autocannon from 'autocannon';
import { ratioOf, type Ratio } from './pairs.ts';
import { startBare, startTwin, type Served } from './processes.ts';

const CONNECTIONS = 16;
/** Seconds of a measurement. */
const DURATION = 4;

/** Authorized requests per second, against a bare server that verifies the signature. */
export async function throughput(pairs: number): Promise<Ratio> {
  const twin = await startTwin();
  const bare = await startBare(twin.token);
  try {
    await load(twin);
    await load(bare);
    return await ratioOf(
      pairs,
      () => load(twin),
      () => load(bare),
    );
  } finally {
    await Promise.all([twin.stop(), bare.stop()]);
  }
}

async function load({ url, token }: Served): Promise<number> {
  const result = await autocannon({
    url,
    connections: CONNECTIONS,
    duration: DURATION,
    headers: { authorization: `Bearer ${token}` },
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx} refusals, ${result.errors} errors from ${url}`);
  return result.requests.average;
}
