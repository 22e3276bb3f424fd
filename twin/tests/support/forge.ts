import { constants, createHmac, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { goodClaims, signingKey, type TestTwin } from './twin.ts';

/** A part of a token before encoding: a string or bytes unchanged, anything else as JSON. */
export type Part = string | Buffer | Readonly<Record<string, unknown>>;
type Signer = (signed: string) => Buffer;

/** Keys that the tenant does not have. */
export const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
export const strangerEc = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
export const strangerEd = generateKeyPairSync('ed25519').privateKey;

export const rsa =
  (key: KeyObject, digest = 'sha256'): Signer =>
  (signed) =>
    sign(digest, Buffer.from(signed), key);
export const pss =
  (key: KeyObject, digest = 'sha256'): Signer =>
  (signed) =>
    sign(digest, Buffer.from(signed), {
      key,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    });
export const ecdsa: Signer = (signed) =>
  sign('sha256', Buffer.from(signed), { key: strangerEc, dsaEncoding: 'ieee-p1363' });
export const eddsa: Signer = (signed) => sign(null, Buffer.from(signed), strangerEd);
export const hmac =
  (secret: string | Buffer, digest = 'sha256'): Signer =>
  (signed) =>
    createHmac(digest, secret).update(signed).digest();
export const unsigned: Signer = () => Buffer.alloc(0);

export function encode(part: Part): string {
  const bytes = typeof part === 'string' || Buffer.isBuffer(part) ? part : JSON.stringify(part);
  return Buffer.from(bytes).toString('base64url');
}

/** Returns a compact JWS of any two parts. */
export function compact(header: Part, payload: Part, signer: Signer): string {
  const signed = `${encode(header)}.${encode(payload)}`;
  return `${signed}.${signer(signed).toString('base64url')}`;
}

/** Makes tokens, well-formed or not, that a twin's own key signs. */
export interface Forge {
  readonly key: KeyObject;
  readonly publicKey: KeyObject;
  readonly kid: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  /** Returns a good token with these fields changed, or removed if undefined. */
  readonly token: (header?: Readonly<Record<string, unknown>>, claims?: Readonly<Record<string, unknown>>) => string;
  /** Returns a token of exactly these parts, with a good signature. */
  readonly signed: (header: Part | undefined, payload?: Part) => string;
  /** Returns a token with these header fields changed, good claims, and a signature by another signer. */
  readonly by: (signer: Signer, header?: Readonly<Record<string, unknown>>) => string;
}

export async function forgeOf(twin: TestTwin): Promise<Forge> {
  const { key, kid } = await signingKey(twin);
  const header = { alg: 'RS256', typ: 'JWT', kid };
  const claims = goodClaims(twin);
  const digests = new Map<unknown, string>([
    ['RS384', 'sha384'],
    ['RS512', 'sha512'],
  ]);
  return {
    key,
    publicKey: createPublicKey(key),
    kid,
    header,
    claims,
    token: (headerChange = {}, claimsChange = {}) =>
      compact(
        { ...header, ...headerChange },
        { ...claims, ...claimsChange },
        rsa(key, digests.get(headerChange['alg'])),
      ),
    signed: (part = header, payload = claims) => compact(part, payload, rsa(key)),
    by: (signer, change = {}) => compact({ ...header, ...change }, claims, signer),
  };
}
