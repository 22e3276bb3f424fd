import type { ResourceServer, Tenant, User } from '../model/tenant.ts';
import { accessScopes, type Granted } from './grant.ts';
import { profileOf } from './profile.ts';

/**
 * The access token's claims, in the order that Auth0 writes them: custom ones come first, and replace none.
 * @param now seconds since 1970
 */
export function accessClaims(
  tenant: Tenant,
  granted: Granted,
  api: ResourceServer,
  now: number,
): Record<string, unknown> {
  const { client, subject, grantType, permissions, changes } = granted;
  const scopes = accessScopes(granted);
  const issuer = issuerOf(tenant);
  return {
    ...changes?.accessClaims,
    iss: issuer,
    sub: subject,
    aud: scopes.includes('openid') ? [api.identifier, `${issuer}userinfo`] : api.identifier,
    iat: now,
    exp: now + api.tokenLifetime,
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    ...(grantType !== undefined && { gty: grantType }),
    azp: client.clientId,
    ...(permissions && { permissions }),
  };
}

/**
 * The id token's claims: the profile as the scopes allow, then what identifies the token.
 * @param now seconds since 1970
 */
export function idClaims(
  tenant: Tenant,
  { client, scopes, login, changes }: Granted,
  user: User,
  now: number,
): Record<string, unknown> {
  return {
    ...changes?.idClaims,
    ...profileOf(user, scopes, new Date(now * 1000).toISOString()),
    iss: issuerOf(tenant),
    aud: client.clientId,
    iat: now,
    exp: now + client.idTokenLifetime,
    sub: user.userId,
    ...(login?.authTime !== undefined && { auth_time: login.authTime }),
    ...(login?.sid !== undefined && { sid: login.sid }),
    ...(login?.nonce !== undefined && { nonce: login.nonce }),
  };
}

/** What a tenant's tokens name as their issuer. */
export function issuerOf({ issuerDomain }: Tenant): string {
  return `https://${issuerDomain}/`;
}
