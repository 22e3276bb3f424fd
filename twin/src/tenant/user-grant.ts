import { OIDC_SCOPES } from '../../../limits/oidc-scopes.ts';
import type { Client, ResourceServer, Tenant, User } from '../model/tenant.ts';
import { refusals } from './errors.ts';
import type { Granted } from './grant.ts';

/** The scope that asks for a refresh token. */
export const OFFLINE_ACCESS = 'offline_access';

/** A user who logged in through a client, and what the client asks for. */
export interface UserRequest {
  readonly tenant: Tenant;
  readonly client: Client;
  readonly user: User;
  /** Absent where no audience was named. */
  readonly api: ResourceServer | undefined;
  /** Every scope that the token may hold. */
  readonly scopes: readonly string[];
}

/**
 * Returns the scopes that a request stands for: those it names, or without RBAC and any named all of the API's.
 * Source: https://auth0.com/docs/get-started/apis/enable-role-based-access-control-for-apis
 */
export function askedScopes(requested: readonly string[], api: ResourceServer | undefined): readonly string[] {
  return requested.length === 0 && api?.enforcePolicies === false ? api.scopes : requested;
}

/**
 * Decides what a user's token holds: of the API's scopes those requested that the user is permitted and the client is
 * granted, and the OpenID Connect ones as they were requested. A third party gets none of the latter.
 * Source: https://auth0.com/docs/get-started/applications/third-party-applications/security-controls
 * @throws TokenError where the API's policy gives the client no user's token
 */
export function grantToUser({ tenant, client, user, api, scopes }: UserRequest): Granted {
  const within = api === undefined ? [] : scopesForUsers(tenant, api, client);
  const permitted = api === undefined ? [] : permissionsOf(tenant, user.roleIds, api.identifier);
  const grantable = api?.enforcePolicies === false ? within : within.filter((scope) => permitted.includes(scope));
  const openId = client.firstParty ? OIDC_SCOPES : [];
  const offline = givesRefreshToken(client, api) ? [OFFLINE_ACCESS] : [];
  const all = new Set([...grantable, ...openId, ...offline]);
  return {
    client,
    subject: user.userId,
    user,
    api,
    scopes: scopes.filter((scope) => all.has(scope)),
    asked: scopes,
    grantType: undefined,
    permissions: api?.permissionsInToken === true ? permitted : undefined,
  };
}

/** Source: https://auth0.com/docs/secure/tokens/refresh-tokens/get-refresh-tokens */
function givesRefreshToken({ grantTypes }: Client, api: ResourceServer | undefined): boolean {
  return grantTypes.includes('refresh_token') && (api?.allowOfflineAccess ?? true);
}

/** The permissions that the roles give on an API, without duplicates. */
export function permissionsOf({ roles }: Tenant, roleIds: User['roleIds'], audience: string): string[] {
  const held = roles.filter(({ id }) => roleIds.includes(id)).flatMap(({ permissions }) => permissions);
  return [...new Set(held.filter((permission) => permission.audience === audience).map(({ name }) => name))];
}

/**
 * Returns the scopes of an API that users may be given through a client. Its grant for users is the limit where the API
 * needs one, and always for a third party.
 * Source: https://auth0.com/docs/get-started/applications/application-access-to-apis-client-grants
 * @throws TokenError where the API's policy lets the client ask for none
 */
export function scopesForUsers(
  tenant: Tenant,
  { identifier, scopes, userPolicy }: ResourceServer,
  { clientId, firstParty }: Client,
): readonly string[] {
  if (userPolicy === 'deny_all') return refusals.noClientGrant(clientId, identifier, 'the API gives users no token');
  if (userPolicy === 'allow_all' && firstParty) return scopes;
  const grant = tenant.grants.find(
    (one) => one.clientId === clientId && one.audience === identifier && one.subjectType === 'user',
  );
  if (grant === undefined) return refusals.noClientGrant(clientId, identifier);
  return scopes.filter((scope) => grant.scopes.includes(scope));
}
