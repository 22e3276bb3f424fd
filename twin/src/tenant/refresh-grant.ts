import { refusals } from './errors.ts';
import { apiFor, type Granted, type GrantRequest } from './grant.ts';
import { required, scopeWords } from './parameters.ts';
import { grantToUser } from './user-grant.ts';

/**
 * Exchanges a refresh token for an access token with the same scopes or fewer, by the user's current roles. The caller
 * renews the token's family.
 * Source: https://auth0.com/docs/secure/tokens/refresh-tokens/use-refresh-tokens
 * @throws TokenError for an invalid token
 */
export function refreshToken({ tenant, client, parameters, state }: GrantRequest): Granted {
  const token = required(parameters, 'refresh_token');
  const found = state?.refreshTokens.find(token, client.clientId, client.login.refresh);
  if (found === undefined) return refusals.wrongRefreshToken();
  const { userId, audience, scopes, sid } = found.family;
  const user = tenant.users.find((declared) => declared.userId === userId) ?? refusals.userIsGone();
  if (user.blocked) return refusals.blockedAtRefresh();
  const api = apiFor(tenant, audience);
  if (api?.allowOfflineAccess === false) return refusals.wrongRefreshToken();
  // With multi-resource refresh tokens this would select another API.
  if ((parameters.get('audience') ?? audience) !== audience) return refusals.unsupportedParameter('audience');
  const requested = parameters.get('scope');
  const narrowed = requested === undefined ? scopes : scopeWords(requested).filter((scope) => scopes.includes(scope));
  return {
    ...grantToUser({ tenant, client, user, api, scopes: narrowed }),
    grantType: 'refresh_token',
    login: { sid },
    refreshed: found,
  };
}
