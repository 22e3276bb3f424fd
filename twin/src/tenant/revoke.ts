import { authenticateClient } from './client-authentication.ts';
import { readParameters, required } from './parameters.ts';
import type { TenantService } from './service.ts';
import type { TokenRequest } from './token.ts';

/**
 * `POST /oauth/revoke`: ends a refresh token and those that follow it. A token that is none, or another client's, changes
 * nothing, and nothing tells.
 * Source: https://auth0.com/docs/secure/tokens/refresh-tokens/revoke-refresh-tokens
 * @throws TokenError for a client that is not who it says, or without a token
 */
export async function revoke(
  { contentType, authorization, body, base }: TokenRequest,
  service: Pick<TenantService, 'tenant' | 'state' | 'clock'>,
): Promise<void> {
  const parameters = readParameters(contentType, body);
  const client = await authenticateClient(service, { parameters, authorization, base });
  const { refreshTokens } = service.state;
  const family = refreshTokens.holderOf(required(parameters, 'token'));
  if (family?.clientId === client.clientId) refreshTokens.revoke(family.id);
}
