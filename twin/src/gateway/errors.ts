import type { CheckName, Refusal } from './decision.ts';

/** For a path that is no plain absolute one; no route is looked for then. */
export const BAD_REQUEST: Refusal = { status: 400, message: 'Bad Request' };
/** Whether it comes before or after the authorizer is not settled. */
export const TOO_MANY_REQUESTS: Refusal = { status: 429, message: 'Too Many Requests' };
/** For a request that no route takes: it is said before any token is looked at. */
export const NOT_FOUND: Refusal = { status: 404, message: 'Not Found' };

/** No token at all: a bare challenge, without error fields. Measured against the service. */
export const NO_TOKEN: Refusal = {
  status: 401,
  message: 'Unauthorized',
  wwwAuthenticate: 'Bearer',
  authorizerError: 'missing: token not provided',
};

/**
 * The words of `error_description`, by the check that failed. Documented or captured: format, audience, algorithm,
 * issuer. The others are the likeliest words; docs/fidelity.md lists them as unsettled.
 */
const DESCRIPTIONS: Partial<Record<CheckName, string>> = {
  format: 'token contains an invalid number of segments',
  key: 'the token has an unknown key id',
  signature: 'crypto/rsa: verification error',
  issuer: 'issuer does not match',
  audience: 'the token does not have a valid audience',
  expiry: 'the token has expired',
  'not before': 'the token is not valid yet',
  'issued at': 'the token was used before it was issued',
};

/**
 * A token that fails a check before the scope's.
 * @param scopes those of the route; a route without any shows `scope=""`, as it was captured
 */
export function invalidToken(
  check: CheckName,
  scopes: readonly string[],
  description = DESCRIPTIONS[check] ?? 'the token is malformed',
): Refusal {
  return {
    status: 401,
    message: 'Unauthorized',
    wwwAuthenticate: `Bearer scope="${scopes.join(' ')}" error="invalid_token" error_description="${description}"`,
    authorizerError: `invalid_token: ${description}`,
  };
}

/** A good token that holds none of the route's scopes. The header's form is RFC 6750's, section 3; not captured. */
export function insufficientScope(scopes: readonly string[]): Refusal {
  const description = 'the token does not have a required scope';
  return {
    status: 403,
    message: 'Forbidden',
    wwwAuthenticate: `Bearer scope="${scopes.join(' ')}" error="insufficient_scope" error_description="${description}"`,
    authorizerError: `insufficient_scope: ${description}`,
  };
}
