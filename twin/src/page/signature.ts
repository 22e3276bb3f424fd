import type { SigningKey } from '../tenant/signing-key.ts';

const DIGESTS = new Map([
  ['RS384', 'sha384'],
  ['RS512', 'sha512'],
] as const);

/** The twin's own signature of a token's first two parts, in base64url; by RS256 for any algorithm that is not RSA's. */
export function signatureFor(key: SigningKey, signed: string, alg: string): string {
  const digest = [...DIGESTS].find(([name]) => name === alg)?.[1] ?? 'sha256';
  return key.signatureOf(signed, digest).toString('base64url');
}
