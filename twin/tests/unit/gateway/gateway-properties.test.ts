import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METHODS } from '../../../../limits/route-key.ts';
import { printable } from '../../../src/common/printable.ts';
import type { Authorizer, Route } from '../../../src/model/http-api.ts';
import { failedCheck } from '../../../src/gateway/decision.ts';
import { eventOf } from '../../../src/gateway/event.ts';
import { explain } from '../../../src/gateway/explain.ts';
import { IssuerKeyCache } from '../../../src/gateway/issuer-keys.ts';
import { matchRoute } from '../../../src/gateway/match.ts';
import { answer, type Gateway } from '../../../src/gateway/pipeline.ts';
import { parseTarget, type GatewayRequest } from '../../../src/gateway/request.ts';
import { compact, encode, rsa } from '../../support/forge.ts';
import { decisionOn, localApi, routeOf } from '../../support/local-api.ts';
import { rawRequest, requestBytes } from '../../support/raw-http.ts';
import { referenceDecision, referenceMatch } from '../../support/references.ts';
import { startTestTwin, type TestTwin } from '../../support/twin.ts';

const NOW = 1_800_000_000;
const AUTHORIZER: Authorizer = {
  name: 'auth0',
  issuer: 'https://tenant.example.com/',
  audiences: ['https://api', 'https://other-api'],
  identitySource: { from: 'header', name: 'Authorization' },
};
const [k1, k2, stranger] = Array.from(
  { length: 3 },
  () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
) as [KeyObject, KeyObject, KeyObject];
const SIGNERS: Readonly<Record<string, KeyObject>> = { k1, k2, stranger };
const published = new Map([k1, k2].map((key, index) => [`k${index + 1}`, createPublicKey(key)]));
const GOOD = {
  iss: AUTHORIZER.issuer,
  aud: 'https://api',
  exp: NOW + 60,
  scope: 'read:user',
};
const goodToken = compact({ alg: 'RS256', kid: 'k1' }, GOOD, rsa(k1));

const requestOf = (change: Partial<GatewayRequest>): GatewayRequest => ({
  method: 'GET',
  target: '/test',
  rawHeaders: [],
  body: Buffer.alloc(0),
  sourceIp: '127.0.0.1',
  httpVersion: '1.1',
  ...change,
});

/** A byte for each character, as Node reads headers. */
const bytes = fc.uint8Array({ maxLength: 200 }).map((all) => Buffer.from(all).toString('latin1'));

/** A good token with one of its characters replaced by another. */
const damaged = fc
  .tuple(fc.nat(goodToken.length - 1), fc.constantFrom(...'ABCxyz019-_=+/. ~é\0'.split('')))
  .map(([at, character]) => goodToken.slice(0, at) + character + goodToken.slice(at + 1))
  .filter((token) => token !== goodToken);

const segment = fc.oneof(bytes.map(encode), fc.json().map(encode), fc.constantFrom(...goodToken.split('.'), ''));
const header = fc.oneof(
  bytes,
  damaged,
  damaged.map((token) => `Bearer ${token}`),
  fc.array(segment, { minLength: 1, maxLength: 5 }).map((all) => `Bearer ${all.join('.')}`),
  fc.tuple(fc.constantFrom('bearer ', 'Bearer  ', 'Basic ', 'Bearer\t'), bytes).map(([scheme, text]) => scheme + text),
);
/** The one way to be let through by chance is to put the parts of the good token together again. */
const isGood = (value: string): boolean => [goodToken, `Bearer ${goodToken}`].includes(value);

const invoked: string[] = [];
const jwks = [...published].map(([kid, key]) => ({ ...key.export({ format: 'jwk' }), kid }));
const documents = {
  discovery: JSON.stringify({ jwks_uri: 'https://tenant.example.com/keys' }),
  jwks: JSON.stringify({ keys: jwks }),
};
const gateway: Gateway = {
  api: localApi([routeOf('GET /test', AUTHORIZER, ['read:user'])]),
  keys: new IssuerKeyCache(
    async (_issuer, what) => documents[what],
    () => NOW * 1000,
  ),
  invoke: async (_lambda, requestId) => {
    invoked.push(requestId);
    return { kind: 'returned', json: '"reached"' };
  },
  forwards: new Map(),
  take: () => true,
  clock: () => NOW * 1000,
};
const ask = (...values: readonly string[]) =>
  answer(requestOf({ rawHeaders: values.flatMap((value) => ['Authorization', value]) }), gateway);

it('A good token in the Authorization header reaches the handler', async () => {
  const { response } = await ask(`Bearer ${goodToken}`);
  expect(response).toMatchObject({ status: 200, body: 'reached' });
  expect(invoked.splice(0)).toHaveLength(1);
});

it('A path outside of the base path gets a 404 whose explanation names the paths that the API has', async () => {
  const api = { ...gateway.api, basePath: '/v1', otherBasePaths: ['/v1/v2'] };
  const { decision } = await answer(requestOf({ target: '/test' }), { ...gateway, api });
  expect(explain(decision)).toBe('no route matches GET /test; the API has only paths below /v1, but not below /v1/v2');
});

it('Any other Authorization header reaches no handler and gets no 5xx', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(header, { maxLength: 3 }), async (values) => {
      fc.pre(!(values.length === 1 && values.some(isGood)));
      const { response, decision } = await ask(...values);
      expect([401, 403]).toContain(response.status);
      expect(explain(decision)).not.toBe('allowed');
      expect(invoked).toEqual([]);
    }),
    { numRuns: 1500 },
  );
});

describe('Random Authorization headers over a socket', () => {
  let twin: TestTwin;
  beforeAll(async () => {
    twin = await startTestTwin();
  });
  afterAll(() => twin.end());

  it('A random Authorization header over a socket reaches no handler and gets no 5xx', async () => {
    await fc.assert(
      fc.asyncProperty(header, async (value) => {
        // A line end in the middle would make it several lines.
        const line = `authorization: ${value.replaceAll(/[\r\n]/g, '')}`;
        const { status } = await rawRequest(twin.apiUrl, requestBytes('GET', '/test', [line]));
        expect([400, 401]).toContain(status);
      }),
      { numRuns: 60 },
    );
    expect(twin.exchanges.filter(({ decision }) => decision.refusal === undefined)).toEqual([]);
    expect(twin.log.filter((one) => one.includes('DEFECT'))).toEqual([]);
  });
});

/** A claim's values: `undefined` leaves it out. The right ones come often enough for tokens that pass. */
const some = (right: readonly unknown[], wrong: readonly unknown[]): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...right) }, { weight: 1, arbitrary: fc.constantFrom(...wrong) });
const past = [NOW, NOW - 1, 0, -5, NOW - 0.5];
const noTimes = [null, '', String(NOW), true, [], {}];
const claims = fc.record({
  iss: some([GOOD.iss], [undefined, null, 5, 'https://tenant.example.com', [GOOD.iss]]),
  aud: some(['https://api', ['x', 'https://other-api'], undefined], ['x', [], null, 5, ['https://api', 5]]),
  client_id: some(['https://api', undefined], ['x', null, 5, ['https://api']]),
  exp: some([NOW + 1, NOW + 0.5, 1e308], [undefined, ...past, ...noTimes]),
  nbf: some([undefined, ...past], [NOW + 1, NOW + 0.5, ...noTimes]),
  iat: some([undefined, ...past], [NOW + 1, NOW + 0.5, ...noTimes]),
  scope: some(
    ['read:user', 'x write:user  y', undefined],
    ['', 'x', 'READ:USER', null, ['read:user'], 5, 'read:user,x'],
  ),
  scp: some([undefined, 'read:user'], ['x', ['read:user'], null]),
});
const tokens = fc.record({
  alg: some(['RS256', 'RS384', 'RS512'], ['none', 'HS256', 'PS256', 'ES256', 'rs256', undefined, null]),
  kid: some(['k1', 'k2'], ['k3', '', undefined, null, 1]),
  signer: some(['same'], ['k1', 'k2', 'stranger']),
  claims,
});
const routeScopes = fc.constantFrom([], ['read:user'], ['write:user', 'read:user'], ['nothing']);
// docs/fidelity.md F1
it('The decision equals that of a ten-line reference, for any token and any scopes of a route', () => {
  const outcomes = new Map<string, number>();
  fc.assert(
    fc.property(tokens, routeScopes, ({ signer: hand, ...rest }, scopes) => {
      const signer = hand === 'same' ? String(rest.kid) : String(hand);
      const digest = `sha${String(rest.alg).slice(2)}`;
      const signed = rsa(SIGNERS[signer] ?? stranger, /^sha(256|384|512)$/.test(digest) ? digest : 'sha256');
      const token = compact({ alg: rest.alg, kid: rest.kid }, rest.claims, signed);
      const decision = decisionOn(requestOf({ rawHeaders: ['authorization', `Bearer ${token}`] }), {
        routes: [routeOf('GET /test', AUTHORIZER, scopes)],
        keys: published,
        now: NOW,
      });
      const wanted = referenceDecision({ ...rest, signer }, AUTHORIZER, scopes, NOW);
      expect(failedCheck(decision)?.name).toBe(wanted);
      expect(decision.refusal?.status).toBe(wanted === undefined ? undefined : wanted === 'scope' ? 403 : 401);
      outcomes.set(wanted ?? 'let through', (outcomes.get(wanted ?? 'let through') ?? 0) + 1);
    }),
    { numRuns: 700, seed: 4 },
  );
  // The tokens are such that each end is reached, and often.
  expect(outcomes.size).toBe(10);
  expect(Math.min(...outcomes.values())).toBeGreaterThan(4);
});

const names = fc.constantFrom('a', 'b', 'A', 'a.b', '$default', '~');
const keySegment = fc.oneof(names, fc.constantFrom('{x}', '{y}'));
const routeKey = fc.oneof(
  { weight: 1, arbitrary: fc.constant('$default') },
  {
    weight: 12,
    arbitrary: fc
      .tuple(
        fc.constantFrom('GET', 'GET', 'ANY', ...METHODS),
        fc.uniqueArray(keySegment, { maxLength: 3, selector: (one) => (one.startsWith('{') ? one : {}) }),
        fc.boolean(),
      )
      .map(([method, parts, greedy]) => `${method} /${[...parts, ...(greedy ? ['{z+}'] : [])].join('/')}`),
  },
);
const shape = (key: string): string => key.replaceAll(/\{\w+/g, '{');
const routeTable = fc.uniqueArray(routeKey, { maxLength: 12, selector: shape });
const path = fc.array(fc.oneof(names, fc.constantFrom('', 'c', '%2F', '%61', '{x}', '%20')), { maxLength: 4 });

// docs/fidelity.md F31
it('The matching route equals that of a naive reference, for any table of routes', () => {
  let matched = 0;
  // Several requests to each table, since a table takes longer to make than a request.
  const requests = fc.array(fc.tuple(fc.constantFrom(...METHODS, 'TRACE'), path), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(routeTable, requests, (keys, all) => {
      const routes: Route[] = keys.map((key) => routeOf(key));
      for (const [method, segments] of all) {
        const target = parseTarget(`/${segments.join('/')}`);
        if (target.kind === 'malformed') throw new Error(target.reason);
        const found = matchRoute(routes, method, target.segments)?.route.routeKey;
        expect(found).toBe(referenceMatch(keys, method, target.path));
        if (found !== undefined) matched += 1;
      }
    }),
    { numRuns: 1000, seed: 4 },
  );
  expect(matched).toBeGreaterThan(500);
});

/** Texts with what is special in a URL, a log line and an object. */
const special = fc.oneof(
  fc.constantFrom('/', '%', '%2F', '%00', '%ff', '..', '.', '?', '#', '&', '='),
  fc.constantFrom('\\', '\0', '\x1b', '\u202e', '\ud800', '😀'),
);
const hostile = fc
  .array(fc.oneof(special, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 12 })
  .map((all) => all.join(''));

it('Any request target is parsed without an error, into segments that make up its path', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        hostile,
        hostile.map((text) => `/${text}`),
      ),
      (text) => {
        const target = parseTarget(text);
        if (target.kind === 'malformed') return;
        expect(target.path).toBe(`/${target.segments.join('/')}`);
        expect(target.segments.some((one) => one === '.' || one === '..' || /[/\p{Cc}]/u.test(one))).toBe(false);
        expect(text.endsWith(target.rawQuery)).toBe(true);
      },
    ),
    { numRuns: 3000 },
  );
});

it('A parsed request target has the segments that were encoded, with an encoded slash still encoded', () => {
  const plain = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
    .filter((text) => !['.', '..'].includes(text) && !/%2f/i.test(text));
  fc.assert(
    fc.property(fc.array(plain, { minLength: 1, maxLength: 4 }), hostile, (parts, query) => {
      const target = parseTarget(`/${parts.map(encodeURIComponent).join('/')}?${query.replaceAll('#', '')}`);
      expect(target).toMatchObject({
        kind: 'path',
        segments: parts.map((one) => one.replaceAll('/', '%2F')),
        rawQuery: query.replaceAll('#', ''),
      });
    }),
  );
});

it('A printable text has no character that moves the cursor or reverses text, and a limited length', () => {
  fc.assert(
    fc.property(fc.oneof(hostile, fc.string({ unit: 'binary', maxLength: 600 })), fc.nat(500), (text, most) => {
      expect(printable(text, most)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(printable(text, most).length).toBeLessThanOrEqual(most + 1);
    }),
    { numRuns: 1000 },
  );
});

const HEADERS = ['cookie', 'Cookie', 'host', 'content-type', 'X-Forwarded-For', '__proto__', 'constructor', 'x'];
const request = fc.record({
  method: fc.constantFrom(...METHODS, 'TRACE'),
  target: hostile.map((text) => `/${text}`),
  rawHeaders: fc.array(fc.tuple(fc.constantFrom(...HEADERS), bytes), { maxLength: 8 }).map((pairs) => pairs.flat()),
  body: fc.uint8Array({ maxLength: 50 }).map((all) => Buffer.from(all)),
});

it('The event of any request and any claims is made without an error, and survives JSON', () => {
  const api = localApi([routeOf('ANY /{__proto__}', AUTHORIZER, ['x']), routeOf('$default')]);
  fc.assert(
    fc.property(request, fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue()), (change, claims) => {
      const sent = requestOf(change);
      const decision = { ...decisionOn(sent, { routes: api.routes, keys: published, now: NOW }), claims };
      const event = eventOf(sent, parseTarget(sent.target), decision, {
        api,
        requestId: 'x',
        traceId: 'x',
        time: NOW * 1000,
      });
      expect(JSON.parse(JSON.stringify(event))).toMatchObject({ version: '2.0', rawPath: decision.path });
      const texts = Object.entries(event['headers'] as object).flat() as unknown[];
      expect(texts.every((text) => typeof text === 'string')).toBe(true);
    }),
    { numRuns: 1500 },
  );
});
