/** The distinct words of a `scope` parameter, in order. Source: RFC 6749, section 3.3 */
export function scopeWords(scope: string): string[] {
  return [...new Set(scope.split(' ').filter((word) => word !== ''))];
}

/**
 * The scopes for client_credentials: the whole grant if none are requested, or the requested ones if the grant has all of
 * them. Requesting more is an error; there is no intersection.
 */
export function clientScopes(
  requested: readonly string[],
  granted: readonly string[],
): { readonly granted: readonly string[]; readonly outside: readonly string[] } {
  const outside = requested.filter((scope) => !granted.includes(scope));
  return { granted: requested.length === 0 ? granted : requested, outside };
}
