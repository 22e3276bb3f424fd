import type { Client, ResourceServer, Tenant, User } from '../model/tenant.ts';
import { runActions, type TokenChanges } from './actions.ts';
import { accessClaims, idClaims } from './claims.ts';
import { authenticateClient, type Credentials } from './client-authentication.ts';
import { decideGrant, ignoredParameters } from './decide-grant.ts';
import { accessScopes, type Granted } from './grant.ts';
import { randomKey } from './expiring.ts';
import { readParameters, required, scopeWords, type Parameters } from './parameters.ts';
import { OPAQUE_LIFETIME } from './login-state.ts';
import type { TenantService } from './service.ts';
import { OFFLINE_ACCESS } from './user-grant.ts';

/** The unchecked parts of a token request. It contains secrets. */
export interface TokenRequest extends Credentials {
  readonly contentType: string;
  readonly body: string;
  readonly userAgent?: string | undefined;
}

/** The response's body in Auth0's field order, with its tokens: never print it. `expires_in` is in seconds. */
interface TokenResponse {
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly id_token?: string;
  readonly scope?: string;
  readonly expires_in: number;
  readonly token_type: 'Bearer';
}

/** A request of an authenticated client, for the log. Its strings are not secret. */
export interface TokenAttempt {
  readonly client: Client;
  /** The user that the request names, even with a wrong password; absent for an unknown user. */
  readonly user: User | undefined;
  /** Absent for an unknown audience. */
  readonly api: ResourceServer | undefined;
  /** As sent. */
  readonly grantType: string;
  readonly scopes: readonly string[];
}

/** An issued token. For the log it has the grant, the requested scopes and the parameters without effect. */
export interface Issued {
  readonly response: TokenResponse;
  readonly granted: Granted;
  readonly requested: readonly string[];
  readonly ignored: readonly string[];
}

/**
 * `POST /oauth/token`.
 * @param authenticated called with the request once the client is authenticated
 * @throws TokenError with Auth0's own status, error and description
 */
export async function issueToken(
  request: TokenRequest,
  service: TenantService,
  authenticated: (attempt: TokenAttempt) => void = () => undefined,
): Promise<Issued> {
  const { tenant, logins, state } = service;
  const parameters = readParameters(request.contentType, request.body);
  // Missing parameters are reported before the client is authenticated.
  required(parameters, 'grant_type');
  const client = await authenticateClient(service, parameters, request);
  const attempt = attemptOf(client, parameters, tenant);
  authenticated(attempt);
  const decide = (): Granted => decideGrant({ tenant, client, parameters, logins, state });
  let granted = decide();
  const changes = await changesOf(granted, parameters, request.userAgent, service);
  // Another request may have used the same refresh token while the Actions ran.
  if (granted.refreshed !== undefined) granted = decide();
  granted = { ...granted, changes: changes ?? granted.changes };
  // A login requested its scopes at /authorize.
  const requested = granted.login === undefined ? attempt.scopes : (granted.requested ?? []);
  return { response: await tokensFor(granted, service), granted, requested, ignored: ignoredParameters(parameters) };
}

function attemptOf(client: Client, parameters: Parameters, { users, resourceServers }: Tenant): TokenAttempt {
  const grantType = parameters.get('grant_type') ?? '';
  const audience = parameters.get('audience');
  // client_credentials ignores a username.
  const username = grantType === 'client_credentials' ? undefined : parameters.get('username')?.toLowerCase();
  return {
    client,
    user: users.find(({ email }) => email.toLowerCase() === username),
    api: resourceServers.find(({ identifier }) => identifier === audience),
    grantType,
    scopes: scopeWords(parameters.get('scope')),
  };
}

/** A login in the browser has run its Actions before its code was issued. */
async function changesOf(
  { client, user, api, code, requested, scopes, login, refreshed }: Granted,
  parameters: Parameters,
  userAgent: string | undefined,
  service: TenantService,
): Promise<TokenChanges | undefined> {
  if (code !== undefined) return undefined;
  return runActions(service, {
    client,
    user,
    api,
    protocol: user === undefined ? undefined : refreshed === undefined ? 'oauth2-password' : 'oauth2-refresh-token',
    requestedScopes: requested ?? scopes,
    sid: login?.sid,
    method: 'POST',
    parameters,
    userAgent,
    authTime: refreshed === undefined ? service.clock() / 1000 : undefined,
  });
}

async function tokensFor(granted: Granted, { tenant, signing, state, clock }: TenantService): Promise<TokenResponse> {
  // Before the first await, so that a second request with the same token finds it used.
  const refreshToken = refreshTokenFor(granted, state);
  const { api, client, scopes, user, subject } = granted;
  const inToken = accessScopes(granted);
  const now = Math.floor(clock() / 1000);
  const key = signing.current;
  return {
    access_token:
      api === undefined
        ? state.opaqueTokens.add({ userId: subject, clientId: client.clientId, scopes: inToken }, randomKey(24))
        : await key.sign(accessClaims(tenant, granted, api, now)),
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    ...(user !== undefined &&
      scopes.includes('openid') && { id_token: await key.sign(idClaims(tenant, granted, user, now)) }),
    ...(inToken.length > 0 && { scope: inToken.join(' ') }),
    expires_in: api?.tokenLifetime ?? OPAQUE_LIFETIME,
    token_type: 'Bearer',
  };
}

/** The next token of a refreshed family, or the first of a new one if the user allowed offline access. */
function refreshTokenFor(
  { client, subject, api, scopes, requested, login, code, refreshed }: Granted,
  { codes, refreshTokens }: TenantService['state'],
): string | undefined {
  if (refreshed !== undefined) return refreshTokens.renew(refreshed, client.login.refresh);
  if (!scopes.includes(OFFLINE_ACCESS)) return undefined;
  const { token, family } = refreshTokens.issue({
    clientId: client.clientId,
    userId: subject,
    audience: api?.identifier,
    scopes: [...(requested ?? scopes)],
    sid: login?.sid,
  });
  const exchanged = codes.get(code);
  if (exchanged !== undefined) exchanged.family = family;
  return token;
}
