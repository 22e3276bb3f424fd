import type { Tenant, User } from '../model/tenant.ts';
import { authorizationRequest, callbackOf, PageError, type AuthorizationRequest } from './authorize.ts';
import { refusals } from './errors.ts';
import type { Granted } from './grant.ts';
import type { Parameters } from './parameters.ts';
import { grantToUser } from './user-grant.ts';

/** The databases whose users can log in through the client. */
export function connectionsFor(tenant: Tenant, { client, connection }: AuthorizationRequest): string[] {
  return tenant.connections
    .filter(({ clientIds, name }) => clientIds.includes(client.clientId) && (connection ?? name) === name)
    .map(({ name }) => name);
}

export function usersFor(tenant: Tenant, request: AuthorizationRequest): readonly User[] {
  const names = connectionsFor(tenant, request);
  return tenant.users.filter((user) => names.includes(user.connection));
}

/**
 * Decides a user's login as if the user had consented. Has no side effects.
 * @param parameters of `/authorize`
 * @throws TokenError if the login fails
 */
export function decideLogin(tenant: Tenant, parameters: Parameters, user: User): Granted {
  try {
    const request = authorizationRequest(tenant, callbackOf(tenant, parameters), parameters);
    if (!usersFor(tenant, request).some(({ userId }) => userId === user.userId)) refusals.connectionNotEnabled();
    if (user.blocked) refusals.blockedUser();
    return { ...grantToUser({ ...request, tenant, user }), login: {} };
  } catch (error) {
    if (error instanceof PageError) return refusals.noCallback(error.message);
    throw error;
  }
}
