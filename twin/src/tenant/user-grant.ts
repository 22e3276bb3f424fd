import { OIDC_SCOPES } from '../../../limits/oidc-scopes.ts';
import type { Client, ResourceServer, Tenant, User } from '../model/tenant.ts';
import { refusals } from './errors.ts';
import type { Granted } from './grant.ts';

export const OFFLINE_ACCESS = 'offline_access';

interface UserRequest {
  readonly tenant: Tenant;
  readonly client: Client;
  readonly user: User;
  /** Absent without an audience. */
  readonly api: ResourceServer | undefined;
  /** Every scope that the token may have. */
  readonly scopes: readonly string[];
}

/**
 * The requested scopes; without RBAC and without any, all scopes of the API.
 * Source: https://auth0.com/docs/get-started/apis/enable-role-based-access-control-for-apis
 */
export function requestedScopes(requested: readonly string[], api: ResourceServer | undefined): readonly string[] {
  return requested.length === 0 && api?.enforcePolicies === false ? api.scopes : requested;
}

/**
 * Decides the scopes of a user's token: requested ∩ permitted by the user's roles ∩ granted to the client, plus the
 * requested OpenID Connect scopes, except for a third party.
 * Source: https://auth0.com/docs/get-started/applications/third-party-applications/security-controls
 * @throws TokenError if the API's policy denies the client tokens of users
 */
export function grantToUser({ tenant, client, user, api, scopes }: UserRequest): Granted {
  const available = api === undefined ? [] : scopesForUsers(tenant, api, client);
  const permitted = api === undefined ? [] : permissionsOf(tenant, user.roleIds, api.identifier);
  const grantable = api?.enforcePolicies === false ? available : available.filter((scope) => permitted.includes(scope));
  const openId = client.firstParty ? OIDC_SCOPES : [];
  const offline = givesRefreshToken(client, api) ? [OFFLINE_ACCESS] : [];
  const all = new Set([...grantable, ...openId, ...offline]);
  return {
    client,
    subject: user.userId,
    user,
    api,
    scopes: scopes.filter((scope) => all.has(scope)),
    requested: scopes,
    grantType: undefined,
    permissions: api?.permissionsInToken === true ? permitted : undefined,
  };
}

/** Source: https://auth0.com/docs/secure/tokens/refresh-tokens/get-refresh-tokens */
export function givesRefreshToken({ grantTypes }: Client, api: ResourceServer | undefined): boolean {
  return grantTypes.includes('refresh_token') && (api?.allowOfflineAccess ?? true);
}

/** The permissions of an API that the roles have, without duplicates. */
export function permissionsOf({ roles }: Tenant, roleIds: User['roleIds'], audience: string): string[] {
  const held = roles.filter(({ id }) => roleIds.includes(id)).flatMap(({ permissions }) => permissions);
  return [...new Set(held.filter((permission) => permission.audience === audience).map(({ name }) => name))];
}

/**
 * The scopes of an API that users can get through a client. The client grant for users limits them if the API requires
 * one, and always for a third party.
 * Source: https://auth0.com/docs/get-started/applications/application-access-to-apis-client-grants
 * @throws TokenError if the API's policy denies the client all of them
 */
export function scopesForUsers(
  tenant: Tenant,
  { identifier, scopes, userPolicy }: ResourceServer,
  { clientId, firstParty }: Client,
): readonly string[] {
  if (userPolicy === 'deny_all')
    return refusals.noClientGrant(clientId, identifier, 'the API issues no tokens to users');
  if (userPolicy === 'allow_all' && firstParty) return scopes;
  const grant = tenant.grants.find(
    (grant) => grant.clientId === clientId && grant.audience === identifier && grant.subjectType === 'user',
  );
  if (grant === undefined) return refusals.noClientGrant(clientId, identifier);
  return scopes.filter((scope) => grant.scopes.includes(scope));
}
