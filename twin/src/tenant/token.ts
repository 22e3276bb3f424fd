import type { Client, ResourceServer, Tenant, User } from '../model/tenant.ts';
import { runActions, type TokenChanges } from './actions.ts';
import { accessClaims, idClaims } from './claims.ts';
import { authenticateClient } from './client-authentication.ts';
import { decideGrant, ignoredParameters } from './decide-grant.ts';
import { accessScopes, type Granted } from './grant.ts';
import { readParameters, required, type Parameters } from './parameters.ts';
import { scopeWords } from './scopes.ts';
import type { TenantService } from './service.ts';
import { OFFLINE_ACCESS } from './user-grant.ts';
import { OPAQUE_LIFETIME } from './userinfo.ts';

/** What of an HTTP request the token endpoint reads, all of it unchecked; secrets are among it. */
export interface TokenRequest {
  readonly contentType: string;
  readonly authorization: string | undefined;
  readonly body: string;
  /** The address that it came to, with a slash at its end. */
  readonly base: string;
  readonly userAgent?: string | undefined;
}

/** The body of the answer, its tokens included: never print it. `expires_in` is in seconds. */
export interface TokenResponse {
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly id_token?: string;
  readonly scope?: string;
  readonly expires_in: number;
  readonly token_type: 'Bearer';
}

/** Who asks for what, once the client has proved that it is who it says; no text of it is a secret. */
export interface Asked {
  readonly client: Client;
  /** Whom the request names, be it with a wrong password; absent where no user of the tenant is named so. */
  readonly user: User | undefined;
  /** Absent where no audience of the tenant's is asked for. */
  readonly api: ResourceServer | undefined;
  /** As the request has it. */
  readonly grantType: string;
  readonly scopes: readonly string[];
}

/**
 * `POST /oauth/token`.
 * @param authenticated told for the log who asks for what, before that is decided
 * @returns the response's body, its fields in Auth0's order, and for the log what was granted, the scopes asked for and the
 *   parameters without effect
 * @throws TokenError with Auth0's own status, error and description
 */
export async function issueToken(
  request: TokenRequest,
  service: TenantService,
  authenticated: (asked: Asked) => void = () => undefined,
): Promise<{
  readonly response: TokenResponse;
  readonly granted: Granted;
  readonly requested: readonly string[];
  readonly ignored: readonly string[];
}> {
  const { tenant, logins, state } = service;
  const parameters = readParameters(request.contentType, request.body);
  // Missing parameters come before who the client is.
  required(parameters, 'grant_type');
  const { authorization, base } = request;
  const client = await authenticateClient(service, { parameters, authorization, base });
  const asked = askedBy(client, parameters, tenant);
  authenticated(asked);
  const decide = (): Granted => decideGrant({ tenant, client, parameters, logins, state });
  let granted = decide();
  const changes = await changesOf(granted, parameters, request.userAgent, service);
  // Meanwhile another request may have used the same refresh token.
  if (granted.refreshed !== undefined) granted = decide();
  granted = { ...granted, changes: changes ?? granted.changes };
  // After a login, what was asked for was asked at /authorize.
  const requested = granted.login === undefined ? asked.scopes : (granted.asked ?? []);
  return { response: await tokensFor(granted, service), granted, requested, ignored: ignoredParameters(parameters) };
}

function askedBy(client: Client, parameters: Parameters, { users, resourceServers }: Tenant): Asked {
  const grantType = parameters.get('grant_type') ?? '';
  const audience = parameters.get('audience');
  // A service asks for itself, whomever it names.
  const username = grantType === 'client_credentials' ? undefined : parameters.get('username')?.toLowerCase();
  return {
    client,
    user: users.find(({ email }) => email.toLowerCase() === username),
    api: resourceServers.find(({ identifier }) => identifier === audience),
    grantType,
    scopes: scopeWords(parameters.get('scope') ?? ''),
  };
}

/** After a login in the browser, Actions ran before its code was issued. */
async function changesOf(
  { client, user, api, code, asked, scopes, login, refreshed }: Granted,
  parameters: Parameters,
  userAgent: string | undefined,
  { tenant, runAction, clock }: TenantService,
): Promise<TokenChanges | undefined> {
  if (code !== undefined) return undefined;
  return runActions(user === undefined ? 'credentials-exchange' : 'post-login', runAction, {
    tenant,
    client,
    user,
    api,
    protocol: user === undefined ? undefined : refreshed === undefined ? 'oauth2-password' : 'oauth2-refresh-token',
    requestedScopes: asked ?? scopes,
    sid: login?.sid,
    method: 'POST',
    parameters,
    userAgent,
    authTime: refreshed === undefined ? clock() / 1000 : undefined,
    now: clock(),
  });
}

async function tokensFor(
  granted: Granted,
  { tenant, signing, opaqueTokens, state, clock }: TenantService,
): Promise<TokenResponse> {
  // Before anything is waited for: another request with the same token must find it used.
  const refreshToken = refreshTokenFor(granted, state);
  const { api, scopes, user, subject } = granted;
  const given = accessScopes(granted);
  const now = Math.floor(clock() / 1000);
  const key = signing.current;
  return {
    access_token:
      api === undefined ? opaqueTokens.issue(subject, given) : await key.sign(accessClaims(tenant, granted, api, now)),
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    ...(user !== undefined &&
      scopes.includes('openid') && { id_token: await key.sign(idClaims(tenant, granted, user, now)) }),
    ...(given.length > 0 && { scope: given.join(' ') }),
    expires_in: api?.tokenLifetime ?? OPAQUE_LIFETIME,
    token_type: 'Bearer',
  };
}

/** The next token of the family that was refreshed, or the first of a new one where the user allowed offline access. */
function refreshTokenFor(
  { client, subject, api, scopes, asked, login, code, refreshed }: Granted,
  { codes, refreshTokens }: TenantService['state'],
): string | undefined {
  if (refreshed !== undefined) return refreshTokens.renew(refreshed, client.login.refresh);
  if (!scopes.includes(OFFLINE_ACCESS)) return undefined;
  const { token, family } = refreshTokens.issue({
    clientId: client.clientId,
    userId: subject,
    audience: api?.identifier,
    scopes: [...(asked ?? scopes)],
    sid: login?.sid,
  });
  if (code !== undefined) codes.gave(code, family);
  return token;
}
