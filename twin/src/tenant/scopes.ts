import { OIDC_SCOPES } from '../../../limits/oidc-scopes.ts';
import type { ResourceServer } from '../model/tenant.ts';

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

/**
 * What a user gets: of the API's scopes those requested that the user is permitted, and the OpenID Connect ones as they
 * were requested. Without RBAC any scope of the API is permitted, and all are given when none is requested.
 * Source: https://auth0.com/docs/get-started/apis/enable-role-based-access-control-for-apis
 */
export function userScopes(
  requested: readonly string[],
  api: Pick<ResourceServer, 'scopes' | 'enforcePolicies'>,
  permitted: readonly string[],
): string[] {
  if (!api.enforcePolicies && requested.length === 0) return [...api.scopes];
  const grantable = api.enforcePolicies ? api.scopes.filter((scope) => permitted.includes(scope)) : api.scopes;
  return requested.filter((scope) => grantable.includes(scope) || OIDC_SCOPES.includes(scope));
}
