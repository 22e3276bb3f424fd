import type { ResourceServer, Tenant, User } from '../model/tenant.ts';
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

function logIn(
  { tenant, client, parameters, logins }: GrantRequest,
  grantType: string,
  directory: () => string,
): Granted {
  // Source: https://auth0.com/docs/get-started/applications/third-party-applications
  if (!client.firstParty) return refusals.grantTypeNotAllowed(required(parameters, 'grant_type'));
  const username = required(parameters, 'username');
  const secret = required(parameters, 'password');
  const connection = directory();
  const audience = parameters.get('audience');
  const api = audience ? apiFor(tenant, audience) : undefined;
  const found = tenant.connections.find(({ name }) => name === connection);
  if (found?.clientIds.includes(client.clientId) !== true) return refusals.connectionNotEnabled();
  const within = api === undefined ? [] : scopesForUsers(tenant, api, client.clientId);
  const user = tenant.users.find(
    (one) => one.connection === connection && one.email.toLowerCase() === username.toLowerCase(),
  );
  if (logins.areTooMany(connection, username)) return refusals.tooManyAttempts();
  if (!sameText(secret, user?.password ?? '') || user === undefined) {
    if (found.bruteForceProtection) logins.failed(connection, username);
    return refusals.wrongPassword();
  }
  logins.succeeded(connection, username);
  if (user.blocked) return refusals.blockedUser();
  const requested = scopeWords(parameters.get('scope') ?? '');
  const permitted = api === undefined ? [] : permissionsOf(tenant, user.roleIds, api.identifier);
  return {
    client,
    subject: user.userId,
    user,
    api,
    scopes: userScopes(requested, { scopes: within, enforcePolicies: api?.enforcePolicies ?? true }, permitted),
    grantType,
    permissions: api?.permissionsInToken === true ? permitted : undefined,
  };
}

/** The permissions that the roles give on an API, each once. */
export function permissionsOf({ roles }: Tenant, roleIds: User['roleIds'], audience: string): string[] {
  const held = roles.filter(({ id }) => roleIds.includes(id)).flatMap(({ permissions }) => permissions);
  return [...new Set(held.filter((permission) => permission.audience === audience).map(({ name }) => name))];
}

/**
 * The scopes of an API that users may be given through a client: its grant for users is the limit where one is needed.
 * Source: https://auth0.com/docs/get-started/applications/application-access-to-apis-client-grants
 * @throws TokenError where the API's policy lets the client ask for none
 */
function scopesForUsers(
  tenant: Tenant,
  { identifier, scopes, userPolicy }: ResourceServer,
  clientId: string,
): readonly string[] {
  if (userPolicy === 'allow_all') return scopes;
  const grant = tenant.grants.find(
    (one) => one.clientId === clientId && one.audience === identifier && one.subjectType === 'user',
  );
  if (userPolicy === 'deny_all') return refusals.noClientGrant(clientId, identifier, 'the API gives users no token');
  if (grant === undefined) return refusals.noClientGrant(clientId, identifier);
  return scopes.filter((scope) => grant.scopes.includes(scope));
}
