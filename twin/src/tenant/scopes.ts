/** The distinct words of a `scope` parameter, in order. Source: RFC 6749, section 3.3 */
export function scopeWords(scope = ''): string[] {
  return [...new Set(scope.split(' ').filter((word) => word !== ''))];
}
