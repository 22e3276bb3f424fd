import { createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { JWKS_BYTES } from '../../../limits/http-api.ts';

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
      jwksUri = DISCOVERY.parse(JSON.parse(await this.#fetchDocument(issuer, 'discovery', url))).jwks_uri;
    } catch {
      return { kind: 'unreachable', description: 'OIDC discovery endpoint communication error' };
    }
    try {
      const text = await this.#fetchDocument(issuer, 'jwks', jwksUri);
      if (Buffer.byteLength(text) > JWKS_BYTES) throw new Error('the JWKS is larger than the gateway reads');
      return { kind: 'keys', keys: keysOf(JWKS.parse(JSON.parse(text))) };
    } catch {
      return { kind: 'unreachable', description: 'JWKS communication error' };
    }
  }
}

const DISCOVERY = z.object({ jwks_uri: z.string() });
const JWKS = z.object({ keys: z.array(z.unknown()) });
const RSA_KEY = z.looseObject({ kty: z.literal('RSA'), kid: z.string() });

function keysOf({ keys }: z.infer<typeof JWKS>): ReadonlyMap<string, KeyObject> {
  const usable = keys.flatMap((jwk) => RSA_KEY.safeParse(jwk).data ?? []);
  return new Map(usable.map((jwk) => [jwk.kid, createPublicKey({ key: jwk, format: 'jwk' })]));
}
