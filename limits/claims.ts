/**
 * Names that Auth0 leaves out of a token when an Action sets them.
 * Source: https://auth0.com/docs/secure/tokens/json-web-tokens/create-custom-claims
 */
const RESERVED = `acr act active amr at_hash ath attest aud auth_time authorization_details azp c_hash client_id cnf cty
dest entitlements events exp groups gty htm htu iat internalService iss jcard jku jti jwe jwk kid may_act mky nbf nonce
object_id org_id org_name orig origid permissions roles rph s_hash sid sip_callid sip_cseq_num sip_date sip_from_tag
sip_via_branch sub sub_jwk toe txn typ uuid vot vtm x5t#S256`.split(/\s+/);

const AUTH0_NAMESPACE = /^https?:\/\/([^/]*\.)?(auth0\.com|webtask\.io|webtask\.run)([/:?#]|$)|^urn:auth0(:|$)/i;

/** Returns whether Auth0 ignores a custom claim of this name. */
export function isIgnoredClaim(name: string): boolean {
  return RESERVED.includes(name) || AUTH0_NAMESPACE.test(name);
}

/** Returns why a custom claim cannot have this name, or undefined. */
export function claimNameProblem(name: string): string | undefined {
  // scope decides which routes a token opens, so no custom claim may replace it.
  if (name === 'scope' || RESERVED.includes(name)) return 'is reserved, so Auth0 would leave it out of the token';
  if (name === 'scp') return 'counts as the scope at the gateway';
  if (AUTH0_NAMESPACE.test(name)) return 'is in a namespace of Auth0, so Auth0 would leave it out of the token';
  return /^(https?:\/\/[^/\s"\\]+\/[^\s"\\]+|urn:[^\s"\\]+|[A-Za-z]\w*)$/.test(name)
    ? undefined
    : 'is not a claim name';
}
