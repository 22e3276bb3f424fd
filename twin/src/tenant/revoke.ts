import { authenticateClient } from './client-authentication.ts';
import { readParameters, required } from './parameters.ts';
import type { TenantService } from './service.ts';

/**
 * `POST /oauth/revoke`: ends a refresh token and those that follow it. A token that is none, or another client's, changes
 * nothing, and nothing tells.
 * Source: https://auth0.com/docs/secure/tokens/refresh-tokens/revoke-refresh-tokens
 * @throws TokenError for a client that is not who it says, or without a token
 */
export function revoke(
  contentType: string,
  authorization: string | undefined,
  body: string,
  { tenant, state }: Pick<TenantService, 'tenant' | 'state'>,
): void {
  const parameters = readParameters(contentType, body);
  const client = authenticateClient(tenant.clients, parameters, authorization);
  const family = state.refreshTokens.holderOf(required(parameters, 'token'));
  if (family?.clientId === client.clientId) state.refreshTokens.revoke(family.id);
}
