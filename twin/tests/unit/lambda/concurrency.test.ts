import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { useHandlers } from '../../../../tests/support/handlers.ts';
import { call, startTestTwin, type TestTwin } from '../../support/twin.ts';

/** Where a file releases the events that wait. */
const folder = mkdtempSync(join(tmpdir(), 'release-'));
afterAll(() => rmSync(folder, { recursive: true }));
const release = (what: string): void => writeFileSync(join(folder, what), '');

/** Answers how it was run; sleeps, or blocks, for as many milliseconds as the last part of the path says, or waits for its release. */
const OBSERVED = `
import { existsSync } from 'node:fs';
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
let atOnce = 0;
let most = 0;
let count = 0;
export const handler = async (event: any, context: { awsRequestId: string }): Promise<unknown> => {
  atOnce += 1;
  most = Math.max(most, atOnce);
  count += 1;
  const [, how, milliseconds] = /^([a-z]*)(\\d*)$/.exec(event.pathParameters?.what ?? '') ?? [];
  // Blocks the event loop without using the processor.
  if (how === 'block') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(milliseconds));
  else if (how === 'sleep') await pause(Number(milliseconds));
  else if (how === 'wait') while (!existsSync(\`${folder}/\${milliseconds}\`)) await pause(10);
  else await null;
  atOnce -= 1;
  return { pid: process.pid, most, count, requestId: context.awsRequestId };
};
`;

/** Calls its own API, as deep as the last part of the path says. */
const RECURSIVE = `
export const handler = async (event: any): Promise<unknown> => {
  const depth = Number(event.pathParameters.what);
  if (depth === 0) return [process.pid];
  const response = await fetch(\`http://localhost:\${event.headers['x-port']}/recursive/\${depth - 1}\`, { headers: { 'x-port': event.headers['x-port'] } });
  return [process.pid, ...await response.json() as number[]];
};
`;

interface Observed {
  readonly pid: number;
  readonly most: number;
  readonly count: number;
  readonly requestId: string;
}

let twin: TestTwin;
beforeAll(async () => {
  twin = await startTestTwin({
    change: (project) => {
      useHandlers(project, {
        warm: OBSERVED,
        crowd: OBSERVED,
        mixed: { source: OBSERVED, timeout: 25 },
        blocking: { source: OBSERVED, timeout: 1 },
        one: { source: OBSERVED, timeout: 25 },
        none: OBSERVED,
        recursive: { source: RECURSIVE, timeout: 25 },
      });
      project.edit(
        'program/aws/function.ts',
        '      role: role.arn,',
        `      role: role.arn,
      ...(name.endsWith('-one') && { reservedConcurrentExecutions: 1 }),
      ...(name.endsWith('-none') && { reservedConcurrentExecutions: 0 }),`,
      );
    },
  });
});
afterAll(() => twin.end());

async function observe(path: string): Promise<Observed & { readonly status: number }> {
  const { status, text } = await call(twin, undefined, path);
  return { ...(JSON.parse(text) as Observed), status };
}

const times = (count: number, path: string): ReturnType<typeof observe>[] =>
  Array.from({ length: count }, () => observe(path));

// docs/fidelity.md F86
it('A process is kept warm: consecutive events run in the same process, which loads the module once', async () => {
  const answers = [];
  for (let i = 0; i < 10; i++) answers.push(await observe('/warm'));
  expect(new Set(answers.map(({ pid }) => pid)).size).toBe(1);
  expect(answers.map(({ count }) => count)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

it('Twenty simultaneous slow events get several processes, up to the limit, and never share one', async () => {
  const answers = await Promise.all(times(20, '/crowd/sleep250'));
  expect(answers.map(({ status }) => status)).toEqual(Array<number>(20).fill(200));
  const processes = new Set(answers.map(({ pid }) => pid)).size;
  expect(processes).toBeGreaterThan(1);
  expect(processes).toBeLessThanOrEqual(16);
  expect(answers.every(({ most }) => most === 1)).toBe(true);
});

it('A burst of quick events runs one at a time in each process, each event once', async () => {
  for (let i = 0; i < 40; i++) await observe('/mixed');
  const answers = await Promise.all(times(200, '/mixed'));
  expect(answers.every(({ most }) => most === 1)).toBe(true);
  expect(new Set(answers.map(({ requestId }) => requestId)).size).toBe(200);
  // In each process the events are counted without a gap: none was run and then forgotten.
  const counts = Map.groupBy(answers, ({ pid }) => pid);
  for (const [, group] of counts) {
    const sorted = group.map(({ count }) => count).toSorted((a, b) => a - b);
    expect(sorted).toEqual(sorted.map((_, at) => (sorted[0] ?? 0) + at));
  }
});

it('Events sent ahead to the process of a slow event are taken back and run in another, each once', async () => {
  for (let i = 0; i < 60; i++) await observe('/mixed');
  const slow = observe('/mixed/wait1');
  const quick = await Promise.all(times(30, '/mixed'));
  release('1');
  const all = [...quick, await slow];
  expect(new Set(all.map(({ requestId }) => requestId)).size).toBe(31);
  // The slow one's process has run it and nothing after it.
  const { pid, count } = all.at(-1) as Observed;
  expect(quick.filter((one) => one.pid === pid && one.count > count)).toEqual([]);
  expect((await observe('/mixed')).status).toBe(200);
});

it('Events behind a blocking event run in another process when the blocked one is ended, each once', async () => {
  for (let i = 0; i < 60; i++) await observe('/blocking');
  const blocked = call(twin, undefined, '/blocking/block5000');
  const quick = await Promise.all(times(20, '/blocking'));
  expect((await blocked).status).toBe(500);
  expect(quick.map(({ status }) => status)).toEqual(Array<number>(20).fill(200));
  expect(new Set(quick.map(({ requestId }) => requestId)).size).toBe(20);
});

it('A handler that calls its own API does not wait for itself, even when it is warm', async () => {
  const headers = { 'x-port': new URL(twin.apiUrl).port };
  for (let i = 0; i < 40; i++) await call(twin, undefined, '/recursive/0', { headers });
  const { status, text } = await call(twin, undefined, '/recursive/3', { headers });
  expect(status).toBe(200);
  expect(new Set(JSON.parse(text) as number[]).size).toBe(4);
});

it('With a reserved concurrency of 1, a second simultaneous request gets 500, and a later one does not', async () => {
  const both = [1, 2].map(() => call(twin, undefined, '/one/wait2'));
  expect(await Promise.race(both)).toMatchObject({ status: 500, text: '{"message":"Internal Server Error"}' });
  release('2');
  expect((await Promise.all(both)).map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 500]);
  expect(twin.log.some((line) => line.includes('Rate Exceeded: reserved concurrency is 1'))).toBe(true);
  expect((await call(twin, undefined, '/one')).status).toBe(200);
});

it('With a reserved concurrency of 0, every request gets 500', async () => {
  expect((await call(twin, undefined, '/none')).status).toBe(500);
});
