import { authenticateClient } from './client-authentication.ts';
import { readParameters, required } from './parameters.ts';
import type { TenantService } from './service.ts';
import type { TokenRequest } from './token.ts';

/**
 * `POST /oauth/revoke`: ends the family of a refresh token. An invalid token, or one of another client, changes nothing and
 * gets the same response.
 * Source: https://auth0.com/docs/secure/tokens/refresh-tokens/revoke-refresh-tokens
 * @throws TokenError if the client fails to authenticate, or without a token
 */
export async function revoke(
  request: TokenRequest,
  service: Pick<TenantService, 'tenant' | 'state' | 'clock'>,
): Promise<void> {
  const parameters = readParameters(request.contentType, request.body);
  const client = await authenticateClient(service, parameters, request);
  const { refreshTokens } = service.state;
  const family = refreshTokens.familyOf(required(parameters, 'token'));
  if (family?.clientId === client.clientId) refreshTokens.revoke(family.id);
}
