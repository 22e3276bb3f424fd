import type { CheckName, Refusal } from './decision.ts';
import type { GatewayResponse } from './response.ts';

/**
 * The message in the body of the gateway's own responses. 500 and 413 are from AWS's Lambda test tool. Whether a late
 * integration is a 503 or a 504 is not known.
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

export function errorResponse(status: ErrorStatus, headers: GatewayResponse['headers'] = []): GatewayResponse {
  return {
    status,
    headers: [['content-type', 'application/json'], ...headers],
    body: JSON.stringify({ message: MESSAGES[status] }),
  };
}

/** The response to a rejected request, with the RFC 6750 challenge for a 401 or 403. */
export function refusalResponse({ status, wwwAuthenticate }: Refusal): GatewayResponse {
  return errorResponse(status, wwwAuthenticate === undefined ? [] : [['www-authenticate', wwwAuthenticate]]);
}

export const BAD_REQUEST: Refusal = { status: 400 };
export const NOT_FOUND: Refusal = { status: 404 };
/** Whether throttling comes before or after the authorizer is not known. */
export const TOO_MANY_REQUESTS: Refusal = { status: 429 };

/** A missing token: a bare challenge without error fields (measured). */
export const NO_TOKEN: Refusal = {
  status: 401,
  wwwAuthenticate: 'Bearer',
  authorizerError: 'missing: token not provided',
};

/** The `error_description` by failed check. Captured or documented: format, audience, algorithm, issuer; the others are unsettled. */
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
 * The rejection of an invalid token.
 * @param scopes those of the route; without scopes the challenge has `scope=""` (captured)
 */
export function invalidToken(
  check: CheckName,
  scopes: readonly string[],
  description = DESCRIPTIONS[check] ?? 'the token is malformed',
): Refusal {
  return challenge(401, 'invalid_token', scopes, description);
}

/** The rejection of a valid token with none of the route's scopes; the description names all of them (captured in 2024). */
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
