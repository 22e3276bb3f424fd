import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { IssuerKeyCache, type FetchDocument } from '../../../src/gateway/issuer-keys.ts';

const ISSUER = 'https://tenant.example.com/';
const HOUR = 60 * 60 * 1000;
const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const JWK = { ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' };
const DISCOVERY = JSON.stringify({ jwks_uri: `${ISSUER}.well-known/jwks.json` });
const JWKS = JSON.stringify({ keys: [JWK] });
const DISCOVERY_DOWN = { kind: 'unreachable', description: 'OIDC discovery endpoint communication error' };
const JWKS_DOWN = { kind: 'unreachable', description: 'JWKS communication error' };

type Answers = Record<'discovery' | 'jwks', () => string | Promise<string>>;

/** A cache in front of an issuer with these documents, and the requests that the issuer got. */
function cacheOf(answers: Partial<Answers> = {}, clock = Date.now): { cache: IssuerKeyCache; requested: string[] } {
  const all: Answers = { discovery: () => DISCOVERY, jwks: () => JWKS, ...answers };
  const requested: string[] = [];
  const fetchDocument: FetchDocument = async (issuer, what, url) => {
    requested.push(`${what} ${url}`);
    await Promise.resolve(issuer);
    return all[what]();
  };
  return { cache: new IssuerKeyCache(fetchDocument, clock), requested };
}

const fails = (): never => {
  throw new Error('no answer');
};
const padded = (bytes: number): string => JWKS + ' '.repeat(bytes - JWKS.length);

it.each([ISSUER, ISSUER.slice(0, -1)])('The gateway finds the keys of %s by the discovery document', async (issuer) => {
  const { cache, requested } = cacheOf();
  const keys = await cache.fetch(issuer);
  expect(keys.kind === 'keys' && [...keys.keys.keys()]).toEqual(['one']);
  expect(requested).toEqual([
    `discovery ${ISSUER}.well-known/openid-configuration`,
    `jwks ${ISSUER}.well-known/jwks.json`,
  ]);
});

it.each([
  // docs/fidelity.md F25
  ['the discovery document cannot be fetched', { discovery: fails }, DISCOVERY_DOWN],
  ['the discovery document is not JSON', { discovery: () => '<html>' }, DISCOVERY_DOWN],
  ['the discovery document is null', { discovery: () => 'null' }, DISCOVERY_DOWN],
  ['the discovery document names no JWKS', { discovery: () => '{"issuer":"x"}' }, DISCOVERY_DOWN],
  // docs/fidelity.md F26
  ['the JWKS cannot be fetched', { jwks: fails }, JWKS_DOWN],
  ['the JWKS is not JSON', { jwks: () => JWKS.slice(1) }, JWKS_DOWN],
  ['the JWKS has no list of keys', { jwks: () => '{"keys":{}}' }, JWKS_DOWN],
  ['the JWKS has an invalid key', { jwks: () => '{"keys":[{"kty":"RSA","kid":"x","n":1}]}' }, JWKS_DOWN],
  // docs/fidelity.md F27
  ['the JWKS has more than 150,000 bytes', { jwks: () => padded(150_001) }, JWKS_DOWN],
])('The gateway has no keys if %s, and does not cache that', async (_what, answers: Partial<Answers>, answer) => {
  const { cache, requested } = cacheOf(answers);
  expect(await cache.fetch(ISSUER)).toEqual(answer);
  expect(cache.cached(ISSUER)).toBeUndefined();
  const before = requested.length;
  expect(await cache.fetch(ISSUER)).toEqual(answer);
  expect(requested).toHaveLength(2 * before);
});

it('A JWKS can have 150,000 bytes', async () => {
  expect((await cacheOf({ jwks: () => padded(150_000) }).cache.fetch(ISSUER)).kind).toBe('keys');
});

it('The gateway ignores keys that are not RSA keys with an id', async () => {
  const others = [null, { kty: 'oct', kid: 'two', k: 'AA' }, { ...JWK, kid: undefined }, { kty: 'EC', kid: 'three' }];
  const { cache } = cacheOf({ jwks: () => JSON.stringify({ keys: [...others, JWK] }) });
  const keys = await cache.fetch(ISSUER);
  expect(keys.kind === 'keys' && [...keys.keys.keys()]).toEqual(['one']);
});

// docs/fidelity.md F23
it('The cached keys of an issuer expire after two hours', async () => {
  let now = 1_700_000_000_000;
  const { cache } = cacheOf({}, () => now);
  const keys = await cache.fetch(ISSUER);
  now += 2 * HOUR - 1;
  expect(cache.cached(ISSUER)).toBe(keys);
  now += 1;
  expect(cache.cached(ISSUER)).toBeUndefined();
});

it('The cached keys of one issuer are not used for another', async () => {
  const { cache } = cacheOf();
  await cache.fetch(ISSUER);
  expect(cache.cached('https://other.example.com/')).toBeUndefined();
  expect(cache.cached(ISSUER.slice(0, -1))).toBeUndefined();
});

it('Simultaneous requests share one fetch of the keys, however slow the issuer is', async () => {
  const { cache, requested } = cacheOf({ jwks: () => new Promise((resolve) => setTimeout(() => resolve(JWKS), 50)) });
  const all = await Promise.all(Array.from({ length: 100 }, () => cache.fetch(ISSUER)));
  expect(new Set(all).size).toBe(1);
  expect(requested).toHaveLength(2);
});

it('Simultaneous requests share a failed fetch of the keys, and the next request tries again', async () => {
  let up = false;
  const { cache, requested } = cacheOf({ discovery: () => (up ? DISCOVERY : fails()) });
  const all = await Promise.all(Array.from({ length: 100 }, () => cache.fetch(ISSUER)));
  expect(all.every(({ kind }) => kind === 'unreachable')).toBe(true);
  expect(requested).toHaveLength(1);
  up = true;
  expect((await cache.fetch(ISSUER)).kind).toBe('keys');
});
