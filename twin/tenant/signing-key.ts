import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, SignJWT, type JWK } from 'jose';
import { UserError } from '../../common/user-error.ts';

/** The key that the tenant signs with. */
export interface SigningKey {
  readonly kid: string;
  readonly publicJwk: JWK;
  readonly sign: (claims: Readonly<Record<string, unknown>>) => Promise<string>;
}

/** A new RSA key, in PKCS #8. */
export function newKeyPem(): string {
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
}

/** @throws UserError when the text is not such a key */
export async function readSigningKey(pem: string, file: string): Promise<SigningKey> {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw new UserError(
      `${file} is not a private key that can be read; delete it to get a new one (its tokens end with it).`,
    );
  }
  if (key.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048) {
    throw new UserError(`${file} is not an RSA key of 2048 bits or more; delete it to get a new one.`);
  }
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  // Auth0's key ids are 21 characters long.
  const kid = (await calculateJwkThumbprint(jwk)).slice(0, 21);
  return {
    kid,
    publicJwk: { kty: 'RSA', use: 'sig', n: jwk.n ?? '', e: jwk.e ?? '', kid, alg: 'RS256' },
    sign: (claims) => new SignJWT({ ...claims }).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid }).sign(key),
  };
}
