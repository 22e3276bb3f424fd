import { createPublicKey } from 'node:crypto';
import { compactVerify, decodeJwt, decodeProtectedHeader } from 'jose';
import { z } from 'zod';
import { ASSERTION_CLAIM_LENGTH, ASSERTION_LENGTH, ASSERTION_LIFETIME, ASSERTION_SKEW } from '../../../limits/auth0.ts';
import { ASSERTION_TYPE } from '../common/client-assertion.ts';
import type { Client, ClientKey, Tenant } from '../model/tenant.ts';
import { refusals } from './errors.ts';
import type { Parameters } from './parameters.ts';
import type { TenantService } from './service.ts';

const name = z.string().min(1).max(ASSERTION_CLAIM_LENGTH);
const CLAIMS = z.object({
  iss: name,
  sub: name,
  aud: z.union([z.string(), z.array(z.string())]),
  exp: z.number(),
  iat: z.number().optional(),
  nbf: z.number().optional(),
  jti: name,
});
type AssertionClaims = z.infer<typeof CLAIMS>;

/**
 * Finds the client that signed the assertion of a request (`private_key_jwt`).
 * Source: https://auth0.com/docs/get-started/authentication-and-authorization-flow/authenticate-with-private-key-jwt, RFC 7523
 * @param base the address that the request came to, with a slash at its end
 * @throws TokenError for an assertion that is invalid, expired or used
 */
export async function clientOfAssertion(
  { tenant, state, clock }: Pick<TenantService, 'tenant' | 'state' | 'clock'>,
  parameters: Parameters,
  base: string,
): Promise<Client> {
  const assertion = parameters.get('client_assertion') ?? refusals.missingParameter('client_assertion');
  if (parameters.get('client_assertion_type') !== ASSERTION_TYPE) {
    return refusals.malformed(`client_assertion_type must be ${ASSERTION_TYPE}`);
  }
  if (assertion.length > ASSERTION_LENGTH) {
    return refusals.wrongAssertion(`the assertion is longer than ${ASSERTION_LENGTH} bytes`);
  }
  const now = clock() / 1000;
  const claims = claimsOf(assertion);
  const clientId = parameters.get('client_id') ?? claims.sub;
  const client = tenant.clients.find((declared) => declared.clientId === clientId);
  if (client === undefined) return refusals.wrongAssertion('the client is unknown');
  if (client.keys === undefined) return refusals.wrongAssertion('the client does not use private_key_jwt');
  await checkSignature(assertion, client.keys, now);
  const wrong = wrongClaim(claims, clientId, audiencesOf(tenant, base), now);
  if (wrong !== undefined) return refusals.wrongAssertion(wrong);
  const { assertions } = state;
  for (const [used, end] of assertions) if (end <= now) assertions.delete(used);
  const used = JSON.stringify([clientId, claims.jti]);
  if (assertions.has(used)) return refusals.wrongAssertion("the assertion was used before: its 'jti' works once");
  assertions.set(used, claims.exp);
  return client;
}

function claimsOf(assertion: string): AssertionClaims {
  const { success, data, error } = CLAIMS.safeParse(decoded(decodeJwt, assertion));
  if (success) return data;
  const claim = String(error.issues[0]?.path[0]);
  return refusals.wrongAssertion(`the claim '${claim}' is missing, too long or of another type`);
}

function decoded<T>(decode: (jwt: string) => T, assertion: string): T {
  try {
    return decode(assertion);
  } catch {
    return refusals.wrongAssertion('the assertion is not a JWT');
  }
}

async function checkSignature(assertion: string, keys: readonly ClientKey[], now: number): Promise<void> {
  const { kid, alg } = decoded(decodeProtectedHeader, assertion);
  const usable = keys.filter(
    ({ expiresAt, ...key }) =>
      key.algorithm === alg &&
      (kid === undefined || key.kid === kid) &&
      (expiresAt === undefined || Date.parse(expiresAt) / 1000 > now),
  );
  for (const { pem, algorithm } of usable) {
    const verified = await compactVerify(assertion, createPublicKey(pem), { algorithms: [algorithm] }).catch(
      () => undefined,
    );
    if (verified !== undefined) return;
  }
  refusals.wrongAssertion("none of the client's public keys verifies the assertion with its algorithm");
}

/** The tenant's own domain and its custom domain, as the issuer or as the token endpoint; and where the twin is. */
function audiencesOf({ domain, issuerDomain }: Tenant, base: string): string[] {
  return [`https://${domain}/`, `https://${issuerDomain}/`, base].flatMap((url) => [url, `${url}oauth/token`]);
}

function wrongClaim(
  { iss, sub, aud, exp, iat, nbf }: AssertionClaims,
  clientId: string,
  audiences: readonly string[],
  now: number,
): string | undefined {
  if (iss !== clientId || sub !== clientId) return "'iss' and 'sub' must be the client id";
  if (![aud].flat().some((audience) => audiences.includes(audience))) return `'aud' must be ${audiences[2]}`;
  if (exp <= now) return 'the assertion has expired';
  if (exp > (iat ?? now) + ASSERTION_LIFETIME) {
    return "'exp' claim must specify a time that is no more than 5 minutes after 'iat'";
  }
  const latest = now + ASSERTION_SKEW;
  return (iat ?? 0) > latest || (nbf ?? 0) > latest ? "'iat' or 'nbf' is in the future" : undefined;
}
