import autocannon from 'autocannon';
import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ratioOf, type Ratio } from './pairs.ts';
import { ROOT, startTwin } from './processes.ts';

/** Seconds of a measurement. */
const DURATION = 3;

/** Tokens issued per second over HTTP, against bare RS256 signatures per second in one process. */
export async function tokenRate(pairs: number): Promise<Ratio> {
  const twin = await startTwin();
  const issue = async (): Promise<number> => {
    const result = await autocannon({
      url: twin.tokenUrl,
      connections: 16,
      duration: DURATION,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: twin.tokenRequest,
    });
    if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} token requests were refused`);
    return result.requests.average;
  };
  try {
    await issue();
    return await ratioOf(pairs, issue, signatures);
  } finally {
    await twin.stop();
  }
}

function signatures(): Promise<number> {
  const key = createPrivateKey(readFileSync(`${ROOT}.twin/dev/signing-key.pem`, 'utf8'));
  const message = Buffer.alloc(400, 'x');
  const end = performance.now() + DURATION * 1000;
  let count = 0;
  for (; performance.now() < end; count += 1) sign('sha256', message, key);
  return Promise.resolve(count / DURATION);
}
