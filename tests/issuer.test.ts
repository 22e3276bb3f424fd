import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as pulumi from '@pulumi/pulumi';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { issuerHooks, issuerProblem, readOverHttps, type IssuerResponse } from '../program/aws/issuer.ts';

const ISSUER = 'https://acme.eu.auth0.com/';
const DISCOVERY = `${ISSUER}.well-known/openid-configuration`;
const JWKS = `${ISSUER}.well-known/jwks.json`;
const KEY = { kty: 'RSA', use: 'sig', alg: 'RS256', kid: 'one', n: 'AQAB', e: 'AQAB' };

const ok = (body: unknown): IssuerResponse => ({ status: 200, body: JSON.stringify(body) });
const DOCUMENTS: Readonly<Record<string, IssuerResponse>> = {
  [DISCOVERY]: ok({ issuer: ISSUER, jwks_uri: JWKS }),
  [JWKS]: ok({ keys: [KEY] }),
};

/** Returns the problem of an issuer whose documents are replaced by these. */
function problemWith(documents: Readonly<Record<string, IssuerResponse>>): Promise<string | undefined> {
  const all = { ...DOCUMENTS, ...documents };
  return issuerProblem(ISSUER, async (url) => all[url] ?? { status: 404, body: '' });
}

/** Reads a document from a server with this listener. */
async function readFrom(respond: RequestListener): Promise<IssuerResponse> {
  const server = createServer(respond);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const read = await readOverHttps(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  server.closeAllConnections();
  server.close();
  return read;
}

const NO_DISCOVERY = 'is not a discovery document';
const NO_KEY = 'has no RSA key for RS256';

/** A response that is a problem, by title, and what the problem says. */
const ROWS: Readonly<Record<string, Readonly<Record<string, readonly [IssuerResponse, says: string]>>>> = {
  [DISCOVERY]: {
    'does not resolve': [{ failure: 'getaddrinfo ENOTFOUND' }, 'failed: getaddrinfo ENOTFOUND'],
    'responds 404': [{ status: 404, body: '' }, 'responded 404, not 200'],
    redirects: [{ status: 302, body: '' }, 'responded 302, not 200'],
    'responds with a page': [{ status: 200, body: '<html>' }, NO_DISCOVERY],
    'names no key set': [ok({ issuer: ISSUER }), NO_DISCOVERY],
    'names a key set without TLS': [ok({ issuer: ISSUER, jwks_uri: JWKS.replace('https', 'http') }), NO_DISCOVERY],
    'names an issuer without the slash': [
      ok({ issuer: 'https://acme.eu.auth0.com', jwks_uri: JWKS }),
      `names the issuer https://acme.eu.auth0.com, not ${ISSUER}`,
    ],
    'names an issuer with a line break and a control character': [
      ok({ issuer: 'https://a.example/\n\u001b[2J', jwks_uri: JWKS }),
      String.raw`names the issuer https://a.example/\u{a}\u{1b}[2J, not`,
    ],
  },
  [JWKS]: {
    'has keys that fail': [{ failure: 'no response within 1500 ms' }, `${JWKS} failed: no response`],
    'has keys that are no list': [ok({}), NO_KEY],
    'has no keys': [ok({ keys: [] }), NO_KEY],
    'has an EC key only': [ok({ keys: [{ ...KEY, kty: 'EC' }] }), NO_KEY],
    'has a key for RS512 only': [ok({ keys: [{ ...KEY, alg: 'RS512' }] }), NO_KEY],
    'has a key for encryption only': [ok({ keys: [{ ...KEY, use: 'enc' }] }), NO_KEY],
    'has more keys than API Gateway reads': [
      ok({ keys: [KEY], padding: 'x'.repeat(150_000) }),
      'API Gateway reads at most 150000',
    ],
  },
};

describe('The tenant is judged by the documents that API Gateway reads', () => {
  it('accepts a tenant whose documents have its issuer and an RSA key', async () => {
    expect(await problemWith({})).toBeUndefined();
    const second = { ...KEY, alg: undefined, use: undefined };
    expect(await problemWith({ [JWKS]: ok({ keys: [{ kty: 'EC' }, second] }) })).toBeUndefined();
  });

  const rows = Object.entries(ROWS).flatMap(([url, all]) =>
    Object.entries(all).map(([title, [response, says]]) => [title, { [url]: response }, says] as const),
  );
  it.each(rows)('an issuer that %s is a problem that names the document', async (_, documents, says) => {
    const problem = await problemWith(documents);
    expect(problem).toContain(says);
    expect(problem).toMatch(/^https:\/\/acme\.eu\.auth0\.com\/\.well-known\//);
  });

  it('a document that takes longer than API Gateway waits is a failure that names the limit', async () => {
    const soon = AbortSignal.timeout.bind(AbortSignal, 20);
    const waiting = vi.spyOn(AbortSignal, 'timeout').mockImplementation(soon);
    onTestFinished(() => waiting.mockRestore());
    const read = await readFrom(() => {});
    expect(waiting.mock.calls).toEqual([[1500], [1500], [1500]]);
    expect(read).toEqual({ failure: "no response within 1500 ms, API Gateway's own limit, in 3 attempts" });
  });

  it('a document without an end is read up to its first megabyte', async () => {
    const chunk = Buffer.alloc(100_000, 'x');
    const read = await readFrom((_, response) => {
      const write = (): void => {
        while (response.write(chunk));
      };
      response.on('drain', write);
      write();
    });
    const { body } = read as { readonly body: string };
    expect(body.length).toBeGreaterThan(1_000_000);
    expect(body.length).toBeLessThan(2_000_000);
  });

  it('no hook is registered under the mocks of Pulumi’s SDK, where it would end the process', async () => {
    const mocks: pulumi.runtime.Mocks = {
      newResource: ({ name }) => ({ id: name, state: {} }),
      call: () => ({}),
    };
    await pulumi.runtime.setMocks(mocks);
    expect(issuerHooks({} as Parameters<typeof issuerHooks>[0])).toEqual({});
  });
});
