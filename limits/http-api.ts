/**
 * Quotas and grammars of an HTTP API.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html, unless a line names another.
 */

/** Routes of an API, unless AWS raised the quota. */
export const DEFAULT_ROUTE_QUOTA = 300;
export const INTEGRATIONS_PER_API = 300;
export const AUDIENCES_PER_AUTHORIZER = 50;
export const SCOPES_PER_ROUTE = 10;
/** Characters. Source: AuthorizationScopes in https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-routes.html */
export const SCOPE_LENGTH = { min: 1, max: 64 } as const;
/** Milliseconds. */
export const INTEGRATION_TIMEOUT = { min: 50, max: 30_000 } as const;
/** Characters. Source: integrationUri in https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-integrations.html */
export const INTEGRATION_URL_LENGTH = 2048;
/** Bytes of the request line and all headers. */
export const REQUEST_HEAD_BYTES = 10_240;
/** Bytes of a request's or a response's body. */
export const BODY_BYTES = 10 * 1024 * 1024;
/** Milliseconds that the gateway waits for each of an issuer's documents. */
export const ISSUER_TIMEOUT = 1500;
/** Maximum bytes of an issuer's key set. */
export const JWKS_BYTES = 150_000;
/** Characters. Source: http-api-stages.stage-variables. */
export const STAGE_VARIABLE = { name: /^\w{1,64}$/, valueLength: 512 } as const;
/** Seconds that browsers may cache a preflight response. Source: http-api-cors. */
export const CORS_MAX_AGE = 86_400;
/** The largest burst or rate: AWS uses 32 bits. */
export const LARGEST_THROTTLE = 2_147_483_647;

/** Where a JWT authorizer reads the token. Source: http-api-jwt-authorizer. */
export const IDENTITY_SOURCE = /^\$request\.(header|querystring)\.([A-Za-z0-9_-]+)$/;

export interface IdentitySource {
  readonly from: 'header' | 'querystring';
  readonly name: string;
}

/** Returns a parsed identity source; undefined if API Gateway rejects it. */
export function parseIdentitySource(text: string): IdentitySource | undefined {
  const [, from, name] = IDENTITY_SOURCE.exec(text) ?? [];
  if (name === undefined) return undefined;
  return { from: from === 'header' ? 'header' : 'querystring', name };
}

/**
 * An API's base path at a custom domain, slightly stricter than AWS.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-mappings.html
 */
export const BASE_PATH = {
  pattern: /^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/,
  length: 300,
  reserved: /^s?ping(\/|$)/,
} as const;

/** A stage's name other than `$default`. Source: StageName in CreateStage of API Gateway v2. */
export const STAGE_NAME = /^[A-Za-z0-9_-]{1,128}$/;
