/** Scopes of OpenID Connect: they belong to no API, and every user may grant them. Source: OpenID Connect Core, 5.4 */
export const OIDC_SCOPES: readonly string[] = ['openid', 'profile', 'email', 'address', 'phone'];
