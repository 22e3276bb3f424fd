/** Quotas and grammars of Auth0. */

/** Seconds that an access token may live. Source: https://auth0.com/docs/secure/tokens/access-tokens/update-access-token-lifetime */
export const MAX_TOKEN_LIFETIME = 2_592_000;
/** The default lifetime in seconds. */
export const DEFAULT_TOKEN_LIFETIME = 86_400;
/** Default lifetime in seconds. Source: https://auth0.com/docs/secure/tokens/id-tokens/update-id-token-lifetime */
export const DEFAULT_ID_TOKEN_LIFETIME = 36_000;
export const THIRD_PARTY_ID_TOKEN_LIFETIME = 3600;
/** Default lifetimes in seconds, absolute and idle. Source: captured clients */
export const DEFAULT_REFRESH_LIFETIME = 2_592_000;
export const DEFAULT_IDLE_REFRESH_LIFETIME = 1_296_000;
/** Source: https://auth0.com/docs/policies/entity-limits */
export const PERMISSIONS_PER_API = 1000;
export const ROLES_PER_TENANT = 1000;
export const ROLES_PER_USER = 50;
/** Characters. Source: ResourceServerScope in the schema of Auth0's Management API. */
export const PERMISSION_DESCRIPTION_LENGTH = 500;
/** A permission's name: the characters of a scope (RFC 6749, section 3.3), with Auth0's maximum length. */
export const PERMISSION = /^[\x21\x23-\x5b\x5d-\x7e]{1,280}$/;
/** Characters of an API identifier. */
export const IDENTIFIER_LENGTH = 600;
/** The maximum token count. Source: https://auth0.com/docs/api/management/v2/clients/post-clients (token_quota) */
export const LARGEST_TOKEN_QUOTA = 2_147_483_647;
/**
 * Maximum lifetimes in seconds, absolute and idle. Source:
 * https://auth0.com/docs/secure/tokens/refresh-tokens/configure-refresh-token-expiration
 */
export const MAX_REFRESH_LIFETIME = 31_557_600;
/** A connection's name. Source: https://auth0.com/docs/api/management/v2/connections/post-connections (name) */
export const CONNECTION_NAME = /^[A-Za-z0-9](-?[A-Za-z0-9]){0,127}$/;
/** Public keys of a client. Source: https://auth0.com/docs/get-started/applications/rotate-credentials */
export const KEYS_PER_CLIENT = 2;
/** Bits of an RSA key. Source: https://auth0.com/docs/secure/application-credentials/generate-rsa-key-pair */
export const SMALLEST_RSA_KEY = 2048;
/** The beginning of a public key or certificate in PEM. Rejects private keys, which Node would accept. */
export const PUBLIC_PEM = /^\s*-----BEGIN ((RSA )?PUBLIC KEY|CERTIFICATE)-----/;
/** Source: https://auth0.com/docs/get-started/applications/configure-private-key-jwt */
export const ASSERTION_ALGORITHMS = ['RS256', 'RS384', 'PS256'] as const;
/** A client assertion: bytes, characters of iss, sub and jti, and seconds. Source: https://auth0.com/docs/get-started/authentication-and-authorization-flow/authenticate-with-private-key-jwt */
export const ASSERTION_LENGTH = 2048;
export const ASSERTION_CLAIM_LENGTH = 64;
export const ASSERTION_LIFETIME = 300;
/** Seconds that iat and nbf may be in the future. */
export const ASSERTION_SKEW = 10;
