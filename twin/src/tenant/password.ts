import { checkPassword } from './check-password.ts';
import { refusals } from './errors.ts';
import { requestedApi, type Granted, type GrantRequest } from './grant.ts';
import { required, scopeWords } from './parameters.ts';
import { requestedScopes, grantToUser, scopesForUsers } from './user-grant.ts';

/** `grant_type` of the password grant that names its connection. */
export const PASSWORD_REALM = 'http://auth0.com/oauth/grant-type/password-realm';

/**
 * The password grant against the tenant's default directory.
 * Source: https://auth0.com/docs/get-started/authentication-and-authorization-flow/resource-owner-password-flow
 * @throws TokenError for an invalid user, connection or client
 */
export function password(request: GrantRequest): Granted {
  const { tenant } = request;
  return logIn(request, 'password', () => tenant.defaultDirectory ?? refusals.noDefaultDirectory());
}

/** The password grant against the connection that the request names as `realm`. */
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
  const api = requestedApi(tenant, client, parameters);
  const found = tenant.connections.find(({ name }) => name === connection);
  if (found?.clientIds.includes(client.clientId) !== true) return refusals.connectionNotEnabled();
  // Check the client's access to the API before the password.
  if (api !== undefined) scopesForUsers(tenant, api, client);
  const user = checkPassword({ tenant, logins, connections: [connection], username, password: secret });
  if (user.blocked) return refusals.blockedUser();
  const scopes = requestedScopes(scopeWords(parameters.get('scope')), api);
  return { ...grantToUser({ tenant, client, user, api, scopes }), grantType };
}
