import { generateKeyPairSync } from 'node:crypto';
import { IssuerKeyCache } from '../../src/gateway/issuer-keys.ts';
import { answer, type Exchange, type Gateway } from '../../src/gateway/pipeline.ts';
import { headerValues } from '../../src/gateway/request.ts';
import type { Route } from '../../src/model/http-api.ts';
import { compact, rsa } from './forge.ts';
import { localApi } from './local-api.ts';
import { plainAuthorizer } from './plain-model.ts';

/** The time of every request, in milliseconds. */
export const NOW = Date.UTC(2026, 2, 12, 19, 3, 58);

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const DOCUMENTS = {
  discovery: JSON.stringify({ jwks_uri: 'https://tenant.eu.auth0.com/keys' }),
  jwks: JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'key' }] }),
};

/** Returns an Authorization header with a token that the plain authorizer accepts, with some claims changed. */
export function bearer(change: Readonly<Record<string, unknown>> = {}): string {
  const { issuer: iss, audiences: aud } = plainAuthorizer();
  const claims = { iss, aud, exp: NOW / 1000 + 3600, scope: 'read:user', ...change };
  return `Authorization: Bearer ${compact({ alg: 'RS256', kid: 'key' }, claims, rsa(privateKey))}`;
}

/** Returns a gateway in this process, whose functions return this JSON. */
export function localGateway(
  routes: readonly Route[],
  { payload = '2.0', json = 'null' }: { readonly payload?: '1.0' | '2.0'; readonly json?: string } = {},
): Gateway {
  const clock = (): number => NOW;
  return {
    api: localApi(routes.map((route) => ({ ...route, integration: { ...route.integration, payload } }))),
    keys: new IssuerKeyCache(async (_issuer, what) => DOCUMENTS[what], clock),
    invoke: async () => ({ kind: 'returned', json }),
    forwards: new Map(),
    take: () => true,
    clock,
  };
}

/** Sends a request with these header lines and this body. */
export function send(
  gateway: Gateway,
  method: string,
  target: string,
  lines: readonly string[] = [],
  body: string | Buffer = '',
): Promise<Exchange> {
  const rawHeaders = lines.flatMap((line) => line.split(/: ?(.*)/s).slice(0, 2));
  const request = { method, target, rawHeaders, body: Buffer.from(body), sourceIp: '127.0.0.1', httpVersion: '1.1' };
  return answer(request, gateway);
}

/** Returns the values of a response's header. */
export function valuesOf({ response }: Exchange, name: string): string[] {
  return headerValues(response.headers.flat(), name);
}
