/** OpenID Connect's scopes: they belong to no API, and every user may grant them. Source: OpenID Connect Core, 5.4 */
export const OIDC_SCOPES: readonly string[] = ['openid', 'profile', 'email', 'address', 'phone'];

/** Scopes that cannot be permissions. */
export const RESERVED_SCOPES: readonly string[] = [...OIDC_SCOPES, 'offline_access'];
