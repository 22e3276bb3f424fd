/** An error response of the tenant. Source: https://auth0.com/docs/api/authentication and captures. */
export class TokenError extends Error {
  readonly status: number;
  readonly error: string;
  /** A short description without names, for a cell of the access report. */
  readonly inShort: string;
  readonly uri: string | undefined;

  constructor(status: number, error: string, description: string, inShort: string, uri?: string) {
    super(description);
    this.status = status;
    this.error = error;
    this.inShort = inShort;
    this.uri = uri;
  }
}

function refuse(status: number, error: string, description: string, inShort = error, uri?: string): never {
  throw new TokenError(status, error, description, inShort, uri);
}

const invalid = (description: string, inShort?: string): never => refuse(400, 'invalid_request', description, inShort);
const denied = (description: string, inShort?: string): never => refuse(403, 'access_denied', description, inShort);
const failed = (description: string, inShort?: string): never => refuse(500, 'server_error', description, inShort);
const badGrant = (description: string, inShort?: string): never => refuse(403, 'invalid_grant', description, inShort);

/** The tenant's errors with Auth0's own descriptions. docs/fidelity.md has the evidence for each. */
export const refusals = {
  missingParameter: (name: string) => invalid(`Missing required parameter: ${name}`),
  malformed: (description: string) => invalid(description),
  tooLarge: () => refuse(413, 'invalid_request', 'The body is too large'),
  missingClientId: () => refuse(401, 'invalid_client', 'Missing client_id'),
  /** The same for an unknown client and a wrong secret. */
  wrongClient: () => refuse(401, 'access_denied', 'Unauthorized'),
  /** Auth0's log has the reason; whether its response has it too is not known. */
  wrongAssertion: (why: string) =>
    refuse(401, 'invalid_client', `Failed client authentication: ${why}`, 'the client assertion is invalid'),
  unsupportedGrantType: (grantType: string) =>
    refuse(403, 'unsupported_grant_type', `Unsupported grant type: ${grantType}`),
  grantTypeNotAllowed: (grantType: string) =>
    refuse(
      403,
      'unauthorized_client',
      `Grant type '${grantType}' not allowed for the client.`,
      'the client may not use this grant',
      'https://auth0.com/docs/clients/client-grant-types',
    ),
  unsupportedResponseType: (type: string) =>
    refuse(400, 'unsupported_response_type', `Unsupported response type: ${type}`),
  /** The code is unknown, redeemed, expired or another client's. */
  wrongCode: () => badGrant('Invalid authorization code'),
  wrongVerifier: () => badGrant('Failed to verify code verifier'),
  wrongRedirect: (sent: string | undefined, expected: string) =>
    refuse(
      403,
      'unauthorized_client',
      `The redirect URI is wrong. You sent ${sent ?? 'null'}, and we expected ${expected}`,
    ),
  /** Shown on a page, since there is no callback. */
  noCallback: (description: string) => invalid(description, 'the client has no callback'),
  wrongRefreshToken: () => badGrant('Unknown or invalid refresh token.'),
  userIsGone: () => badGrant("The refresh_token was generated for a user who doesn't exist anymore."),
  blockedAtRefresh: () => badGrant('user is blocked', 'the user is blocked'),
  loginRequired: () => refuse(400, 'login_required', 'Login required'),
  consentRequired: () => refuse(400, 'consent_required', 'Consent required'),
  /** The user declined; Auth0 sends no description. */
  consentDeclined: () => refuse(400, 'access_denied', ''),
  unknownAudience: (audience: string) => denied(`Service not found: ${audience}`),
  serviceNotEnabled: (audience: string) => denied(`Service not enabled within domain: ${audience}`),
  noAudience: () => denied('Non-global clients are not allowed access to APIv1'),
  /** @param why the reason for the report; Auth0 does not send it */
  noClientGrant: (clientId: string, audience: string, why = 'no client grant for the API') =>
    denied(
      `Client "${clientId}" is not authorized to access resource server "${audience}". You need to create a "client-grant" associated to this API.`,
      why,
    ),
  /** Auth0 would use its rules from before OpenID Connect, which the twin does not have. */
  legacyPipeline: (client: string) =>
    invalid(
      `The twin does not support a request without an audience from a client that is not OIDC conformant; send an audience, or declare ${client} with oidcConformant: true`,
      'a client that is not OIDC conformant',
    ),
  unsupportedParameter: (name: string) =>
    invalid(`The twin does not support the parameter ${name}`, 'an unsupported parameter'),
  scopesOutsideGrant: (scopes: readonly string[]) => denied(`Client has not been granted scopes: ${scopes.join(', ')}`),
  wrongPassword: () => badGrant('Wrong email or password.', 'no such user'),
  tooManyAttempts: () =>
    refuse(
      429,
      'too_many_attempts',
      "Your account has been blocked after multiple consecutive login attempts. We've sent you a notification via your preferred contact method with instructions on how to unblock it.",
    ),
  blockedUser: () => refuse(403, 'unauthorized', 'user is blocked', 'the user is blocked'),
  deniedByAction: (error: string, reason: string) =>
    refuse({ access_denied: 403, server_error: 500 }[error] ?? 400, error, reason, 'an Action denies it'),
  failedAction: (name: string, why: string) => failed(`The Action "${name}" failed: ${why}`),
  /** The twin's own error: the Action may decide by something that the twin lacks. */
  unsupportedByAction: (name: string, what: string) =>
    failed(`The Action "${name}" uses what the twin does not support: ${what}`),
  noDefaultDirectory: () =>
    failed('Authorization server not configured with default connection.', 'the tenant has no default directory'),
  unknownRealm: (realm: string) => refuse(403, 'invalid_request', `Unknown realm '${realm}'`),
  connectionNotEnabled: () =>
    refuse(
      403,
      'unauthorized_client',
      'The connection is not enabled for this client',
      'the connection is not enabled for the client',
    ),
} as const;
