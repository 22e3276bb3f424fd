/**
 * The discovery document: the real issuer of the stack, and endpoints under the address that the request came to.
 * Fields and order are a captured tenant's; of its endpoints the twin serves the token's, the keys' and `/userinfo`.
 * Source: https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata
 * @param base where the request came to, with a slash at its end
 */
export function discoveryDocument(issuerDomain: string, base: string): Record<string, unknown> {
  return {
    issuer: `https://${issuerDomain}/`,
    authorization_endpoint: `${base}authorize`,
    token_endpoint: `${base}oauth/token`,
    device_authorization_endpoint: `${base}oauth/device/code`,
    userinfo_endpoint: `${base}userinfo`,
    mfa_challenge_endpoint: `${base}mfa/challenge`,
    jwks_uri: `${base}.well-known/jwks.json`,
    registration_endpoint: `${base}oidc/register`,
    revocation_endpoint: `${base}oauth/revoke`,
    scopes_supported: [
      'openid',
      'profile',
      'offline_access',
      'name',
      'given_name',
      'family_name',
      'nickname',
      'email',
      'email_verified',
      'picture',
      'created_at',
      'identities',
      'phone',
      'address',
    ],
    response_types_supported: [
      'code',
      'token',
      'id_token',
      'code token',
      'code id_token',
      'token id_token',
      'code token id_token',
    ],
    code_challenge_methods_supported: ['S256', 'plain'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['public'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    // A tenant lists HS256 and PS256 too; the twin's clients are all declared with RS256.
    id_token_signing_alg_values_supported: ['RS256'],
    claims_supported: [
      'aud',
      'auth_time',
      'created_at',
      'email',
      'email_verified',
      'exp',
      'family_name',
      'given_name',
      'iat',
      'identities',
      'iss',
      'name',
      'nickname',
      'phone_number',
      'picture',
      'sub',
    ],
    request_uri_parameter_supported: false,
    request_parameter_supported: false,
  };
}
