/**
 * The discovery document: the real issuer of the stack, and endpoints where the twin answers.
 * Source: a captured tenant's, in its order; https://openid.net/specs/openid-connect-discovery-1_0.html
 * @param base where the request came to, with a slash at its end
 */
export function discoveryDocument(issuerDomain: string, base: string): Record<string, unknown> {
  return {
    issuer: `https://${issuerDomain}/`,
    token_endpoint: `${base}oauth/token`,
    jwks_uri: `${base}.well-known/jwks.json`,
    response_types_supported: [
      'code',
      'token',
      'id_token',
      'code token',
      'code id_token',
      'token id_token',
      'code token id_token',
    ],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  };
}
