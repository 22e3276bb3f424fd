import { refusals } from './errors.ts';
import { scopeWords } from './parameters.ts';
import type { Granted, GrantRequest } from './grant.ts';

/**
 * The client_credentials grant.
 * Source: https://auth0.com/docs/get-started/authentication-and-authorization-flow/client-credentials-flow
 * @throws TokenError if the client grant does not cover the request
 */
export function clientCredentials({ tenant, client, parameters }: GrantRequest): Granted {
  const audience = parameters.get('audience');
  if (!audience) return refusals.noAudience();
  const api =
    tenant.resourceServers.find(({ identifier }) => identifier === audience) ?? refusals.serviceNotEnabled(audience);
  const grant = tenant.grants.find(
    ({ clientId, audience: granted, subjectType }) =>
      clientId === client.clientId && granted === audience && subjectType === 'client',
  );
  if (api.clientPolicy === 'deny_all')
    return refusals.noClientGrant(client.clientId, audience, 'the API issues no tokens to clients');
  if (grant === undefined) return refusals.noClientGrant(client.clientId, audience);
  const requested = scopeWords(parameters.get('scope'));
  // Requesting more than the grant is an error; there is no intersection.
  const outside = requested.filter((scope) => !grant.scopes.includes(scope));
  if (outside.length > 0) return refusals.scopesOutsideGrant(outside);
  const scopes = requested.length === 0 ? grant.scopes : requested;
  return {
    client,
    subject: `${client.clientId}@clients`,
    user: undefined,
    api,
    scopes,
    grantType: 'client-credentials',
    // Captured: the claim has the granted scopes.
    permissions: api.permissionsInToken ? scopes : undefined,
  };
}
