import { randomBytes } from 'node:crypto';
import type { Tenant } from '../../graph/tenant.ts';
import { authenticateClient } from './client-authentication.ts';
import { clientCredentials } from './client-credentials.ts';
import { refusals } from './errors.ts';
import type { Granted, GrantRequest } from './grant.ts';
import { readParameters, required } from './parameters.ts';
import { password, PASSWORD_REALM, passwordRealm } from './password.ts';
import type { SigningKey } from './signing-key.ts';

const GRANTS: Readonly<Record<string, (request: GrantRequest) => Granted>> = {
  client_credentials: clientCredentials,
  password,
  [PASSWORD_REALM]: passwordRealm,
};

export interface TokenRequest {
  readonly contentType: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface TokenResponse {
  readonly access_token: string;
  readonly scope?: string;
  readonly expires_in: number;
  readonly token_type: 'Bearer';
}

interface Circumstances {
  readonly tenant: Tenant;
  readonly key: SigningKey;
  /** Seconds since 1970. */
  readonly now: number;
}

/** Seconds that an opaque token for `/userinfo` alone lives. Source: auth0.com/docs/secure/tokens/access-tokens */
const OPAQUE_LIFETIME = 86_400;

/**
 * `POST /oauth/token`.
 * @returns the response's body, and what was granted, for the log
 * @throws TokenError with Auth0's own status, error and description
 */
export async function issueToken(
  request: TokenRequest,
  { tenant, key, now }: Circumstances,
): Promise<{ readonly response: TokenResponse; readonly granted: Granted }> {
  const parameters = readParameters(request.contentType, request.body);
  const grantType = required(parameters, 'grant_type');
  const client = authenticateClient(tenant.clients, parameters, request.authorization);
  const grant = Object.hasOwn(GRANTS, grantType) ? GRANTS[grantType] : undefined;
  if (grant === undefined) return refusals.unsupportedGrantType(grantType);
  if (!client.grantTypes.includes(grantType)) return refusals.grantTypeNotAllowed(grantType);
  const granted = grant({ tenant, client, parameters });
  const { api, scopes } = granted;
  const lifetime = api?.tokenLifetime ?? OPAQUE_LIFETIME;
  const response = {
    access_token:
      api === undefined ? randomBytes(24).toString('base64url') : await key.sign(claimsOf(tenant, granted, now)),
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    expires_in: lifetime,
    token_type: 'Bearer' as const,
  };
  return { response, granted };
}

/** The access token's claims, in the order that Auth0 writes them. */
function claimsOf(tenant: Tenant, granted: Granted, now: number): Record<string, unknown> {
  const { client, subject, api, scopes, grantType, permissions } = granted;
  const issuer = `https://${tenant.issuerDomain}/`;
  return {
    iss: issuer,
    sub: subject,
    aud: scopes.includes('openid') ? [api?.identifier, `${issuer}userinfo`] : api?.identifier,
    iat: now,
    exp: now + (api?.tokenLifetime ?? 0),
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    gty: grantType,
    azp: client.clientId,
    ...(permissions && { permissions }),
  };
}
