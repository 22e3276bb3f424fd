import { createHash } from 'node:crypto';
import { refusals } from './errors.ts';
import { apiFor, type Granted, type GrantRequest } from './grant.ts';
import type { CodeGrant } from './login-state.ts';
import { required } from './parameters.ts';
import { sameText } from './same-text.ts';
import { grantToUser } from './user-grant.ts';

/**
 * Exchanges an authorization code. The attempt uses up the client's own code even if it fails; another attempt ends the
 * refresh tokens of the first.
 * Source: https://auth0.com/docs/get-started/authentication-and-authorization-flow/authorization-code-flow-with-pkce
 * @throws TokenError for an invalid code or a wrong verifier
 */
export function authorizationCode({ tenant, client, parameters, state }: GrantRequest): Granted {
  const code = required(parameters, 'code');
  const grant = state?.codes.get(code);
  // A code of another client stays valid for its own.
  if (grant?.clientId !== client.clientId) return refusals.wrongCode();
  if (grant.isUsed) {
    if (grant.family !== undefined) state?.refreshTokens.revoke(grant.family);
    return refusals.wrongCode();
  }
  grant.isUsed = true;
  checkProof(grant, parameters.get('code_verifier'));
  const sent = parameters.get('redirect_uri');
  if (grant.redirectUri !== undefined && sent !== grant.redirectUri) {
    return refusals.wrongRedirect(sent, grant.redirectUri);
  }
  const user = tenant.users.find(({ userId }) => userId === grant.userId) ?? refusals.wrongCode();
  if (user.blocked) return refusals.blockedUser();
  const api = apiFor(tenant, grant.audience);
  return {
    ...grantToUser({ tenant, client, user, api, scopes: grant.scopes }),
    code,
    login: grant.login,
    changes: grant.changes,
  };
}

/** RFC 7636, section 4.6. A verifier without a challenge means that the code was injected from another login. */
function checkProof({ challenge }: CodeGrant, verifier: string | undefined): void {
  if (challenge === undefined && verifier === undefined) return;
  const hash = createHash('sha256')
    .update(verifier ?? '')
    .digest('base64url');
  const isWellFormed = /^[A-Za-z0-9._~-]{43,128}$/.test(verifier ?? '');
  if (challenge === undefined || !isWellFormed || !sameText(hash, challenge)) refusals.wrongVerifier();
}
