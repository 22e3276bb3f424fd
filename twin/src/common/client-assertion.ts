import { randomUUID, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';

/** Source: RFC 7523, section 2.2 */
export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * Returns the parameters that replace `client_secret` with `private_key_jwt`, for one request within a minute.
 * @param issuer the tenant's URL, with its trailing slash
 */
export async function assertionParameters(
  clientId: string,
  issuer: string,
  key: KeyObject,
  algorithm: string,
): Promise<{ readonly client_assertion_type: string; readonly client_assertion: string }> {
  const assertion = new SignJWT()
    .setProtectedHeader({ alg: algorithm })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(issuer)
    .setIssuedAt()
    .setExpirationTime('1m')
    .setJti(randomUUID());
  return { client_assertion_type: ASSERTION_TYPE, client_assertion: await assertion.sign(key) };
}
