import { createPublicKey, type KeyObject } from 'node:crypto';
import { JWKS_BYTES } from '../../../limits/http-api.ts';
import { isRecord } from '../common/shapes.ts';

export type IssuerKeys =
  | { readonly kind: 'keys'; readonly keys: ReadonlyMap<string, KeyObject> }
  | { readonly kind: 'unreachable'; readonly description: string };

/** How long the gateway caches an issuer's keys, in milliseconds. Source: http-api-jwt-authorizer ("can cache for two hours"). */
const KEPT = 2 * 60 * 60 * 1000;

/** Fetches a document from an issuer; rejects on a timeout. */
export type FetchDocument = (issuer: string, what: 'discovery' | 'jwks', url: string) => Promise<string>;

interface Cached {
  readonly keys: IssuerKeys;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** Fetches the keys of trusted issuers by discovery, and caches them as long as API Gateway does. */
export class IssuerKeyCache {
  readonly #fetchDocument: FetchDocument;
  readonly #clock: () => number;
  readonly #cache = new Map<string, Cached>();
  readonly #underWay = new Map<string, Promise<IssuerKeys>>();

  /** @param clock milliseconds since 1970 */
  constructor(fetchDocument: FetchDocument, clock: () => number) {
    this.#fetchDocument = fetchDocument;
    this.#clock = clock;
  }

  /** The cached keys, unless they have expired. */
  cached(issuer: string): IssuerKeys | undefined {
    const cached = this.#cache.get(issuer);
    return cached !== undefined && this.#clock() < cached.until ? cached.keys : undefined;
  }

  /** Fetches the issuer's keys. A failure is not cached. */
  fetch(issuer: string): Promise<IssuerKeys> {
    const underWay = this.#underWay.get(issuer) ?? this.#fetchAndKeep(issuer);
    this.#underWay.set(issuer, underWay);
    return underWay;
  }

  async #fetchAndKeep(issuer: string): Promise<IssuerKeys> {
    const keys = await this.#fetchKeys(issuer);
    if (keys.kind === 'keys') this.#cache.set(issuer, { keys, until: this.#clock() + KEPT });
    this.#underWay.delete(issuer);
    return keys;
  }

  async #fetchKeys(issuer: string): Promise<IssuerKeys> {
    let jwksUri: string;
    try {
      const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
      jwksUri = textField(JSON.parse(await this.#fetchDocument(issuer, 'discovery', url)), 'jwks_uri');
    } catch {
      return { kind: 'unreachable', description: 'OIDC discovery endpoint communication error' };
    }
    try {
      const text = await this.#fetchDocument(issuer, 'jwks', jwksUri);
      if (Buffer.byteLength(text) > JWKS_BYTES) throw new Error('the JWKS is larger than the gateway reads');
      return { kind: 'keys', keys: readKeys(JSON.parse(text)) };
    } catch {
      return { kind: 'unreachable', description: 'JWKS communication error' };
    }
  }
}

function readKeys(document: unknown): ReadonlyMap<string, KeyObject> {
  const listed: unknown = isRecord(document) ? document['keys'] : undefined;
  if (!Array.isArray(listed)) throw new Error('a JWKS has a list of keys');
  const keys = new Map<string, KeyObject>();
  for (const jwk of listed) {
    if (!isRecord(jwk) || jwk['kty'] !== 'RSA' || typeof jwk['kid'] !== 'string') continue;
    keys.set(jwk['kid'], createPublicKey({ key: jwk, format: 'jwk' }));
  }
  return keys;
}

function textField(document: unknown, field: string): string {
  const value: unknown = isRecord(document) ? document[field] : undefined;
  if (typeof value !== 'string') throw new Error(`the document has no ${field}`);
  return value;
}
