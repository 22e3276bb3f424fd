import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LISTENERS } from '../../../src/page/live.ts';
import { PAGE_HEADER } from '../../../src/page/messages.ts';
import { fillAccess } from '../../support/full-access.ts';
import { postToPage, lastOf, listenTo, pageCookie } from '../../support/page.ts';
import { rawRequestOf, type RawResponse } from '../../support/raw-http.ts';
import { call, serviceToken, startTestTwin, type TestTwin } from '../../support/twin.ts';

let twin: TestTwin;
beforeAll(async () => {
  twin = await startTestTwin({ page: true, change: fillAccess });
});
afterAll(() => twin.end());

const USER = 'user `test-user@example.com` through `test-app` (password)';

/** A request of any headers to the tenant's port, its Host among them. */
const raw = (
  method: string,
  path: string,
  headers: readonly string[],
  body?: string,
  patience?: number,
): Promise<RawResponse> => rawRequestOf(twin.tenantUrl, { method, path, headers, body, patience });

it('The first load is one document and one stream, below 60 kB compressed, and fetches nothing else', async () => {
  const document = await raw('GET', '/', []);
  expect(document.status).toBe(200);
  const html = Buffer.from(document.body, 'latin1').toString();
  expect(
    [...html.matchAll(/<(?:script|link|img|iframe)\b[^>]*?(?:src|href)="([^"]*)"/g)].map(([, url = '']) => url),
  ).toEqual([expect.stringMatching(/^data:image\/svg/)]);
  expect(html).not.toMatch(/@import|url\(/);
  // It has no end; what has come when the last event of the first load has, is the first load's.
  const stream = await vi.waitUntil(
    async () => {
      const read = await raw('GET', '/_twin/live', [], '', 500);
      return read.body.includes('event: problem') && read;
    },
    { timeout: 30_000 },
  );
  const bytes = brotliCompressSync(html).length;
  expect(bytes + gzipSync(stream.body).length).toBeLessThan(60_000);
  expect(bytes).toBeLessThan(25_000);
});

it('The page has a policy that lets only its own code run, load or be framed', async () => {
  const { headers } = await raw('GET', '/', []);
  expect(headers.get('content-security-policy')?.replace(/'sha256-[\w+/=]+'/g, 'SHA')).toBe(
    "default-src 'none'; script-src SHA; style-src SHA; connect-src 'self'; img-src data:; base-uri 'none'; " +
      "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  );
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
});

it('The gateway’s port serves nothing of the page', async () => {
  for (const path of ['/', '/_twin/live', '/_twin/secrets']) {
    // The stack of this file has a $default route.
    expect(await call(twin, undefined, path)).toMatchObject({ status: 401, text: '{"message":"Unauthorized"}' });
  }
});

describe('The page’s endpoints', () => {
  const question = JSON.stringify({
    caller: USER,
    ask: 'password · https://test-api-for-jwt-authorizer.example.com',
  }).replace('·', String.raw`\u00b7`);
  let cookie = '';
  beforeAll(async () => {
    cookie = await pageCookie(twin);
  });
  const own = (): string[] => ['content-type: application/json', `${PAGE_HEADER}: 1`, `cookie: ${cookie}`];
  const rows: readonly (readonly [string, readonly string[], number])[] = [
    ['answer the page itself', [], 200],
    ['answer the page under 127.0.0.1', ['host: 127.0.0.1'], 200],
    ['reject another host name (DNS rebinding)', ['host: attacker.example.com'], 421],
    ['reject a host name that begins with localhost', ['host: localhost.attacker.example.com'], 421],
    ['reject the tenant’s own domain, which serves only the tenant', ['host: your-tenant.eu.auth0.com'], 421],
    ['reject another origin', ['origin: https://attacker.example.com'], 403],
    ['reject another port of this machine', ['origin: http://localhost:1'], 403],
    ['reject another scheme', ['origin: https://localhost'], 403],
    ['reject the origin null', ['origin: null'], 403],
    ['reject a request that the browser marks as cross-site', ['sec-fetch-site: cross-site'], 403],
    ['reject a request that the browser marks as same-site', ['sec-fetch-site: same-site'], 403],
    ['reject a browser that has not opened the printed address', ['-cookie'], 403],
    ['reject a browser with the cookie of another twin', ['cookie: twin-page-1=x'], 403],
    ['reject a request without the page’s header, which no form can send', [`-${PAGE_HEADER}`], 403],
  ];

  it.each(rows)('The page’s endpoints %s', async (_title, change, status) => {
    const taken = change.map((header) => header.split(':')[0]?.replace(/^-/, ''));
    const headers = own().filter((header) => !taken.includes(header.split(':')[0]));
    const response = await raw(
      'POST',
      '/_twin/secrets',
      [...headers, ...change.filter((one) => one.includes(':'))],
      question,
    );
    expect(response.status).toBe(status);
    const secret = String(twin.outputs.clientSecrets['test-app']);
    expect(response.body.includes(secret)).toBe(status === 200);
  });

  // docs/fidelity.md F147
  it('The page’s endpoints give neither tokens nor signatures nor whole events to a browser without the key, and say how to get them', async () => {
    const headers = own().filter((header) => !header.startsWith('cookie'));
    const questions = {
      token: { caller: USER, ask: 'x', parameters: {} },
      signature: { signed: 'a.b', alg: 'RS256' },
      secrets: { caller: USER, ask: 'x' },
      replay: { requestId: 'x' },
    };
    for (const [name, asked] of Object.entries(questions)) {
      const { status, body } = await raw('POST', `/_twin/${name}`, headers, JSON.stringify(asked));
      expect(status).toBe(403);
      expect(body).toContain('the address that npm start printed');
    }
    const reveal = await raw('POST', '/_twin/event', headers, JSON.stringify({ requestId: 'x', reveal: true }));
    expect(reveal.body).toContain('the address that npm start printed');
    const stream = await listenTo(twin);
    await expect.poll(() => lastOf(stream, 'access')).toEqual({ secrets: false });
    stream.close();
  });

  it('The page knows a browser that opened the printed address by a strict cookie, and keeps the key out of its history', async () => {
    const { status, headers } = await raw('GET', new URL(twin.pageUrl).href.slice(twin.tenantUrl.length), []);
    expect(status).toBe(303);
    expect(headers.get('location')).toBe('/');
    expect(headers.get('set-cookie')).toMatch(
      /^twin-page-[\w-]{8}=[\w-]{43}; Path=\/_twin; HttpOnly; SameSite=Strict$/,
    );
    expect((await raw('GET', '/?key=wrong', [])).headers.has('set-cookie')).toBe(false);
  });

  it.each(['/_twin/live', '/_twin/anything'])(
    'The page’s endpoints reject another origin and host at %s too',
    async (path) => {
      expect(await raw('GET', path, ['origin: https://attacker.example.com'])).toMatchObject({ status: 403 });
      expect(await raw('GET', path, ['host: attacker.example.com'])).toMatchObject({ status: 421 });
    },
  );

  it.each([
    ['a response', 'POST', '/_twin/secrets', true, 200],
    ['a rejection', 'POST', '/_twin/secrets', false, 403],
    ['a missing endpoint', 'GET', '/_twin/nothing', false, 404],
  ] as const)('The page’s endpoints forbid running or framing %s', async (_what, method, path, isOwn, status) => {
    const answer = await raw(method, path, isOwn ? own() : [], method === 'POST' ? question : undefined);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('A HEAD request to the event stream does not register a listener, and listeners are limited', async () => {
    const all = Array.from({ length: LISTENERS });
    await Promise.all([...all, 1].map(() => raw('HEAD', '/_twin/live', [`${PAGE_HEADER}: 1`])));
    const ears = await Promise.all(all.map(() => listenTo(twin)));
    const status = async (): Promise<number> => (await raw('GET', '/_twin/live', [], '', 500)).status;
    expect(await status()).toBe(503);
    for (const stream of ears) stream.close();
    await expect.poll(status).toBe(200);
  });

  it('The page’s endpoints survive a request that ends in its middle, and log no defect', async () => {
    const head = ['POST /_twin/call HTTP/1.1', 'host: localhost', `${PAGE_HEADER}: 1`, 'content-length: 100', '', '{'];
    const socket = connect(Number(new URL(twin.tenantUrl).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(head.join('\r\n'));
    await setTimeout(50);
    socket.resetAndDestroy();
    expect((await raw('POST', '/_twin/secrets', own(), question)).status).toBe(200);
    expect(twin.log.filter((line) => line.startsWith('DEFECT'))).toEqual([]);
  });

  it('The page’s endpoints answer a preflight of another origin without CORS headers', async () => {
    const { status, headers } = await raw('OPTIONS', '/_twin/secrets', [
      'origin: https://attacker.example.com',
      'access-control-request-method: POST',
      `access-control-request-headers: ${PAGE_HEADER}`,
    ]);
    expect(status).toBe(403);
    expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  it.each([
    ['not JSON', '{'],
    ['a list', '[]'],
    ['an object with a field of another type', '{"caller":5,"ask":"x"}'],
    ['an object with an unknown field', `{"caller":"x","ask":"x","more":1}`],
    ['an object with an unknown caller', '{"caller":"unknown","ask":"x"}'],
    ['an object with a role as caller', '{"caller":"role `reader`","ask":"x"}'],
    ['larger than a page sends', `"${'x'.repeat(1_100_000)}"`],
  ])('The page’s endpoints answer 400 to a body that is %s', async (_what, text) => {
    const response = await raw('POST', '/_twin/secrets', own(), text);
    expect(response.status).toBe(400);
    expect(JSON.parse(response.body)).toEqual({ error: expect.any(String) as string });
  });
});

it('A call from the page returns the response of the client, with its event masked until it is shown', async () => {
  const token = await serviceToken(twin);
  const { body } = await postToPage(twin, 'call', { api: 'api', method: 'GET', path: '/test', token, body: '' });
  expect(body.response).toMatchObject({ status: 200, body: '"JWT test backend lambda"' });
  const requestId = body.entry?.requestId ?? '';
  expect(body.response.headers).toContainEqual(['apigw-requestid', requestId]);
  const masked = await postToPage(twin, 'event', { requestId, reveal: false });
  expect(masked.body.event).toContain('"authorization": "••••••••"');
  expect(masked.body.event).not.toContain(token.split('.')[1]);
  const revealed = await postToPage(twin, 'event', { requestId, reveal: true });
  expect(revealed.body.event).toContain(`"authorization": "Bearer ${token}"`);
  expect((await postToPage(twin, 'curl', { requestId })).body.command).toContain(`-H 'Authorization: Bearer ${token}'`);
  const headers = ['content-type: application/json', `${PAGE_HEADER}: 1`];
  const stranger = await raw('POST', '/_twin/curl', headers, JSON.stringify({ requestId }));
  expect(stranger.body).toContain('Authorization: ');
  expect(stranger.body).not.toContain(token.split('.')[1]);
  const { body: again } = await postToPage(twin, 'replay', { requestId });
  expect(again.response).toMatchObject({ status: 200, body: '"JWT test backend lambda"' });
  expect(again.entry?.id).toBeGreaterThan(body.entry?.id ?? 0);
});

it('A request whose body was too large to be kept is neither replayed nor copied as a command', async () => {
  const large = { api: 'api', method: 'POST', path: '/test', token: '', body: 'x'.repeat(40_000) };
  const { entry } = (await postToPage(twin, 'call', large)).body;
  const requestId = entry?.requestId ?? '';
  for (const name of ['replay', 'curl'] as const) {
    const { status, body } = await postToPage(twin, name, { requestId });
    expect([status, body.error]).toEqual([400, 'The body of this request was too large to be kept']);
  }
});

it.each([
  ['a path that no client can send', { path: '/a b' }, 'No client can send this'],
  ['a token that is not a valid header', { token: 'a\nb' }, 'No client can send this'],
  ['an unknown method', { method: 'BREW' }, 'The method must be one of'],
])('A call from the page is rejected with a message for %s', async (_what, change, message) => {
  const question = { api: 'api', method: 'GET', path: '/test', token: '', body: '', ...change };
  const { status, body } = await postToPage(twin, 'call', question);
  expect(status).toBe(400);
  expect(body.error).toContain(message);
});
