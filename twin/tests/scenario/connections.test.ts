import { connect, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { evaluateHere } from '../../../tests/support/evaluate.ts';
import { gatewayServer } from '../../src/gateway/server.ts';
import { tenantEndpoint } from '../../src/server/tenant-endpoint.ts';
import { useHandlers } from '../../../tests/support/handlers.ts';
import { rawRequest, requestBytes } from '../support/raw-http.ts';
import { exists } from '../../../tests/support/running.ts';
import { call, serviceToken, startTestTwin } from '../support/twin.ts';

const HANDLERS = {
  slow: `
export const handler = async (event: any): Promise<unknown> => {
  await new Promise((resolve) => setTimeout(resolve, Number(event.pathParameters?.what ?? 0)));
  return process.pid;
};`,
  length: `
export const handler = async (event: any): Promise<unknown> => Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8').length;`,
  victim: `
export const handler = async (event: any): Promise<unknown> => {
  const milliseconds = Number(event.pathParameters?.what ?? 0);
  if (milliseconds > 0) console.log('began in ' + process.pid);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  return process.pid;
};`,
  version: "export const handler = async () => 'one';",
};

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
const twin = await startTestTwin({
  // Requests arrive before, during and after the evaluation of a reload.
  evaluate: async (...what) => {
    const recorded = await evaluateHere(...what);
    await wait(200);
    return recorded;
  },
  change: (project) => useHandlers(project, HANDLERS),
});
const token = await serviceToken(twin);

const noDefect = (): void => expect(twin.log.filter((line) => line.startsWith('DEFECT'))).toEqual([]);

/** A connection that has sent these bytes. */
function opened(url: string, bytes: string): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => {
      socket.write(bytes, () => resolve(socket));
    });
    socket.on('error', () => undefined);
  });
}

it('The gateway answers 600 simultaneous requests, more than wait for a connection, with a good token with 200', async () => {
  const bytes = requestBytes('GET', '/test', [`authorization: Bearer ${token}`]);
  const answers = await Promise.all(Array.from({ length: 600 }, () => rawRequest(twin.apiUrl, bytes, 120_000)));
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  expect(answers.every(({ body }) => body === '"JWT test backend lambda"')).toBe(true);
  noDefect();
});

it('The gateway answers a request while 1,000 connections never end their headers or their bodies', async () => {
  const starts = [
    'GET /test HTTP/1.1\r\nhost: localhost\r\n',
    'POST /length HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\na',
  ];
  const silent = await Promise.all(
    Array.from({ length: 1000 }, (_, index) => opened(twin.apiUrl, starts[index % 2] ?? '')),
  );
  let received = 0;
  silent.forEach((socket) => socket.on('data', () => (received += 1)));
  expect(await call(twin, token)).toMatchObject({ status: 200 });
  expect(received).toBe(0);
  silent.forEach((socket) => socket.destroy());
});

const head = `POST /length HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\n`;
it.each([
  ['before it sends anything', ''],
  ['in the middle of its headers', 'POST /length HTTP/1.1\r\nhost: localhost\r\nx-a'],
  ['in the middle of its body', `${head}content-length: 1000\r\n\r\nabc`],
  ['in the middle of a chunk', `${head}transfer-encoding: chunked\r\n\r\nff\r\nabc`],
  ['between two chunks', `${head}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n`],
  ['before its response', 'GET /slow/200 HTTP/1.1\r\nhost: localhost\r\n\r\n'],
  ['before several responses', 'GET /slow/100 HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(5)],
])('The gateway is not harmed by a client that disconnects %s', async (_when, bytes) => {
  const ways = ['end', 'destroy', 'resetAndDestroy'] as const;
  await Promise.all(
    ways.map(async (how) => {
      const socket = await opened(twin.apiUrl, bytes);
      await wait(20);
      socket[how]();
      await wait(20);
      socket.destroy();
    }),
  );
  expect(await call(twin, undefined, '/length', { method: 'POST', body: 'abc' })).toMatchObject({ text: '3' });
  noDefect();
});

it.each([
  ['gateway', gatewayServer(unused, unused)],
  ['tenant', tenantEndpoint(unused, unused, undefined).serve(Promise.resolve(), false)],
])('The %s allows 10 seconds for headers and a minute for the whole request', (_name, server) => {
  expect([server.headersTimeout, server.requestTimeout]).toEqual([10_000, 60_000]);
});

it.each(['SIGKILL', 'SIGSEGV'] as const)(
  'A request whose process is killed by %s gets 500, and the next one gets 200 from another process',
  async (signal) => {
    const begun = (): number[] => twin.log.flatMap((line) => /began in (\d+)$/.exec(line)?.[1] ?? []).map(Number);
    const before = begun().length;
    const caught = call(twin, undefined, '/victim/3000');
    await expect.poll(begun, { timeout: 60_000 }).toHaveLength(before + 1);
    const pid = begun().at(-1) ?? 0;
    process.kill(pid, signal);
    expect(await caught).toMatchObject({ status: 500, text: '{"message":"Internal Server Error"}' });
    const next = await call(twin, undefined, '/victim');
    expect(next.status).toBe(200);
    expect(Number(next.text)).not.toBe(pid);
    noDefect();
  },
);

it('No request fails when an idle process is killed', async () => {
  const pid = Number((await call(twin, undefined, '/victim')).text);
  process.kill(pid, 'SIGKILL');
  await expect.poll(() => exists(pid)).toBe(false);
  expect((await call(twin, undefined, '/victim')).status).toBe(200);
});

it('No request fails during a reload, including a slow one from before it', async () => {
  const slow = call(twin, undefined, '/slow/1500');
  const seen = new Set<string>();
  const wrong: unknown[] = [];
  const until = new AbortController();
  const clients = Array.from({ length: 4 }, async () => {
    while (!until.signal.aborted) {
      // An idle connection could time out while this process, which evaluates the program here, is busy.
      const { status, text } = await call(twin, undefined, '/version', { headers: { connection: 'close' } });
      if (status !== 200) wrong.push({ status, text });
      seen.add(text);
      await wait(10);
    }
  });
  await expect.poll(() => [...seen]).toEqual(['one']);
  twin.project.write('handler/version.ts', "export const handler = async () => 'two';");
  expect(await twin.reload()).toBe('changed');
  expect((await call(twin, undefined, '/version')).text).toBe('two');
  await wait(100);
  until.abort();
  await Promise.all(clients);
  expect(wrong).toEqual([]);
  expect([...seen]).toEqual(['one', 'two']);
  expect((await slow).status).toBe(200);
  noDefect();
});

function unused(): never {
  throw new Error('nothing may come this far');
}
