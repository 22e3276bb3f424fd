import { ASSERTION_ALGORITHMS } from '../../../limits/auth0.ts';
import type { Tenant } from '../model/tenant.ts';
import { issuerOf } from './claims.ts';
import { SUPPORTED_GRANT_TYPES } from './decide-grant.ts';

const CLAIMS = 'aud auth_time email email_verified exp iat iss name nickname nonce picture sid sub';

/**
 * The discovery document: the stack's real issuer, and endpoints under the address of the request. Fields and order are
 * those of a captured tenant, without the endpoints that the twin lacks.
 * Source: https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata
 * @param base the address of the request, with a trailing slash
 */
export function discoveryDocument(tenant: Tenant, base: string): Record<string, unknown> {
  return {
    issuer: issuerOf(tenant),
    authorization_endpoint: `${base}authorize`,
    token_endpoint: `${base}oauth/token`,
    userinfo_endpoint: `${base}userinfo`,
    jwks_uri: `${base}.well-known/jwks.json`,
    revocation_endpoint: `${base}oauth/revoke`,
    scopes_supported: ['openid', 'profile', 'offline_access', 'email'],
    response_types_supported: ['code'],
    // A tenant lists `plain` as well, which has never worked.
    code_challenge_methods_supported: ['S256'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['public'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    // A tenant lists HS256 and PS256 as well; the twin accepts only clients with RS256.
    id_token_signing_alg_values_supported: ['RS256'],
    claims_supported: CLAIMS.split(' '),
    grant_types_supported: SUPPORTED_GRANT_TYPES,
    request_uri_parameter_supported: false,
    request_parameter_supported: false,
    end_session_endpoint: `${base}oidc/logout`,
  };
}
