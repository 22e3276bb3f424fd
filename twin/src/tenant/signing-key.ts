import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  jwtVerify,
  SignJWT,
  type JWK,
  type JWTPayload,
  type JWTVerifyOptions,
} from 'jose';
import { SMALLEST_RSA_KEY } from '../../../limits/auth0.ts';
import { UserError } from '../common/user-error.ts';

export interface SigningKey {
  readonly kid: string;
  /** The published JWK with its certificate. */
  readonly publicJwk: JWK;
  readonly sign: (claims: Readonly<Record<string, unknown>>) => Promise<string>;
  /** A raw RSA PKCS #1 v1.5 signature of any string with this digest. */
  readonly signatureOf: (text: string, digest: 'sha256' | 'sha384' | 'sha512') => Buffer;
}

/** The tenant's keys. They change only at a start. */
export interface SigningKeys {
  readonly current: SigningKey;
  /** The published keys: the current one, the next one, and after a rotation the previous one. */
  readonly published: readonly JWK[];
}

/** A new RSA key, in PKCS #8. */
export function newKeyPem(): string {
  return generateKeyPairSync('rsa', { modulusLength: SMALLEST_RSA_KEY })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
}

/** Whether a PEM certificate belongs to this key and domain. */
export function isCertificateOf(certificatePem: string, keyPem: string, domain: string): boolean {
  try {
    const certificate = new X509Certificate(certificatePem);
    return certificate.subject === `CN=${domain}` && certificate.checkPrivateKey(createPrivateKey(keyPem));
  } catch {
    return false;
  }
}

/**
 * @param file the key's file, for the error
 * @throws UserError if the string is not an RSA key in PKCS #8
 */
export async function readSigningKey(
  pem: string,
  certificatePem: string | undefined,
  file: string,
): Promise<SigningKey> {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw new UserError(
      `${file} is not a readable private key; delete it to create a new one (its tokens become invalid).`,
    );
  }
  if (key.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < SMALLEST_RSA_KEY) {
    throw new UserError(`${file} is not an RSA key of ${SMALLEST_RSA_KEY} bits or more; delete it to get a new one.`);
  }
  const { n = '', e = '' } = createPublicKey(key).export({ format: 'jwk' });
  // Auth0's key ids are 21 characters long.
  const kid = (await calculateJwkThumbprint({ kty: 'RSA', n, e })).slice(0, 21);
  return {
    kid,
    publicJwk: { kty: 'RSA', use: 'sig', n, e, kid, ...certificateFields(certificatePem), alg: 'RS256' },
    sign: (claims) => new SignJWT({ ...claims }).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid }).sign(key),
    signatureOf: (text, digest) => sign(digest, Buffer.from(text), key),
  };
}

/** Returns the claims of a token that the tenant signed. Rejects for any other string. */
export async function verifyOwnToken(
  token: string,
  { published }: SigningKeys,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  const keys = createLocalJWKSet({ keys: [...published] });
  return (await jwtVerify(token, keys, { ...options, algorithms: ['RS256'] })).payload;
}

/** RFC 7517, sections 4.7 and 4.8. */
function certificateFields(pem: string | undefined): Pick<JWK, 'x5t' | 'x5c'> {
  if (pem === undefined) return {};
  const { raw } = new X509Certificate(pem);
  return { x5t: createHash('sha1').update(raw).digest('base64url'), x5c: [raw.toString('base64')] };
}
