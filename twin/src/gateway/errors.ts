import type { CheckName, Refusal } from './decision.ts';
import type { GatewayResponse } from './response.ts';

/**
 * The message in the body of each response that the gateway makes itself.
 * 500 and 413 are those of AWS's Lambda test tool. Whether a late integration is a 503 or a 504 is not known.
 */
export const MESSAGES = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  408: 'Request Timeout',
  413: 'Request Entity Too Large',
  417: 'Expectation Failed',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const;

export type ErrorStatus = keyof typeof MESSAGES;

/** A response with the status's message in JSON. */
export function errorResponse(status: ErrorStatus, headers: GatewayResponse['headers'] = []): GatewayResponse {
  return {
    status,
    headers: [['content-type', 'application/json'], ...headers],
    body: JSON.stringify({ message: MESSAGES[status] }),
  };
}

/** The response to a request that is rejected; a 401 or 403 of the authorizer has the challenge of RFC 6750. */
export function refusalResponse({ status, wwwAuthenticate }: Refusal): GatewayResponse {
  return errorResponse(status, wwwAuthenticate === undefined ? [] : [['www-authenticate', wwwAuthenticate]]);
}

/** For a path that is not a plain absolute one. */
export const BAD_REQUEST: Refusal = { status: 400 };
/** For a request that no route matches; the gateway does not look at its token. */
export const NOT_FOUND: Refusal = { status: 404 };
/** Whether throttling comes before or after the authorizer is not known. */
export const TOO_MANY_REQUESTS: Refusal = { status: 429 };

/** No token at all: a bare challenge, without error fields. Measured against the service. */
export const NO_TOKEN: Refusal = {
  status: 401,
  wwwAuthenticate: 'Bearer',
  authorizerError: 'missing: token not provided',
};

/**
 * The `error_description` by the check that failed. Documented or captured: format, audience, algorithm, issuer. The
 * others are likely; docs/fidelity.md lists them as unsettled.
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
 * @param scopes the route's; a route without scopes shows `scope=""`, as it was captured
 */
export function invalidToken(
  check: CheckName,
  scopes: readonly string[],
  description = DESCRIPTIONS[check] ?? 'the token is malformed',
): Refusal {
  return challenge(401, 'invalid_token', scopes, description);
}

/** A valid token that has none of the route's scopes; the description names all of them. Captured in 2024. */
export function insufficientScope(scopes: readonly string[]): Refusal {
  return challenge(403, 'insufficient_scope', scopes, `expected scopes: [${scopes.join(' ')}]`);
}

function challenge(status: 401 | 403, error: string, scopes: readonly string[], description: string): Refusal {
  return {
    status,
    wwwAuthenticate: `Bearer scope="${scopes.join(' ')}" error="${error}" error_description="${description}"`,
    authorizerError: `${error}: ${description}`,
  };
}
