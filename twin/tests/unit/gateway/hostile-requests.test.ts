import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { gatewayServer, type GatewayEvent } from '../../../src/gateway/server.ts';
import { close, listen } from '../../../src/server/listen.ts';
import { startEchoTwin, type EchoedEvent } from '../../support/echo.ts';
import { forgeOf, type Forge } from '../../support/forge.ts';
import { FRAMINGS, HEADER_LINES, METHODS, TARGETS, type RequestRow } from '../../support/hostile-heads.ts';
import { rowsOf } from '../../support/rows.ts';
import { converse, rawRequest, requestBytes, type RawResponse } from '../../support/raw-http.ts';
import type { TestTwin } from '../../support/twin.ts';

let twin: TestTwin;
let forge: Forge;
let good: string;
beforeAll(async () => {
  twin = await startEchoTwin();
  forge = await forgeOf(twin);
  good = `authorization: Bearer ${forge.token()}`;
});
afterAll(async () => {
  // Of all that came, whatever the order: no defect, and no character that could move a cursor.
  try {
    expect(twin.log.filter((line) => line.includes('DEFECT'))).toEqual([]);
    expect(twin.log.filter((line) => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(line))).toEqual([]);
  } finally {
    await twin.end();
  }
});

/** What a refusal says, that of a request which the parser refuses included. */
const BODIES: Readonly<Record<number, string>> = {
  400: '{"message":"Bad Request"}',
  403: '{"message":"Forbidden"}',
  404: '{"message":"Not Found"}',
  413: '{"message":"Request Entity Too Large"}',
  417: '{"message":"Expectation Failed"}',
  431: '{"message":"Request Header Fields Too Large"}',
};

function expectRefusal({ body, headers }: RawResponse, status: number, isHead = false): void {
  expect([headers.get('content-type'), body]).toEqual(['application/json', isHead ? '' : BODIES[status]]);
}

async function expectGoodTokenTaken(): Promise<void> {
  expect(await rawRequest(twin.apiUrl, requestBytes('GET', '/test', [good]))).toMatchObject({ status: 200 });
}

const TABLES: readonly (readonly [string, readonly RequestRow[]])[] = [
  ['target', TARGETS],
  ['method and version', METHODS],
  ['header line', HEADER_LINES],
  ['framing', FRAMINGS],
];

describe.each(TABLES)('Hostile %s of a request', (name, rows) => {
  // docs/fidelity.md F20
  it.each(rows)(`Request ${name}: the gateway %s`, async (row, request, status) => {
    const answer = await rawRequest(twin.apiUrl, request(good));
    expect(answer.status).toBe(status);
    if (status !== 200) expectRefusal(answer, status, row.includes('HEAD'));
  });

  it(`The gateway still accepts a good token after each hostile ${name}`, expectGoodTokenTaken);
});

/** `GET /test` with a good token, filled up to so many bytes of request line and headers. */
function headOf(bytes: number, token = forge.token()): Buffer {
  const lines = [`authorization: Bearer ${token}`, 'x: '];
  const blankLine = 2;
  const rest = bytes - (requestBytes('GET', '/test', lines).length - blankLine);
  return requestBytes('GET', '/test', [lines[0] ?? '', `x: ${'a'.repeat(rest)}`]);
}
const bodyOf = (length: number): Buffer =>
  Buffer.concat([requestBytes('POST', '/echo/x', [`content-length: ${length}`]), Buffer.alloc(length, 'a')]);
const chunksOf = (length: number): Buffer =>
  Buffer.concat([
    requestBytes('POST', '/echo/x', ['transfer-encoding: chunked'], `${length.toString(16)}\r\n`),
    Buffer.alloc(length, 'a'),
    Buffer.from('\r\n0\r\n\r\n'),
  ]);
const MOST = 10 * 1024 * 1024;

it.each([
  ['accepts headers of 10,240 bytes, the limit', () => headOf(10_240), 200],
  // docs/fidelity.md F37
  ['rejects headers of 10,241 bytes', () => headOf(10_241), 431],
  ['accepts a good token that fills the headers', () => headOf(10_240, longToken(7_000)), 200],
  [
    'rejects a good token that is longer than the header limit',
    () => requestBytes('GET', '/test', [`authorization: ${longToken(10_000)}`]),
    431,
  ],
  ['rejects headers of 41,000 bytes', () => headOf(41_000), 431],
  ['rejects headers of 300,000 bytes', () => headOf(300_000), 431],
  [
    'rejects 2,001 headers',
    () => requestBytes('GET', '/test', [...Array.from({ length: 2001 }, () => 'a:'), good]),
    431,
  ],
  ['reads a body of 10 MB before it looks for a token', () => bodyOf(MOST), 401],
  ['reads chunks of 10 MB before it looks for a token', () => chunksOf(MOST), 401],
  ['rejects a body of 10 MB and one byte', () => bodyOf(MOST + 1), 413],
  ['rejects chunks of 10 MB and one byte', () => chunksOf(MOST + 1), 413],
  ['rejects a body of 30 MB', () => bodyOf(3 * MOST), 413],
  [
    'rejects a body that is too large for the function',
    () => requestBytes('POST', '/open/x', [`content-length: ${MOST}`], 'a'.repeat(MOST)),
    413,
  ],
] as const)('Request size: the gateway %s', async (_row, request, status) => {
  const answer = await rawRequest(twin.apiUrl, request());
  expect(answer.status).toBe(status);
  if (status === 413 || status === 431) expectRefusal(answer, status);
});

it('The gateway still accepts a good token after requests of any size', expectGoodTokenTaken);

function longToken(bytes: number): string {
  return forge.token({}, { x: 'x'.repeat(bytes * 0.75) });
}

const GET = 'GET /test HTTP/1.1\r\nhost: localhost\r\n';
const POST = 'POST /open/x HTTP/1.1\r\nhost: localhost\r\n';
const CHUNKED = 'transfer-encoding: chunked';
const bad = `${GET}\r\n`;
const last = `${GET}connection: close\r\n\r\n`;
const chunkOf = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;

type Pieces = (sound: string) => readonly string[];
/** The statuses of the responses on one connection, and the pieces that are sent, with a whole good request. */
const connections = rowsOf<Pieces, readonly number[]>;

const CONNECTIONS = [
  ...connections([200, 401, 200, 401], {
    'gives each request its own response, in order': (sound) => [sound + bad + sound + last],
  }),
  ...connections([200, 401, 401, 401, 401, 401, 401], {
    'applies a good token to its own request only': (sound) => [sound + bad.repeat(5) + last],
  }),
  ...connections([200, 401], {
    'reads a body without a length as the next request': () => [`${POST}\r\n${last}`],
    'does not read a request from a body': (sound) => [`${POST}content-length: ${sound.length}\r\n\r\n${sound}${last}`],
    'does not read a request from a chunk': (sound) => [`${POST}${CHUNKED}\r\n\r\n${chunkOf(sound)}${last}`],
  }),
  ...connections([401, 400], {
    'closes the connection at a request that it cannot read': (sound) => [bad, `GET /test HTTP/1.1\r\n\r\n${sound}`],
  }),
  ...connections([400], {
    'closes the connection at two lengths, and ignores a request after them': (sound) => [
      `${POST}content-length: 0\r\ncontent-length: 9\r\n\r\n${sound}`,
    ],
    'closes the connection at chunks with a length, and ignores a request after them': (sound) => [
      `${POST}content-length: 5\r\n${CHUNKED}\r\n\r\n0\r\n\r\n${sound}`,
    ],
    'closes the connection at HTTP/2.0': (sound) => [
      `${GET.replace('1.1', '2.0')}connection: keep-alive\r\n\r\n${sound}`,
    ],
  }),
  ...connections([431], {
    'closes the connection at headers that are too long': (sound) => [`${GET}x: ${'a'.repeat(11_000)}\r\n\r\n${sound}`],
  }),
  ...connections([200, 200, 400], {
    'answers a good request before the garbage that follows it': (sound) => [`${sound}${sound}garbage\r\n\r\n`],
  }),
  ...connections([100, 200], {
    'answers 100 to a client that expects it, then the response': () => [
      `${POST}expect: 100-continue\r\ncontent-length: 1\r\nconnection: close\r\n\r\n`,
      'a',
    ],
  }),
];

it.each(CONNECTIONS)('On one connection the gateway %s', async (_title, pieces, statuses) => {
  const all = pieces(`${GET}${good}\r\n\r\n`);
  expect(await converse(twin.apiUrl, all, { pause: 60, patience: 60_000 })).toEqual({ statuses, ended: true });
});

it.each([
  ['400 · Parse Error: Invalid method encountered', 'garbage\r\n\r\n'],
  ['400 · more than one Host header', `${GET}host: y\r\n\r\n`],
  ['400 · CONNECT is for proxies', 'CONNECT x:1 HTTP/1.1\r\nhost: localhost\r\n\r\n'],
  ['413 · the body is larger than 10 MB', `${GET}content-length: 10485761\r\n\r\n`],
  ['431 · request line and headers are 11042 bytes, the limit is 10240', `${GET}x: ${'a'.repeat(11_000)}\r\n\r\n`],
  ['431 · Parse Error: Header overflow', `${GET}x: ${'a'.repeat(50_000)}\r\n\r\n`],
])('The log names a rejected request in one line: %s', async (line, bytes) => {
  const before = twin.log.length;
  await rawRequest(twin.apiUrl, bytes);
  const logged = (): string[] => twin.log.slice(before).map((one) => one.slice('00:00:00 '.length));
  // One line and no other of what was turned away; those of the requests before it may come late.
  await expect.poll(() => logged().filter((one) => /^\d+ · /.test(one))).toEqual([line]);
});

it('The gateway still accepts a good token after hostile connections', expectGoodTokenTaken);

it('The gateway accepts a good request in pieces of seven bytes', async () => {
  const pieces =
    requestBytes('GET', '/test', [good])
      .toString('latin1')
      .match(/[^]{1,7}/g) ?? [];
  expect(await converse(twin.apiUrl, pieces, { pause: 1, patience: 60_000 })).toEqual({
    statuses: [200],
    ended: true,
  });
});

it('The gateway reads a body that arrives byte by byte as a whole', async () => {
  const head = requestBytes('POST', '/open/x', ['content-type: text/plain', 'transfer-encoding: chunked']);
  const pieces = [head, ...'1|\r|\n|a|\r\n|2|\r\nb|c\r|\n|0\r\n|\r|\n'.split('|')];
  expect(await converse(twin.apiUrl, pieces, { pause: 5, patience: 60_000 })).toEqual({
    statuses: [200],
    ended: true,
  });
  const whole = await rawRequest(twin.apiUrl, Buffer.concat(pieces.map((piece) => Buffer.from(piece))));
  expect((JSON.parse(whole.body) as { event: EchoedEvent }).event.body).toBe('abc');
});

it('The gateway runs no handler for a body that is cut off', async () => {
  const before = twin.exchanges.length;
  await converse(twin.apiUrl, ['POST /open/x HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nab'], {
    patience: 50,
  });
  await expectGoodTokenTaken();
  expect(twin.exchanges.length).toBe(before + 1);
});

it('The gateway answers 408 at its time limits, reports no defect, and keeps no connection that a client leaves open', async () => {
  const events: GatewayEvent[] = [];
  const server = gatewayServer(
    () => {
      throw new Error('no request comes to its end');
    },
    (event) => events.push(event),
  );
  // How often it looks is read when it begins to listen.
  Object.assign(server, { headersTimeout: 100, requestTimeout: 200, connectionsCheckingInterval: 50 });
  const port = await listen(server, 0, '--port');
  const starts = [
    '',
    'GET /test HTTP/1.1\r\nhost: localhost\r\n',
    'GET /test HTTP/1.1\r\nhost: localhost\r\nx-a: ',
    'POST /test HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\nabc',
    'nonsense\r\n\r\n',
    'CONNECT x:1 HTTP/1.1\r\nhost: localhost\r\n\r\n',
  ];
  const answers = starts.map(async (start) => {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    socket.write(start);
    let text = '';
    for await (const part of socket as AsyncIterable<Buffer>) text += part.toString();
    return text.split('\r\n')[0];
  });
  const [timeout, malformed] = ['HTTP/1.1 408 Request Timeout', 'HTTP/1.1 400 Bad Request'];
  expect(await Promise.all(answers)).toEqual([timeout, timeout, timeout, timeout, malformed, malformed]);
  await expect.poll(() => openSockets(server), { timeout: 60_000 }).toBe(0);
  await close(server);
  expect(events).toContainEqual({ kind: 'unread', status: 408, reason: 'Request timeout' });
  expect(events.filter(({ kind }) => kind !== 'unread')).toEqual([]);
});

function openSockets(server: ReturnType<typeof gatewayServer>): Promise<number> {
  return new Promise((resolve) => {
    server.getConnections((_error, count) => resolve(count));
  });
}
