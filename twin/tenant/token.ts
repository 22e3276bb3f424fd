import type { ResourceServer, Tenant, User } from '../../graph/tenant.ts';
import { authenticateClient } from './client-authentication.ts';
import { clientCredentials } from './client-credentials.ts';
import { refusals } from './errors.ts';
import type { Granted, GrantRequest } from './grant.ts';
import { readParameters, required } from './parameters.ts';
import { password, PASSWORD_REALM, passwordRealm } from './password.ts';
import { profileOf } from './profile.ts';
import type { SigningKeys } from './signing-key.ts';
import { OPAQUE_LIFETIME, type OpaqueTokens } from './userinfo.ts';
import type { LoginAttempts } from './login-attempts.ts';

const GRANTS: Readonly<Record<string, (request: GrantRequest) => Granted>> = {
  client_credentials: clientCredentials,
  password,
  [PASSWORD_REALM]: passwordRealm,
};

/**
 * What Auth0 has besides: to a client without the grant type it says so, whether or not the twin would serve it.
 * Source: https://auth0.com/docs/get-started/applications/application-grant-types
 */
const FURTHER_GRANT_TYPES: readonly string[] = [
  'authorization_code',
  'refresh_token',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'urn:openid:params:grant-type:ciba',
  'http://auth0.com/oauth/grant-type/passwordless/otp',
  'http://auth0.com/oauth/grant-type/mfa-oob',
  'http://auth0.com/oauth/grant-type/mfa-otp',
  'http://auth0.com/oauth/grant-type/mfa-recovery-code',
];

export interface TokenRequest {
  readonly contentType: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface TokenResponse {
  readonly access_token: string;
  readonly id_token?: string;
  readonly scope?: string;
  readonly expires_in: number;
  readonly token_type: 'Bearer';
}

interface Circumstances {
  readonly tenant: Tenant;
  readonly signing: SigningKeys;
  readonly opaqueTokens: OpaqueTokens;
  readonly logins: LoginAttempts;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/**
 * `POST /oauth/token`.
 * @returns the response's body, its fields in Auth0's order, and what was granted, for the log
 * @throws TokenError with Auth0's own status, error and description
 */
export async function issueToken(
  request: TokenRequest,
  circumstances: Circumstances,
): Promise<{ readonly response: TokenResponse; readonly granted: Granted }> {
  const { tenant, logins } = circumstances;
  const parameters = readParameters(request.contentType, request.body);
  const grantType = required(parameters, 'grant_type');
  const client = authenticateClient(tenant.clients, parameters, request.authorization);
  const grant = Object.hasOwn(GRANTS, grantType) ? GRANTS[grantType] : undefined;
  const known = grant !== undefined || FURTHER_GRANT_TYPES.includes(grantType);
  if (known && !client.grantTypes.includes(grantType)) return refusals.grantTypeNotAllowed(grantType);
  if (grant === undefined) return refusals.unsupportedGrantType(grantType);
  const granted = grant({ tenant, client, parameters, logins });
  return { response: await tokensFor(granted, circumstances), granted };
}

async function tokensFor(
  granted: Granted,
  { tenant, signing, opaqueTokens, clock }: Circumstances,
): Promise<TokenResponse> {
  const { api, scopes, user, subject } = granted;
  const now = Math.floor(clock() / 1000);
  const key = signing.current;
  return {
    access_token:
      api === undefined ? opaqueTokens.issue(subject, scopes) : await key.sign(accessClaims(tenant, granted, api, now)),
    ...(user !== undefined &&
      scopes.includes('openid') && { id_token: await key.sign(idClaims(tenant, granted, user, now)) }),
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    expires_in: api?.tokenLifetime ?? OPAQUE_LIFETIME,
    token_type: 'Bearer',
  };
}

/** The access token's claims, in the order that Auth0 writes them. */
function accessClaims(tenant: Tenant, granted: Granted, api: ResourceServer, now: number): Record<string, unknown> {
  const { client, subject, scopes, grantType, permissions } = granted;
  const issuer = issuerOf(tenant);
  return {
    iss: issuer,
    sub: subject,
    aud: scopes.includes('openid') ? [api.identifier, `${issuer}userinfo`] : api.identifier,
    iat: now,
    exp: now + api.tokenLifetime,
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    gty: grantType,
    azp: client.clientId,
    ...(permissions && { permissions }),
  };
}

/** The id token's claims: the profile as the scopes allow, then what identifies the token. */
function idClaims(tenant: Tenant, { client, scopes }: Granted, user: User, now: number): Record<string, unknown> {
  return {
    ...profileOf(user, scopes, new Date(now * 1000).toISOString()),
    iss: issuerOf(tenant),
    aud: client.clientId,
    iat: now,
    exp: now + client.idTokenLifetime,
    sub: user.userId,
  };
}

function issuerOf({ issuerDomain }: Tenant): string {
  return `https://${issuerDomain}/`;
}
