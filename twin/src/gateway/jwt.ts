import { verify, type KeyObject } from 'node:crypto';
import type { Claims } from './decision.ts';

/** A token taken apart, nothing of it checked yet. */
export interface ParsedJwt {
  readonly token: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Claims;
  /** What the signature is over. */
  readonly signed: string;
  readonly signature: Buffer;
}

/** A token taken apart, or why it is none: the number of its segments, or the part that cannot be read. */
export type ParseResult =
  | { readonly kind: 'jwt'; readonly jwt: ParsedJwt }
  | { readonly kind: 'segments'; readonly count: number }
  | { readonly kind: 'malformed'; readonly part: 'header' | 'payload' | 'signature' };

/** RSA with PKCS #1 v1.5, all that the authorizer takes. Source: http-api-jwt-authorizer ("only RSA-based algorithms"). */
const DIGESTS: Readonly<Record<string, string>> = { RS256: 'sha256', RS384: 'sha384', RS512: 'sha512' };

/** The number of tokens whose valid signature is remembered; a caller sends the same token many times. */
const REMEMBERED = 100;

/** The last tokens with a valid signature, and the key of each. Invalid tokens cannot displace them. */
const signedTokens = new Map<string, { readonly jwt: ParsedJwt; readonly key: KeyObject }>();

/** Takes a compact JWS apart. Source: RFC 7515, section 7.1 */
export function parseJwt(token: string): ParseResult {
  const known = signedTokens.get(token);
  if (known !== undefined) return { kind: 'jwt', jwt: known.jwt };
  const parts = token.split('.');
  const [head, payload, tail] = parts;
  if (parts.length !== 3 || head === undefined || payload === undefined || tail === undefined) {
    return { kind: 'segments', count: parts.length };
  }
  const header = decodeObject(head);
  if (header === undefined) return { kind: 'malformed', part: 'header' };
  const claims = decodeObject(payload);
  if (claims === undefined) return { kind: 'malformed', part: 'payload' };
  const signature = decodeBase64url(tail);
  if (signature === undefined) return { kind: 'malformed', part: 'signature' };
  return { kind: 'jwt', jwt: { token, header, claims, signed: `${head}.${payload}`, signature } };
}

/** Whether the authorizer takes this `alg`, which is whatever the token's header says: RS256, RS384 or RS512. */
export function isSupportedAlgorithm(alg: unknown): alg is string {
  return typeof alg === 'string' && Object.hasOwn(DIGESTS, alg);
}

/** Whether the signature is the key's, for an algorithm that `isSupportedAlgorithm` has let through. */
export function isSignedBy(key: KeyObject, alg: string, jwt: ParsedJwt): boolean {
  const { token, signed, signature } = jwt;
  if (signedTokens.get(token)?.key === key) return true;
  const isSigned = verify(DIGESTS[alg], Buffer.from(signed), key, signature);
  if (isSigned) {
    signedTokens.set(token, { jwt, key });
    const [oldest = ''] = signedTokens.keys();
    if (signedTokens.size > REMEMBERED) signedTokens.delete(oldest);
  }
  return isSigned;
}

function decodeObject(part: string): Record<string, unknown> | undefined {
  const bytes = decodeBase64url(part);
  if (bytes === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes));
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Only the one spelling that RFC 7515, section 2 allows: no padding, no other alphabet, no stray bits at the end. */
function decodeBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}
