import autocannon from 'autocannon';
import { execFileSync } from 'node:child_process';
import { summary, type Ratio } from './pairs.ts';
import { startBare, startTwin, type Served } from './processes.ts';

const CONNECTIONS = 16;
/** Seconds of a measurement. */
const DURATION = 4;

interface Load {
  /** Requests per second. */
  readonly rate: number;
  /** Milliseconds. */
  readonly p99: number;
}

export interface GatewayFigures {
  readonly throughput: Ratio;
  readonly p99: Ratio;
  /** MB of the twin's own process, after the load. */
  readonly memory: number;
}

/** Authorized requests at 16 connections, against a bare server that verifies the signature. */
export async function gatewayFigures(pairs: number): Promise<GatewayFigures> {
  const twin = await startTwin();
  const bare = await startBare(twin.token);
  try {
    await load(twin);
    await load(bare);
    const rates: number[] = [];
    const p99s: number[] = [];
    for (let pair = 0; pair < pairs; pair += 1) {
      const [ours, theirs] = [await load(twin), await load(bare)];
      rates.push(ours.rate / theirs.rate);
      p99s.push(ours.p99 / theirs.p99);
    }
    return { throughput: summary(rates), p99: summary(p99s), memory: residentMemory(twin.pid) };
  } finally {
    await Promise.all([twin.stop(), bare.stop()]);
  }
}

/**
 * A long load on one twin.
 * @returns its memory at the end against after the warm-up, a tenth of it
 */
export async function soak(requests: number): Promise<number> {
  const twin = await startTwin();
  try {
    await fire(twin, requests / 10);
    const before = residentMemory(twin.pid);
    await fire(twin, requests);
    return residentMemory(twin.pid) / before;
  } finally {
    await twin.stop();
  }
}

async function load({ url, token }: Served): Promise<Load> {
  const result = await autocannon({ ...request(url, token), duration: DURATION });
  refuseFailures(url, result);
  return { rate: result.requests.average, p99: result.latency.p99 };
}

async function fire({ url, token }: Served, amount: number): Promise<void> {
  refuseFailures(url, await autocannon({ ...request(url, token), amount }));
}

function request(url: string, token: string): autocannon.Options {
  return { url, connections: CONNECTIONS, headers: { authorization: `Bearer ${token}` } };
}

function refuseFailures(url: string, { non2xx, errors }: autocannon.Result): void {
  if (non2xx > 0 || errors > 0) throw new Error(`${non2xx} refusals, ${errors} errors from ${url}`);
}

/** MB of one process, without its children. */
function residentMemory(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;
}
