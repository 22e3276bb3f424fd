/** The words of a `scope` parameter, each once, in the order asked. Source: RFC 6749, section 3.3 */
export function scopeWords(scope: string): string[] {
  return [...new Set(scope.split(' ').filter((word) => word !== ''))];
}

/**
 * What a service gets that asks for itself: all of its grant when it asks for nothing, what it asks for when the grant
 * has it all. There is no intersection here: asking for more is refused, as a whole.
 */
export function clientScopes(
  requested: readonly string[],
  granted: readonly string[],
): { readonly granted: readonly string[]; readonly outside: readonly string[] } {
  const outside = requested.filter((scope) => !granted.includes(scope));
  return { granted: requested.length === 0 ? granted : requested, outside };
}
