import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { NO_HISTORY, titleOf, withEntries } from '../../../src/page/client/history.ts';
import { BATCH, openLive } from '../../../src/page/live.ts';
import { maskedEvent } from '../../../src/page/mask.ts';
import type { Entry, StreamEvents } from '../../../src/page/messages.ts';
import type { Exchange } from '../../../src/gateway/pipeline.ts';
import { KEPT } from '../../../src/page/messages.ts';
import { LARGE, Recorder } from '../../../src/page/recorder.ts';
import { entryOf, shownResponse } from '../../../src/page/entries.ts';
import { knownOf } from '../../../src/page/state.ts';
import { exchangeOf } from '../../support/exchanges.ts';
import { plainModel } from '../../support/plain-model.ts';

const record = (recorder: Recorder, exchange: Exchange, milliseconds = 1): void =>
  recorder.record({ kind: 'api', api: plainModel().api, exchange, milliseconds });
const entry = (id: number, why = ''): Entry => ({ kind: 'unread', id, at: 0, status: 400, why });

it('The recorder keeps the latest requests, and a limited part of each, however many and large they are', () => {
  const recorder = new Recorder(() => undefined);
  const body = Buffer.alloc(100_000, 'x');
  const { request } = exchangeOf();
  for (let at = 0; at < 3 * KEPT; at += 1) {
    const response = { status: 200, headers: [], body };
    const invocation = { event: { body: body.toString() }, milliseconds: 1 };
    record(recorder, exchangeOf({ requestId: String(at), request: { ...request, body }, response, invocation }));
  }
  const kept = recorder.since(0, Infinity);
  expect(kept).toHaveLength(KEPT);
  expect(kept.at(-1)?.id).toBe(3 * KEPT);
  expect(kept.map(({ id }) => id)).toEqual(kept.map(({ id }) => id).toSorted((a, b) => a - b));
  for (const one of kept) {
    if (one.kind !== 'api') throw new Error('only calls were made');
    const { request: sent, response, invocation } = one.exchange;
    expect(one.responseLength).toBe(body.length);
    const size = sent.body.length + response.body.length + JSON.stringify(invocation?.event).length;
    expect(size).toBeLessThan(LARGE + 100);
  }
  expect(recorder.find(String(3 * KEPT - 1))).toBeDefined();
});

it('The recorder keeps a request as it was, whatever its bytes and strings', () => {
  const { request } = exchangeOf();
  const hostile = '\u2028\ud800 </script>\0{"type":"Buffer","data":[1]}';
  const exchange = exchangeOf({
    request: { ...request, rawHeaders: ['x', hostile], body: Buffer.from([0, 128, 255, 10]) },
    invocation: { event: { body: { type: 'Buffer', data: hostile } }, milliseconds: 1.5 },
  });
  const bodies = ['', hostile, Buffer.alloc(0), Buffer.from([255, 0, 200])];
  const all = bodies.map((body) => ({ ...exchange, response: { ...exchange.response, body } }));
  const recorder = new Recorder(() => undefined);
  for (const one of all) record(recorder, one, 2.5);
  const kept = recorder.since(0, KEPT);
  expect(kept.map((one) => (one.kind === 'api' ? one.exchange : one))).toEqual(all);
  expect(kept[0]).toMatchObject({ milliseconds: 2.5, at: exchange.time, responseLength: 0 });
});

it('The recorder cuts large integration errors, headers and scope lists', () => {
  const known = knownOf(plainModel());
  const { response } = exchangeOf();
  const large = 'x'.repeat(3_000_000);
  const recorder = new Recorder(() => undefined);
  record(recorder, exchangeOf({ integrationError: `${large}\n${large}` }));
  record(recorder, exchangeOf({ response: { ...response, headers: [['x-large', large]] } }));
  record(
    recorder,
    exchangeOf({ response: { ...response, headers: Array.from({ length: 50_000 }, () => ['x', 'y']) } }),
    1,
  );
  const [client] = known.model.tenant.clients;
  const [api] = known.model.tenant.resourceServers;
  if (client === undefined || api === undefined) throw new Error('the plain tenant has both');
  const scopes = Array.from({ length: 20_000 }, (_, index) => `scope:${index}`);
  const rest = { user: undefined, grantType: 'client_credentials', subject: 'x', permissions: undefined };
  recorder.record({
    kind: 'token',
    exchange: { kind: 'granted', granted: { ...rest, client, api, scopes }, requested: scopes, ignored: [] },
  });
  const shown = recorder.since(0, KEPT).map((one) => JSON.stringify(entryOf(one, known)).length);
  expect(shown).toHaveLength(4);
  expect(Math.max(...shown)).toBeLessThan(20_000);
});

type Since = (id: number, most: number) => Entry[];

/** Returns the stream of a source whose newest entry has the id `last()`, and what closes and wakes it. */
const streamOf = async (last: () => number, since: Since, failures: unknown[] = []) => {
  const live = openLive({ twin: 'twin', last, since }, (error) => failures.push(error));
  const { body } = await new Hono().get('/', (c) => live.open(c, [], 0)).request('/');
  if (body === null) throw new Error('the stream has a body');
  return { ...live, reader: body.pipeThrough(new TextDecoderStream()).getReader() };
};
const batchIn = async ({ reader }: Awaited<ReturnType<typeof streamOf>>): Promise<StreamEvents['entries']> => {
  const [, data = ''] = /^event: entries\ndata: (.*)\nid: twin \d+\n\n$/.exec((await reader.read()).value ?? '') ?? [];
  return JSON.parse(data) as StreamEvents['entries'];
};

it('The live stream sends a batch at a time, the newest entries, with the number of those left out', async () => {
  let last = 3;
  const since: Since = (id, most) => {
    const first = Math.max(id, last - most);
    return Array.from({ length: last - first }, (_, at) => entry(first + at + 1));
  };
  const stream = await streamOf(() => last, since);
  expect(await batchIn(stream)).toEqual({ entries: [1, 2, 3].map((id) => entry(id)), skipped: 0, last: 3 });
  const began = performance.now();
  for (last = 4; last < 5000; last += 1) stream.changed();
  const batch = await batchIn(stream);
  expect(performance.now() - began).toBeGreaterThan(150);
  expect(batch.entries).toHaveLength(BATCH);
  expect(batch.entries.at(-1)?.id).toBe(5000);
  expect(batch.skipped).toBe(5000 - 3 - BATCH);
  stream.close();
  while (!(await stream.reader.read()).done);
});

it('The live stream sends nothing for an entry that cannot be made, and reports the defect', async () => {
  const failures: unknown[] = [];
  const defect = new Error('a defect');
  const since = (): never => {
    throw defect;
  };
  const stream = await streamOf(() => 7, since, failures);
  expect(await batchIn(stream)).toEqual({ entries: [], skipped: 7, last: 7 });
  expect(failures).toEqual([defect]);
  stream.close();
});

it('The live stream makes no more batches while a browser does not read, and continues with the newest entries', async () => {
  let last = 1;
  let made = 0;
  const stream = await streamOf(
    () => last,
    () => {
      made += 1;
      return [entry(last)];
    },
  );
  for (let turn = 0; turn < 8; turn += 1) {
    last += 1000;
    stream.changed();
    await new Promise((done) => setTimeout(done, 210));
  }
  // One for each stage of the streams.
  expect(made).toBeLessThan(5);
  let sum = 0;
  for (let batch = await batchIn(stream); ; batch = await batchIn(stream)) {
    sum += batch.entries.length + batch.skipped;
    if (batch.last === last) break;
  }
  expect(sum).toBe(last);
  stream.close();
});

it('The browser keeps the newest 200 entries, and how many were dropped and left out', () => {
  const batch = (from: number, count: number): StreamEvents['entries'] => ({
    entries: Array.from({ length: count }, (_, at) => entry(from + at)),
    skipped: 5,
    last: from + count - 1,
  });
  const history = withEntries(withEntries(NO_HISTORY, batch(1, KEPT - 1), 'twin'), batch(KEPT, 11), 'twin');
  expect(history.kept).toHaveLength(KEPT);
  expect(history).toMatchObject({ dropped: 10, skipped: 10 });
  expect(history.kept[0]?.entry.id).toBe(KEPT + 10);
  expect(history.kept.at(-1)?.entry.id).toBe(11);
  expect(new Set(history.kept.map(({ key }) => key)).size).toBe(KEPT);
  expect(titleOf(entry(1))).toBe('not a request');
});

const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl';
const { api } = plainModel();
const from = (source: 'header' | 'querystring', name: string): (typeof api.routes)[number] | undefined => {
  const [route] = api.routes;
  return (
    route && {
      ...route,
      authorizer: { name: 'a', issuer: 'i', audiences: [], identitySource: { from: source, name } },
    }
  );
};

it.each([
  ['the Authorization header', { headers: { authorization: 'Basic c2VjcmV0' } }, undefined],
  ['the header that the authorizer reads', { headers: { 'x-token': 'c2VjcmV0' } }, from('header', 'X-Token')],
  [
    'the query parameter that the authorizer reads',
    { queryStringParameters: { token: 'c2VjcmV0' }, rawQueryString: 'a=1&t%6fken=c2VjcmV0' },
    from('querystring', 'token'),
  ],
  [
    'the headers of a 1.0 event',
    {
      headers: { 'X-Token': 'c2VjcmV0', Authorization: 'c2VjcmV0' },
      multiValueHeaders: { 'x-token': ['c2VjcmV0'], authorization: ['c2VjcmV0'] },
    },
    from('header', 'X-Token'),
  ],
  [
    'the query parameter of a 1.0 event',
    { multiValueQueryStringParameters: { Token: ['c2VjcmV0', 'c2VjcmV0'] } },
    from('querystring', 'Token'),
  ],
  ['a token in another header', { headers: { 'x-other': `x ${TOKEN}` } }, undefined],
  [
    'a token in the path',
    { rawPath: `/things/${TOKEN}`, requestContext: { http: { path: `/things/${TOKEN}` } } },
    undefined,
  ],
  ['a cookie', { cookies: [`session=${TOKEN}`] }, undefined],
  ['a token in a list', { list: [`session=${TOKEN}`] }, undefined],
  ['a token in the body', { body: `{"token":"${TOKEN}"}` }, undefined],
  ['a token with its dots encoded', { rawQueryString: `a=%20${TOKEN.replaceAll('.', '%2E')}` }, undefined],
  [
    'a token whose header begins with a space',
    { body: `${Buffer.from('{ "alg": "RS256" }').toString('base64url')}.eyJzdWIiOiJ4In0.c2lnbmF0dXJl` },
    undefined,
  ],
])('A masked event does not contain %s', (_what, event, route) => {
  const text = JSON.stringify(maskedEvent(event, route));
  expect(text).not.toMatch(/c2VjcmV0|eyJzdWIi|c2lnbmF0dXJl/);
  expect(text).toContain('••••••••');
});

it('A masked event has no token in a binary body, which stays binary', () => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const event = { isBase64Encoded: true, body: base64(`t=${TOKEN}&x=1`) };
  expect(maskedEvent(event, undefined)).toEqual({ ...event, body: base64('t=••••••••&x=1') });
  const harmless = { isBase64Encoded: true, body: Buffer.from([0, 255, 128]).toString('base64') };
  expect(maskedEvent(harmless, undefined)).toEqual(harmless);
});

it.each([
  [
    '{"user":"é \u00e9","password":"a\\"b","otp": 123456,"n":[{"client_secret" : "s"}]}',
    '{"user":"é é","password":"•","otp":"•","n":[{"client_secret":"•"}]}',
  ],
  ['{"clientSecret":"s","newPassword":"p"}', '{"clientSecret":"•","newPassword":"•"}'],
  [
    String.raw`{"a":[1],"passwords":["p]\"",["q",{"x":["r"]}]],"otp":[],"code":[{"n":[[["deep"]]]}],"b":1}`,
    '{"a":[1],"passwords":"•","otp":"•","code":"•","b":1}',
  ],
  ['{"password":{"old":"p","new":["q"]},"b":{"c":1}}', '{"password":"•","b":{"c":1}}'],
  ['{"form":"x=1&code=c","json":"{\\"otp\\":1}","type":"password"}', '{"form":"•","json":"•","type":"password"}'],
])('A masked event has no credential in a field of the JSON %s, and all other values', (body, masked) => {
  expect(maskedEvent({ body }, undefined)).toEqual({ body: masked.replaceAll('•', '••••••••') });
});

it.each([
  ['JSON that was cut', '{"refresh_token":"v1.abc'],
  ['JSON that is nested too deeply', `{"otp":1,"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ['a form', 'grant_type=password&code=abc%20d&x=1'],
  ['a form with lists', 'otp[]=1&a[]=1'],
  ['a form with an encoded name', 'user%5Ba%5D%5Botp%5D[]=1'],
  ['a form with objects', 'code[a][0]=c&user.x=1'],
  ['a multipart form', 'name="new_password"\r\n\r\nhunter2\r\n--x'],
  ['a multipart form of objects', 'name="user[otp][]"\r\n\r\n1\r\n--x'],
  ['XML', '<api_key>x</api_key>'],
])('A masked event has nothing of a body with the name of a credential that is %s', (_what, body) => {
  expect(maskedEvent({ body }, undefined)).toEqual({ body: '••••••••' });
});

it('A request with a masked body is not said to be cut', () => {
  const { request } = exchangeOf();
  const recorder = new Recorder(() => undefined);
  record(recorder, exchangeOf({ request: { ...request, body: Buffer.from(`otp=${'1'.repeat(100)}`) } }));
  const [shown] = recorder.since(0, 1).map((one) => entryOf(one, knownOf(plainModel())));
  expect(shown).toMatchObject({ request: { body: '••••••••', note: '' } });
});

it('Masking an event takes linear time, whatever it contains', () => {
  for (const text of [
    'ey'.repeat(125_000),
    'eyJ-'.repeat(62_000),
    'a.'.repeat(125_000),
    '%2e'.repeat(75_000),
    '"code":'.repeat(25_000),
    '"code":['.repeat(25_000),
    '"codes":[]['.repeat(25_000),
    '"code":["'.repeat(25_000),
    '[code'.repeat(25_000),
    'code[a]'.repeat(25_000),
    '&code[a]'.repeat(25_000),
    'name="[code'.repeat(25_000),
    '"a_'.repeat(75_000),
    'a_'.repeat(125_000),
    'name="code"'.repeat(25_000),
  ]) {
    const began = performance.now();
    maskedEvent({ body: text }, undefined);
    expect(performance.now() - began).toBeLessThan(2000);
  }
});

it('Masking changes nothing else in an event', () => {
  const event = { version: '2.0', headers: { accept: '*/*' }, isBase64Encoded: false, list: [1, null] };
  expect(maskedEvent(event, undefined)).toEqual(event);
});

it.each([
  ['a string', 'text', 4, { body: 'text', note: '' }],
  ['bytes of UTF-8', Buffer.from('é'), 2, { body: 'é', note: '' }],
  ['bytes that are not UTF-8', Buffer.from([0xff, 0xfe]), 2, { body: '', note: '2 bytes of binary data' }],
  ['a long string', 'x'.repeat(50), 50, { body: 'x'.repeat(10), note: 'the beginning of 50 bytes' }],
  [
    'bytes cut in the middle of a character',
    Buffer.from('é').subarray(0, 1),
    2,
    { body: '', note: 'the beginning of 2 bytes' },
  ],
])('A response with %s is shown as it is', (_what, body, length, shown) => {
  expect(shownResponse({ status: 200, headers: [], body }, length, 10)).toMatchObject(shown);
});
