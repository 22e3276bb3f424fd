import { verify, type KeyObject } from 'node:crypto';
import { isRecord } from '../common/shapes.ts';
import type { Claims } from './decision.ts';

/** A parsed token; nothing in it is verified. */
interface ParsedJwt {
  readonly token: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Claims;
  /** The signed part. */
  readonly signed: string;
  readonly signature: Buffer;
}

type ParseResult =
  | { readonly kind: 'jwt'; readonly jwt: ParsedJwt }
  | { readonly kind: 'segments'; readonly count: number }
  | { readonly kind: 'malformed'; readonly part: 'header' | 'payload' | 'signature' };

/** The authorizer's algorithms: RSA with PKCS #1 v1.5. Source: http-api-jwt-authorizer ("only RSA-based algorithms"). */
const DIGESTS: Readonly<Record<string, string>> = { RS256: 'sha256', RS384: 'sha384', RS512: 'sha512' };

/** Size of the cache below. */
const REMEMBERED = 100;

/** The last tokens with a valid signature, each with its key: callers repeat tokens. Invalid tokens cannot evict them. */
const signedTokens = new Map<string, { readonly jwt: ParsedJwt; readonly key: KeyObject }>();

/** Parses a compact JWS. Source: RFC 7515, section 7.1 */
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

export function isSupportedAlgorithm(alg: unknown): alg is string {
  return typeof alg === 'string' && Object.hasOwn(DIGESTS, alg);
}

/** @param algorithm one that `isSupportedAlgorithm` accepts */
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
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Accepts only canonical base64url: no padding, no other alphabet, no stray bits. Source: RFC 7515, section 2 */
function decodeBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}
