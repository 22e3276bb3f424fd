import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { IssuerKeyCache, type FetchDocument } from '../../../src/gateway/issuer-keys.ts';
import { rawRequest, requestBytes } from '../../support/raw-http.ts';
import { goodClaims, mint, serviceToken, startTestTwin, type TestTwin } from '../../support/twin.ts';

let twin: TestTwin;
beforeAll(async () => {
  twin = await startTestTwin();
});
afterAll(() => twin.end());

const get = (headers: readonly string[]) => rawRequest(twin.apiUrl, requestBytes('GET', '/test', headers));

// docs/fidelity.md F18
it('The gateway accepts a token without Bearer before it', async () => {
  expect((await get([`authorization: ${await serviceToken(twin)}`])).status).toBe(200);
});

// docs/fidelity.md F21
it('The gateway accepts a token with two audiences if one matches', async () => {
  const aud = [twin.outputs.audience, `${twin.outputs.issuer}userinfo`];
  const token = await mint(twin, { ...goodClaims(twin), aud });
  expect((await get([`authorization: Bearer ${token}`])).status).toBe(200);
});

// docs/fidelity.md F19
it('A rejection has the captured headers', async () => {
  const { headers } = await get(['authorization: Bearer nonsense']);
  expect(headers.get('content-length')).toBe('26');
  expect(headers.get('content-type')).toBe('application/json');
  expect(headers.get('apigw-requestid')).toMatch(/^[\w-]{15}=$/);
  expect(headers.has('www-authenticate')).toBe(true);
});

const HOUR = 60 * 60 * 1000;
const JWK = { ...generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' }), kid: 'k' };
const DISCOVERY = JSON.stringify({ jwks_uri: 'https://x/keys' });

/** An issuer with these documents, and the URLs that were requested from it. */
function issuer(
  jwks: () => string,
  discovery: () => string = () => DISCOVERY,
): { fetch: FetchDocument; requested: string[] } {
  const requested: string[] = [];
  return {
    requested,
    fetch: async (_issuer, what, url) => {
      requested.push(url);
      return what === 'discovery' ? discovery() : jwks();
    },
  };
}
const fails = (): never => {
  throw new Error('no answer');
};

// docs/fidelity.md F23
it('The gateway caches an issuer’s keys for two hours, and no longer', async () => {
  let now = 0;
  const { fetch, requested } = issuer(() => JSON.stringify({ keys: [JWK] }));
  const cache = new IssuerKeyCache(fetch, () => now);
  expect(await cache.fetch('https://x/')).toMatchObject({ kind: 'keys' });
  expect(requested).toEqual(['https://x/.well-known/openid-configuration', 'https://x/keys']);
  now = 2 * HOUR - 1;
  expect(cache.cached('https://x/')).toMatchObject({ kind: 'keys' });
  now = 2 * HOUR;
  expect(cache.cached('https://x/')).toBeUndefined();
});

it('The discovery URL of an issuer has no double slash', async () => {
  for (const name of ['https://x', 'https://x/']) {
    const { fetch, requested } = issuer(() => JSON.stringify({ keys: [JWK] }));
    await new IssuerKeyCache(fetch, () => 0).fetch(name);
    expect(requested[0]).toBe('https://x/.well-known/openid-configuration');
  }
});

it.each([
  // docs/fidelity.md F25
  ['without a discovery document', issuer(() => '{"keys":[]}', fails), 'OIDC discovery endpoint communication error'],
  [
    'with a discovery document without jwks_uri',
    issuer(
      () => '{"keys":[]}',
      () => '{}',
    ),
    'OIDC discovery endpoint communication error',
  ],
  [
    'with a discovery document that is not JSON',
    issuer(
      () => '{"keys":[]}',
      () => '<html>',
    ),
    'OIDC discovery endpoint communication error',
  ],
  // docs/fidelity.md F26
  ['without a JWKS', issuer(fails), 'JWKS communication error'],
  ['with a JWKS that is not JSON', issuer(() => 'x'), 'JWKS communication error'],
  [
    // docs/fidelity.md F27
    'with a JWKS that is larger than the gateway reads',
    issuer(() => JSON.stringify({ keys: [JWK], pad: 'x'.repeat(150_000) })),
    'JWKS communication error',
  ],
])(
  'The gateway rejects tokens %s, and tries again with the next request',
  async (_name, { fetch, requested }, description) => {
    const cache = new IssuerKeyCache(fetch, () => 0);
    expect(await cache.fetch('https://x/')).toEqual({ kind: 'unreachable', description });
    const before = requested.length;
    await cache.fetch('https://x/');
    expect(requested.length).toBe(before * 2);
  },
);

it('The gateway fetches an issuer’s keys once for many simultaneous requests', async () => {
  const { fetch, requested } = issuer(() => JSON.stringify({ keys: [JWK] }));
  const cache = new IssuerKeyCache(fetch, () => 0);
  await Promise.all(Array.from({ length: 50 }, () => cache.fetch('https://x/')));
  expect(requested).toHaveLength(2);
});
