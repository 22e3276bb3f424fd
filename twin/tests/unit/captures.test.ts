import { createHash, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { IssuerKeyCache } from '../../src/gateway/issuer-keys.ts';
import { answer, type Gateway } from '../../src/gateway/pipeline.ts';
import { compact, rsa } from '../support/forge.ts';
import { fullTenant, secretOf } from '../support/full-tenant.ts';
import { localApi, LAMBDA, routeOf } from '../support/local-api.ts';
import { localTenant } from '../support/local-tenant.ts';
import { plainAuthorizer } from '../support/plain-model.ts';
import { plainClient } from '../support/plain-tenant.ts';

/** What every capture says of itself; nothing in it identifies a person, an account or a machine. */
interface Captured {
  readonly title: string;
  readonly source: string;
  /** As exactly as the source has it. */
  readonly date: string;
  readonly evidence: 'C' | 'M' | 'D';
}

type TokenKind = 'none' | 'nonsense' | 'expired' | 'other scope' | 'other audience';

interface GatewayCapture extends Captured {
  readonly route: { readonly key: string; readonly scopes: readonly string[] | 'public' };
  readonly function?: { readonly returns?: unknown; readonly fails?: true; readonly late?: true };
  readonly request: { readonly method: string; readonly path: string; readonly token: TokenKind };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
}

interface TenantCapture extends Captured {
  readonly tenant?: { readonly defaultDirectory: null };
  readonly request: Readonly<Record<string, string>>;
  readonly response: { readonly status: number; readonly body: Readonly<Record<string, unknown>> };
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../captures/${name}.json`, import.meta.url), 'utf8'));
const GATEWAY = read('gateway') as readonly GatewayCapture[];
const TENANT = read('tenant') as readonly TenantCapture[];

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const kid = createHash('sha256').update('key').digest('base64url');
const JWKS = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid }] });
const NOW = 1_700_000_000;

/** The Authorization header of a request with a token of this kind, for a route with these scopes. */
function authorization(kind: TokenKind, scopes: readonly string[]): string[] {
  if (kind === 'none') return [];
  if (kind === 'nonsense') return ['authorization', 'Bearer nonsense'];
  const { issuer, audiences } = plainAuthorizer();
  const claims = {
    iss: issuer,
    aud: kind === 'other audience' ? 'https://other.example.com' : audiences[0],
    iat: NOW - 100,
    exp: kind === 'expired' ? NOW - 10 : NOW + 100,
    scope: kind === 'other scope' ? 'openid' : scopes.join(' '),
  };
  return ['authorization', `Bearer ${compact({ alg: 'RS256', kid }, claims, rsa(privateKey))}`];
}

function gatewayOf({ route: { key, scopes }, function: does = {} }: GatewayCapture): Gateway {
  const route = scopes === 'public' ? routeOf(key) : routeOf(key, plainAuthorizer(), scopes);
  const integration = {
    kind: 'function',
    function: LAMBDA,
    timeout: does.late ? 10 : 30_000,
    mayInvoke: true,
    payload: '2.0',
  } as const;
  return {
    api: localApi([{ ...route, integration }]),
    keys: new IssuerKeyCache(
      async (_issuer, what) => (what === 'jwks' ? JWKS : '{"jwks_uri":"https://x"}'),
      () => NOW * 1000,
    ),
    invoke: async () => {
      if (does.late) return new Promise(() => undefined);
      return does.fails
        ? { kind: 'failed', reason: 'on purpose' }
        : { kind: 'returned', json: JSON.stringify(does.returns) };
    },
    forwards: new Map(),
    take: () => true,
    clock: () => NOW * 1000,
  };
}

// docs/fidelity.md F19, F48, F49
it.each(GATEWAY)('The gateway answers as captured: $title ($source, $date)', async (capture) => {
  const { request, response, route } = capture;
  const rawHeaders = authorization(request.token, route.scopes === 'public' ? [] : route.scopes);
  const sent = { method: request.method, target: request.path, rawHeaders, body: Buffer.alloc(0) };
  const exchange = await answer({ ...sent, sourceIp: '127.0.0.1', httpVersion: '1.1' }, gatewayOf(capture));
  const { status, headers, body } = exchange.response;
  const all = { ...Object.fromEntries(headers), 'content-length': String(Buffer.byteLength(body)) };
  expect({ status, headers: all, body: String(body) }).toMatchObject(response);
});

it.each(TENANT)('The tenant answers as captured: $title ($source, $date)', async ({ tenant, request, response }) => {
  const { client = '', ...parameters } = request;
  const grantTypes = ['authorization_code', 'refresh_token'];
  const web = plainClient({ clientId: 'web', name: 'web', logicalName: 'web', secret: secretOf('web'), grantTypes });
  const change = tenant === undefined ? {} : { defaultDirectory: undefined };
  const { requestToken } = localTenant(fullTenant({ clients: [...fullTenant().clients, web], ...change }));
  expect(await requestToken({ audience: undefined, ...parameters }, client)).toEqual(response);
});

it('Every capture names its source, its date and its evidence', () => {
  const all: readonly Captured[] = [...GATEWAY, ...TENANT];
  expect(all.length).toBeGreaterThan(15);
  for (const { source, date, evidence } of all) {
    expect(source).not.toBe('');
    expect(date).toMatch(/^\d{4}|^undated$/);
    expect(['C', 'M', 'D']).toContain(evidence);
  }
});
