/** Scopes of OpenID Connect: they belong to no API, and every user may grant them. Source: OpenID Connect Core, 5.4 */
export const OIDC_SCOPES: readonly string[] = ['openid', 'profile', 'email', 'address', 'phone'];

/** Scopes that no API may have as a permission. */
export const RESERVED_SCOPES: readonly string[] = [...OIDC_SCOPES, 'offline_access'];
