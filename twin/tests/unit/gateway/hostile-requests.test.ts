import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { gatewayServer } from '../../../src/gateway/server.ts';
import { close, listen } from '../../../src/server/listen.ts';
import { startEchoTwin, type EchoedEvent } from '../../support/echo.ts';
import { forgeOf, type Forge } from '../../support/forge.ts';
import { FRAMINGS, HEADER_LINES, METHODS, TARGETS, type RequestRow } from '../../support/hostile-heads.ts';
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
  ['header lines', HEADER_LINES],
  ['framing', FRAMINGS],
];

describe.each(TABLES)('The gateway, reading the %s of a request,', (_name, rows) => {
  it.each(rows)('%s', async (row, request, status) => {
    const answer = await rawRequest(twin.apiUrl, request(good));
    expect(answer.status).toBe(status);
    if (status !== 200) expectRefusal(answer, status, row.includes('HEAD'));
  });

  it('still lets a good token through', expectGoodTokenTaken);
});

describe('The gateway, reading a request of some size,', () => {
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
    ['takes headers of 10,240 bytes, the most that there may be', () => headOf(10_240), 200],
    ['refuses headers of 10,241 bytes', () => headOf(10_241), 431],
    ['takes a good token that fills the headers', () => headOf(10_240, longToken(7_000)), 200],
    [
      'refuses a good token that is longer than the headers may be',
      () => requestBytes('GET', '/test', [`authorization: ${longToken(10_000)}`]),
      431,
    ],
    ['refuses headers of 41,000 bytes', () => headOf(41_000), 431],
    ['refuses headers of 300,000 bytes', () => headOf(300_000), 431],
    [
      'refuses 2,001 headers',
      () => requestBytes('GET', '/test', [...Array.from({ length: 2001 }, () => 'a:'), good]),
      431,
    ],
    ['reads a body of 10 MB before it looks for a token', () => bodyOf(MOST), 401],
    ['reads chunks of 10 MB before it looks for a token', () => chunksOf(MOST), 401],
    ['refuses a body of 10 MB and one byte', () => bodyOf(MOST + 1), 413],
    ['refuses chunks of 10 MB and one byte', () => chunksOf(MOST + 1), 413],
    ['refuses a body of 30 MB', () => bodyOf(3 * MOST), 413],
    [
      'refuses a body that the function does not take',
      () => requestBytes('POST', '/open/x', [`content-length: ${MOST}`], 'a'.repeat(MOST)),
      413,
    ],
  ] as const)('%s', async (_row, request, status) => {
    const answer = await rawRequest(twin.apiUrl, request());
    expect(answer.status).toBe(status);
    if (status === 413 || status === 431) expectRefusal(answer, status);
  });

  it('still lets a good token through', expectGoodTokenTaken);

  function longToken(bytes: number): string {
    return forge.token({}, { x: 'x'.repeat(bytes * 0.75) });
  }
});

describe('The gateway, answering several requests of one connection,', () => {
  const GET = 'GET /test HTTP/1.1\r\nhost: localhost\r\n';
  const bad = `${GET}\r\n`;
  const last = `${GET}connection: close\r\n\r\n`;
  const withToken = (): string => `${GET}${good}\r\n\r\n`;

  it.each([
    ['gives each its own answer, in order', () => [withToken() + bad + withToken() + last], [200, 401, 200, 401]],
    [
      'lets a good token count for its own request only',
      () => [withToken() + bad.repeat(5) + last],
      [200, 401, 401, 401, 401, 401, 401],
    ],
    [
      'reads a body of no length as the next request',
      () => [`POST /open/x HTTP/1.1\r\nhost: localhost\r\n\r\n${last}`],
      [200, 401],
    ],
    [
      'reads no request out of a body',
      () => [
        `POST /open/x HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${withToken().length}\r\n\r\n${withToken()}${last}`,
      ],
      [200, 401],
    ],
    [
      'reads no request out of a chunk',
      () => [
        `POST /open/x HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n${withToken().length.toString(16)}\r\n${withToken()}\r\n0\r\n\r\n${last}`,
      ],
      [200, 401],
    ],
    ['ends at a request that it refuses to read', () => [bad, `GET /test HTTP/1.1\r\n\r\n${withToken()}`], [401, 400]],
    [
      'ends at two lengths, with a request in what is left',
      () => [
        `POST /open/x HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\ncontent-length: 9\r\n\r\n${withToken()}`,
      ],
      [400],
    ],
    [
      'ends at chunks with a length, with a request in what is left',
      () => [
        `POST /open/x HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${withToken()}`,
      ],
      [400],
    ],
    [
      'answers a good request first, when garbage follows it at once',
      () => [`${withToken()}${withToken()}garbage\r\n\r\n`],
      [200, 200, 400],
    ],
    [
      'ends at HTTP/2.0',
      () => [`GET /test HTTP/2.0\r\nhost: localhost\r\nconnection: keep-alive\r\n\r\n${withToken()}`],
      [400],
    ],
    ['ends at headers that are too long', () => [`${GET}x: ${'a'.repeat(11_000)}\r\n\r\n${withToken()}`], [431]],
    [
      'says go on to who waits for it, then answers',
      () => [
        `POST /open/x HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: 1\r\nconnection: close\r\n\r\n`,
        'a',
      ],
      [100, 200],
    ],
  ] as const)('%s', async (_row, pieces, statuses) => {
    const answers = await converse(twin.apiUrl, pieces(), { pause: 60, patience: 4000 });
    expect(answers).toEqual({ statuses, ended: true });
  });

  it.each([
    ['400 · Parse Error: Invalid method encountered', 'garbage\r\n\r\n'],
    ['400 · more than one Host header', `${GET}host: y\r\n\r\n`],
    ['400 · CONNECT is for proxies', 'CONNECT x:1 HTTP/1.1\r\nhost: localhost\r\n\r\n'],
    ['413 · a body takes at most 10 MB', `${GET}content-length: 10485761\r\n\r\n`],
    ['431 · request line and headers are 11042 bytes, the limit is 10240', `${GET}x: ${'a'.repeat(11_000)}\r\n\r\n`],
    ['431 · Parse Error: Header overflow', `${GET}x: ${'a'.repeat(50_000)}\r\n\r\n`],
  ])('says in its log: %s', async (line, bytes) => {
    const before = twin.log.length;
    await rawRequest(twin.apiUrl, bytes);
    const said = (): string[] => twin.log.slice(before).map((one) => one.slice('00:00:00 '.length));
    // One line and no other of what was turned away; those of the requests before it may come late.
    await expect.poll(() => said().filter((one) => /^\d+ · /.test(one))).toEqual([line]);
  });

  it('still lets a good token through', expectGoodTokenTaken);
});

describe('The gateway, waiting for a slow client,', () => {
  it('takes a good request that comes in pieces of seven bytes', async () => {
    const pieces =
      requestBytes('GET', '/test', [good])
        .toString('latin1')
        .match(/[^]{1,7}/g) ?? [];
    expect(await converse(twin.apiUrl, pieces, { pause: 1, patience: 5000 })).toEqual({ statuses: [200], ended: true });
  });

  it('takes a body that comes byte by byte, whole', async () => {
    const head = requestBytes('POST', '/open/x', ['content-type: text/plain', 'transfer-encoding: chunked']);
    const pieces = [head, ...'1|\r|\n|a|\r\n|2|\r\nb|c\r|\n|0\r\n|\r|\n'.split('|')];
    expect(await converse(twin.apiUrl, pieces, { pause: 5, patience: 5000 })).toEqual({ statuses: [200], ended: true });
    const whole = await rawRequest(twin.apiUrl, Buffer.concat(pieces.map((piece) => Buffer.from(piece))));
    expect((JSON.parse(whole.body) as { event: EchoedEvent }).event.body).toBe('abc');
  });

  it('answers others while a hundred clients never end their headers or their bodies', async () => {
    const starts = [
      'GET /test HTTP/1.1\r\nhost: localhost\r\n',
      'POST /open/x HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\na',
    ];
    const waiting = Array.from({ length: 100 }, (_, index) =>
      converse(twin.apiUrl, [starts[index % 2] ?? ''], { patience: 400 }),
    );
    await expectGoodTokenTaken();
    const ends = await Promise.all(waiting);
    expect(ends.filter(({ statuses }) => statuses.length > 0)).toEqual([]);
  });

  it('runs no handler for a body that is cut off', async () => {
    const before = twin.exchanges.length;
    await converse(twin.apiUrl, ['POST /open/x HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nab'], {
      patience: 50,
    });
    await expectGoodTokenTaken();
    expect(twin.exchanges.length).toBe(before + 1);
  });

  it('answers 408 at its time limits, and holds no connection that the client leaves open', async () => {
    const server = gatewayServer(
      () => {
        throw new Error('no request comes to its end');
      },
      () => undefined,
    );
    server.headersTimeout = 100;
    server.requestTimeout = 200;
    const port = await listen(server, 0, '--port');
    const starts = [
      '',
      'GET /test HTTP/1.1\r\nhost: localhost\r\n',
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
    expect(await Promise.all(answers)).toEqual([timeout, timeout, malformed, malformed]);
    await expect.poll(() => connections(server), { timeout: 60_000 }).toBe(0);
    await close(server);
  });
});

function connections(server: ReturnType<typeof gatewayServer>): Promise<number> {
  return new Promise((resolve) => {
    server.getConnections((_error, count) => resolve(count));
  });
}
