import type { ResourceServer, Tenant, User } from '../../graph/tenant.ts';
import { sameText } from './client-authentication.ts';
import { refusals } from './errors.ts';
import { apiFor, type Granted, type GrantRequest } from './grant.ts';
import { required } from './parameters.ts';
import { scopeWords, userScopes } from './scopes.ts';

/** `grant_type` of the password grant that names its connection. */
export const PASSWORD_REALM = 'http://auth0.com/oauth/grant-type/password-realm';

/**
 * A user's name and password, against the tenant's default directory.
 * Source: https://auth0.com/docs/get-started/authentication-and-authorization-flow/resource-owner-password-flow
 * @throws TokenError where the user, the connection or the client is not what it must be
 */
export function password(request: GrantRequest): Granted {
  const { tenant } = request;
  return logIn(request, 'password', () => tenant.defaultDirectory ?? refusals.noDefaultDirectory());
}

/** The same against the connection that the request names as its `realm`. */
export function passwordRealm(request: GrantRequest): Granted {
  const { tenant, parameters } = request;
  return logIn(request, 'password-realm', () => {
    const realm = required(parameters, 'realm');
    return tenant.connections.some(({ name }) => name === realm) ? realm : refusals.unknownRealm(realm);
  });
}

function logIn({ tenant, client, parameters }: GrantRequest, grantType: string, directory: () => string): Granted {
  const username = required(parameters, 'username');
  const secret = required(parameters, 'password');
  const connection = directory();
  const audience = parameters.get('audience');
  const api = audience ? apiFor(tenant, audience) : undefined;
  if (!tenant.connections.some(({ name, clientIds }) => name === connection && clientIds.includes(client.clientId))) {
    return refusals.connectionNotEnabled();
  }
  if (api !== undefined) refuseByPolicy(tenant, api, client.clientId);
  const user = tenant.users.find(
    (one) => one.connection === connection && one.email.toLowerCase() === username.toLowerCase(),
  );
  if (!sameText(secret, user?.password ?? '') || user === undefined) return refusals.wrongPassword();
  if (user.blocked) return refusals.blockedUser();
  const requested = scopeWords(parameters.get('scope') ?? '');
  const permitted = api === undefined ? [] : permissionsOf(tenant, user.roleIds, api.identifier);
  return {
    client,
    subject: user.userId,
    api,
    scopes: userScopes(requested, api ?? { scopes: [], enforcePolicies: true }, permitted),
    grantType,
    permissions: api?.permissionsInToken === true ? permitted : undefined,
  };
}

/** The permissions that the roles give on an API, each once. */
export function permissionsOf({ roles }: Tenant, roleIds: User['roleIds'], audience: string): string[] {
  const held = roles.filter(({ id }) => roleIds.includes(id)).flatMap(({ permissions }) => permissions);
  return [...new Set(held.filter((permission) => permission.audience === audience).map(({ name }) => name))];
}

function refuseByPolicy(tenant: Tenant, { identifier, userPolicy }: ResourceServer, clientId: string): void {
  const granted = tenant.grants.some(
    (one) => one.clientId === clientId && one.audience === identifier && one.subjectType === 'user',
  );
  if (userPolicy === 'deny_all' || (userPolicy === 'require_client_grant' && !granted)) {
    refusals.noClientGrant(identifier);
  }
}
