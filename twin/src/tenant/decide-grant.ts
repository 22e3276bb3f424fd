import { authorizationCode } from './authorization-code.ts';
import { clientCredentials } from './client-credentials.ts';
import { refusals } from './errors.ts';
import type { Granted, GrantRequest } from './grant.ts';
import { required, type Parameters } from './parameters.ts';
import { password, PASSWORD_REALM, passwordRealm } from './password.ts';
import { refreshToken } from './refresh-grant.ts';

interface Grant {
  readonly decide: (request: GrantRequest) => Granted;
  /** The parameters that it supports, besides those of every grant. */
  readonly parameters: readonly string[];
}

const GRANTS: Readonly<Record<string, Grant>> = {
  authorization_code: { decide: authorizationCode, parameters: ['code', 'code_verifier', 'redirect_uri'] },
  refresh_token: { decide: refreshToken, parameters: ['refresh_token', 'scope', 'audience'] },
  client_credentials: { decide: clientCredentials, parameters: ['audience', 'scope'] },
  password: { decide: password, parameters: ['username', 'password', 'audience', 'scope'] },
  [PASSWORD_REALM]: { decide: passwordRealm, parameters: ['username', 'password', 'realm', 'audience', 'scope'] },
};

export const SUPPORTED_GRANT_TYPES: readonly string[] = Object.keys(GRANTS);

const COMMON_PARAMETERS: readonly string[] = [
  'grant_type',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
];

/**
 * Auth0's other grant types: a client without one gets the same error as for the supported ones.
 * Source: https://auth0.com/docs/get-started/applications/application-grant-types
 */
const FURTHER_GRANT_TYPES: readonly string[] = [
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'urn:openid:params:grant-type:ciba',
  'http://auth0.com/oauth/grant-type/passwordless/otp',
  'http://auth0.com/oauth/grant-type/mfa-oob',
  'http://auth0.com/oauth/grant-type/mfa-otp',
  'http://auth0.com/oauth/grant-type/mfa-recovery-code',
];

/**
 * Documented parameters that change who gets a token or what it contains. The twin rejects them.
 * Source: https://auth0.com/docs/api/authentication, RFC 8707, RFC 9396
 */
const UNSUPPORTED_PARAMETERS: readonly string[] = ['organization', 'resource', 'authorization_details'];

/** The parameters of a token request that have no effect, for the log. */
export function ignoredParameters(parameters: Parameters): string[] {
  const supported = [...COMMON_PARAMETERS, ...(grantOf(parameters.get('grant_type'))?.parameters ?? [])];
  return [...parameters.keys()].filter((name) => !supported.includes(name));
}

function grantOf(grantType = ''): Grant | undefined {
  return Object.hasOwn(GRANTS, grantType) ? GRANTS[grantType] : undefined;
}

/**
 * Decides a token request of an authenticated client. The token endpoint and the access report both use this function. It
 * has no side effect except that it redeems codes of the request's state.
 * @throws TokenError with Auth0's own status, error and description
 */
export function decideGrant(request: GrantRequest): Granted {
  const { client, parameters } = request;
  const unsupported = UNSUPPORTED_PARAMETERS.find((name) => parameters.has(name));
  if (unsupported !== undefined) return refusals.unsupportedParameter(unsupported);
  const grantType = required(parameters, 'grant_type');
  const grant = grantOf(grantType);
  const known = grant !== undefined || FURTHER_GRANT_TYPES.includes(grantType);
  // A public client has no secret to prove who it is, whatever its settings say.
  if (client.isPublic && grantType === 'client_credentials') return refusals.grantTypeNotAllowed(grantType);
  if (known && !client.grantTypes.includes(grantType)) return refusals.grantTypeNotAllowed(grantType);
  return grant === undefined ? refusals.unsupportedGrantType(grantType) : grant.decide(request);
}
