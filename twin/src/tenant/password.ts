import { checkPassword } from './check-password.ts';
import { refusals } from './errors.ts';
import { apiFor, type Granted, type GrantRequest } from './grant.ts';
import { required } from './parameters.ts';
import { scopeWords } from './scopes.ts';
import { askedScopes, grantToUser, scopesForUsers } from './user-grant.ts';

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
  if (!audience && client.legacy === true) return refusals.legacyPipeline(client.name);
  const api = audience ? apiFor(tenant, audience) : undefined;
  const found = tenant.connections.find(({ name }) => name === connection);
  if (found?.clientIds.includes(client.clientId) !== true) return refusals.connectionNotEnabled();
  // Whether the client may ask for the API comes before who the user is.
  if (api !== undefined) scopesForUsers(tenant, api, client);
  const user = checkPassword({ tenant, logins, connections: [connection], username, password: secret });
  if (user.blocked) return refusals.blockedUser();
  const scopes = askedScopes(scopeWords(parameters.get('scope') ?? ''), api);
  return { ...grantToUser({ tenant, client, user, api, scopes }), grantType };
}
