import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { callBackend } from '../../../src/gateway/backend.ts';
import { forwardedResponse } from '../../../src/gateway/forwarded.ts';
import { welcome } from '../../../src/cli/screen.ts';
import { useEverything } from '../../../../tests/support/everything.ts';
import { rawRequest, requestBytes } from '../../support/raw-http.ts';
import { call, goodClaims, mint, serviceToken, startTestTwin, type TestTwin } from '../../support/twin.ts';

interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const received: ReceivedRequest[] = [];
/** What the function's emulator answers next. */
let returns = '{}';
const answer = async (...[incoming, outgoing]: Parameters<RequestListener>): Promise<void> => {
  const parts = (await incoming.toArray()) as Buffer[];
  const { method = '', url = '', headers } = incoming;
  received.push({ method, url, headers, body: Buffer.concat(parts).toString() });
  if (url.startsWith('/2015-03-31/')) {
    outgoing.end(returns);
    return;
  }
  outgoing.setHeader('set-cookie', ['a=1', 'b=2']);
  outgoing.setHeader('access-control-allow-origin', 'https://evil.example.com');
  outgoing.writeHead(418, { 'content-type': 'image/x', 'x-total': '7' }).end(Buffer.from([0, 255, 10]));
};
const backend = createServer((incoming, outgoing) => void answer(incoming, outgoing));

let twin: TestTwin;
let token: string;
beforeAll(async () => {
  const url = await listening(backend);
  twin = await startTestTwin({
    change: (project) =>
      useEverything(project, {
        'GET /unnamed': { forward: 'https://unnamed.example.com', scopes: 'public' },
        'GET /dead': { forward: 'https://dead.example.com/', scopes: 'public' },
      }),
    forwards: new Map([
      ['ANY /orders/{id}/{rest+}', url],
      ['POST /hooks/{id}', url],
      ['GET /reports/{id}', url],
      // Nothing listens on port 1.
      ['GET /dead', new URL('http://127.0.0.1:1')],
    ]),
  });
  token = await serviceToken(twin);
});
afterAll(async () => {
  await twin.end();
  backend.close();
});
beforeEach(() => {
  received.length = 0;
});

async function listening(server: Server | TcpServer): Promise<URL> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

// docs/fidelity.md F50
it('A forwarded request has the method, parameters, query, body and token of the original', async () => {
  const headers = { 'content-type': 'text/plain', origin: 'https://app.example.com' };
  const path = '/orders/a%20b/c%2Fd/%C3%BC?x=1&x=%2B&y';
  const { status } = await call(twin, token, path, { method: 'PUT', body: 'hellö', headers });
  expect(status).toBe(418);
  expect(received).toMatchObject([
    {
      method: 'PUT',
      url: '/v1/a%20b/c%2Fd/%C3%BC?x=1&x=%2B&y',
      body: 'hellö',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'text/plain', host: backendHost() },
    },
  ]);
  expect(received[0]?.headers['forwarded']).toContain('host=api.example.com;proto=https');
});

// docs/fidelity.md F51
it('A forwarded request keeps a slash that was encoded twice, so the backend does not decode it to a slash', async () => {
  await call(twin, token, '/orders/a%252fb/x%252Fy/z%2fz');
  expect(received[0]?.url).toMatch(/a%252fb\/x%252Fy\/z%2fz$/);
});

it.each(['..%2fadmin', 'x%2f..%2f..%2fadmin', '%252e%252e', '.%252e', '%2e%252E/admin', 'a/..%5cadmin', 'a/..%2F'])(
  // docs/fidelity.md F52
  'The gateway answers 400 to /orders/1/%s, whose decoded path would leave the prefix of the route',
  async (rest) => {
    const { status, text } = await call(twin, token, `/orders/1/${rest}`);
    expect([status, text]).toEqual([400, '{"message":"Bad Request"}']);
    expect(twin.log.at(-1)).toContain('a dot segment once the backend decodes it again');
    expect(received).toEqual([]);
  },
);

it('The gateway reads a connection header of 10,000 spaces in linear time', () => {
  for (const filler of [' ', '\t']) {
    const rawHeaders = ['connection', `a${filler.repeat(10_000 / filler.length)}b`];
    const before = process.threadCpuUsage();
    for (let i = 0; i < 20; i++) {
      forwardedResponse({ kind: 'answered', status: 200, rawHeaders, body: Buffer.alloc(0) });
    }
    // Each of the twenty took 70 ms when the split backtracked. A loaded machine takes longer, but no more of its processor.
    expect(process.threadCpuUsage(before).user / 1000).toBeLessThan(300);
  }
});

// docs/fidelity.md F53
it('A forwarded request identifies the caller by the token, whatever headers the caller sends', async () => {
  const forged = ['X-Caller-Sub: admin', 'x-caller-sub: root', 'X-CALLER-AZP: admin', 'connection: x-caller-azp'];
  const bytes = requestBytes('GET', '/orders/1/x', [`authorization: Bearer ${token}`, ...forged]);
  expect((await rawRequest(twin.apiUrl, bytes)).status).toBe(418);
  const client = twin.outputs.clientIds['test-app'] ?? '';
  expect(received[0]?.headers).toMatchObject({ 'x-caller-sub': `${client}@clients`, 'x-caller-azp': client });
});

it('A forwarded request leaves out a header whose claim the token lacks', async () => {
  const { azp: _azp, ...claims } = goodClaims(twin);
  await call(twin, await mint(twin, { ...claims, sub: 'auth0|ü' }), '/orders/1/x', {
    headers: { 'x-caller-azp': 'x' },
  });
  expect(Buffer.from(String(received[0]?.headers['x-caller-sub']), 'latin1').toString()).toBe('auth0|ü');
  expect(received[0]?.headers).not.toHaveProperty('x-caller-azp');
});

it('The gateway answers 500 to a claim that would add another header', async () => {
  const { status } = await call(twin, await mint(twin, { ...goodClaims(twin), sub: 'a\r\nx-admin: 1' }), '/orders/1/x');
  expect(status).toBe(500);
  expect(received).toEqual([]);
  expect(twin.log.at(-1)).toContain('a claim of the token is not a valid header value');
});

it('A forwarded request on a public route has no header that identifies a caller', async () => {
  const headers = { 'x-caller-sub': 'admin', 'X-Caller-Azp': 'admin' };
  await call(twin, token, '/hooks/7', { method: 'POST', headers });
  expect(received[0]?.url).toBe('/7');
  expect(Object.keys(received[0]?.headers ?? {}).filter((name) => name.startsWith('x-caller'))).toEqual([]);
});

// docs/fidelity.md F54
it('The gateway returns the endpoint’s response with the CORS headers of the API', async () => {
  const response = await fetch(`${twin.apiUrl}/orders/1/x`, {
    headers: { authorization: `Bearer ${token}`, origin: 'https://app.example.com' },
  });
  expect(response.status).toBe(418);
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'image/x',
    'x-total': '7',
    'access-control-allow-origin': 'https://app.example.com',
    'apigw-requestid': expect.any(String) as string,
  });
  expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0, 255, 10]);
});

it('The endpoint gets no request that the authorizer rejects', async () => {
  expect((await call(twin, undefined, '/orders/1/x')).status).toBe(401);
  expect((await call(twin, await mint(twin, { ...goodClaims(twin), scope: 'x' }), '/orders/1/x')).status).toBe(403);
  expect(received).toEqual([]);
});

it.each([
  { path: '/unnamed', says: 'GET /unnamed forwards to https://unnamed.example.com, which the twin never calls' },
  { path: '/dead', says: 'http://127.0.0.1:1 cannot be reached: connect ECONNREFUSED' },
])(
  // docs/fidelity.md F56
  'The gateway answers 503 without a reachable backend, with the reason in the log: $path',
  async ({ path, says }) => {
    const { status, text } = await call(twin, undefined, path);
    expect([status, text]).toEqual([503, '{"message":"Service Unavailable"}']);
    expect(twin.log.at(-1)).toContain(says);
  },
);

// docs/fidelity.md F57, F58
it('The emulator of an existing function gets the event with the API’s domain, and its result is the response', async () => {
  returns = '{"statusCode":201,"body":"made","headers":{"x-total":"1"}}';
  const { status, text } = await call(twin, token, '/reports/7');
  expect([status, text]).toEqual([201, 'made']);
  expect(received).toMatchObject([{ method: 'POST', url: '/2015-03-31/functions/function/invocations' }]);
  expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({
    version: '2.0',
    routeKey: 'GET /reports/{id}',
    pathParameters: { id: '7' },
    requestContext: { domainName: 'api.example.com', domainPrefix: 'api', authorizer: { jwt: {} } },
  });
});

it.each([
  { title: 'failed', result: '{"errorType":"Error","errorMessage":"boom"}', says: 'the function failed' },
  { title: 'returned an invalid response', result: '{"statusCode":"x"}', says: 'cannot be sent' },
  { title: 'returned a body that is not JSON', result: 'oops', says: 'cannot be sent' },
])('The gateway answers 500 if an existing function $title', async ({ result, says }) => {
  returns = result;
  const { status, text } = await call(twin, token, '/reports/7');
  expect([status, text]).toEqual([500, '{"message":"Internal Server Error"}']);
  expect(twin.log.at(-1)).toContain(says);
});

it('The gateway answers 500 if an existing function has no local address, with the reason in the log', async () => {
  expect((await call(twin, undefined, '/report')).status).toBe(500);
  expect(twin.log.at(-1)).toContain(
    'GET /report invokes arn:aws:lambda:eu-central-1:123456789012:function:reports:live',
  );
  expect(twin.log.at(-1)).toContain('--forward "GET /report=http://127.0.0.1:4000"');
});

it('The twin serves a stack that uses every option, and says what it forwards and does not emulate', async () => {
  expect(await call(twin, token)).toMatchObject({ status: 200 });
  const screen = welcome(twin.model(), twin);
  expect(screen).toMatch(/GET \/report +public.*; goes to arn:aws:lambda:\S+ \(no local address: see --forward\)/);
  expect(screen).toMatch(
    /POST \/hooks\/\{id\} .*goes to https:\/\/hooks\.dev\.example\.com\/\{id\} \(http:\/\/127\.0\.0\.1:\d+\)/,
  );
  expect(screen).toContain(
    'Not emulated locally (any ids are made up): DNS records, IAM roles and policies, X-Ray tracing, alarms, certificates, ephemeral storage, layers (their files are missing here), log groups, tags, the API’s own domain',
  );
});

const OK = 'HTTP/1.1 200 OK\r\n';
const UPGRADE = 'HTTP/1.1 101 X\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n';
const rows: readonly { title: string; bytes: string; kind: string; ends?: boolean }[] = [
  { title: 'stays silent', bytes: '', kind: 'failed', ends: false },
  { title: 'stops in the middle of its headers', bytes: `${OK}x: `, kind: 'failed', ends: false },
  { title: 'stops in the middle of its body', bytes: `${OK}content-length: 9\r\n\r\nabc`, kind: 'failed', ends: false },
  { title: 'closes the connection at once', bytes: '', kind: 'failed' },
  { title: 'closes in the middle of its body', bytes: `${OK}content-length: 9\r\n\r\nabc`, kind: 'failed' },
  { title: 'does not speak HTTP', bytes: 'SSH-2.0-OpenSSH\r\n\r\n', kind: 'failed' },
  { title: 'sends invalid chunks', bytes: `${OK}transfer-encoding: chunked\r\n\r\nzz\r\n`, kind: 'failed' },
  { title: 'sends endless headers', bytes: `${OK}x: ${'y'.repeat(100_000)}\r\n\r\n`, kind: 'failed' },
  { title: 'switches protocols', bytes: UPGRADE, kind: 'failed' },
  { title: 'sends an unknown status', bytes: 'HTTP/1.1 999 X\r\ncontent-length: 0\r\n\r\n', kind: 'failed' },
  { title: 'sends more than 10 MB', bytes: `${OK}\r\n${'x'.repeat(10 * 1024 * 1024 + 1)}`, kind: 'failed' },
  { title: 'ends its body by closing', bytes: `${OK}\r\nabc`, kind: 'answered' },
];

it.each(rows)(
  'A local backend that $title is reported as $kind within the deadline',
  async ({ bytes, kind, ends = true }) => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => (ends ? socket.end(bytes) : socket.write(bytes)));
    });
    const url = await listening(server);
    const request = { method: 'GET', target: '/', rawHeaders: [], body: Buffer.alloc(0) };
    const answer = await callBackend(url, request, ends ? 10_000 : 100);
    expect(answer.kind).toBe(kind);
    if (answer.kind !== 'answered') expect(answer.reason).toContain(url.origin);
    server.close();
  },
);

// docs/fidelity.md F55
it('The gateway drops the hop-by-hop headers of a local backend’s response', () => {
  const hops = [
    ['Connection', 'close, X-Hop'],
    ['x-hop', '1'],
    ['TE', 'trailers'],
    ['Proxy-Connection', 'x'],
  ];
  const rawHeaders = [...hops, ['X-End', '2']].flat();
  const { headers } = forwardedResponse({ kind: 'answered', status: 200, rawHeaders, body: Buffer.alloc(0) });
  expect(headers).toEqual([['x-end', '2']]);
});

it('A local backend gets no request that cannot be sent', async () => {
  const request = { method: 'GET', target: '/a b', rawHeaders: [], body: Buffer.alloc(0) };
  expect(await callBackend(new URL('http://127.0.0.1:1'), request, 1000)).toMatchObject({ kind: 'failed' });
});

function backendHost(): string {
  return `127.0.0.1:${(backend.address() as AddressInfo).port}`;
}
