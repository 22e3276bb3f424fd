import type { ResourceServer, Tenant, User } from '../model/tenant.ts';
import { accessScopes, type Granted } from './grant.ts';

/**
 * The access token's claims in Auth0's order. Custom claims come first and cannot replace standard ones.
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
 * The ID token's claims: the profile that the scopes allow, then the standard claims.
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

export function issuerOf({ issuerDomain }: Tenant): string {
  return `https://${issuerDomain}/`;
}

/**
 * Returns the profile claims that the OpenID Connect scopes allow, in Auth0's order.
 * Source: https://auth0.com/docs/get-started/apis/scopes/openid-connect-scopes
 * @param updatedAt when the twin read the program
 */
export function profileOf(user: User, scopes: readonly string[], updatedAt: string): Record<string, unknown> {
  return {
    ...(scopes.includes('profile') && {
      ...(user.givenName !== undefined && { given_name: user.givenName }),
      ...(user.familyName !== undefined && { family_name: user.familyName }),
      nickname: user.nickname,
      name: user.name,
      ...(user.picture !== undefined && { picture: user.picture }),
      updated_at: updatedAt,
    }),
    ...(scopes.includes('email') && { email: user.email, email_verified: user.emailVerified }),
  };
}
