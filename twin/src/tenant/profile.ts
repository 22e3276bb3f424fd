import type { User } from '../model/tenant.ts';

/**
 * The user's profile that the OpenID Connect scopes allow, in Auth0's order.
 * Source: https://auth0.com/docs/get-started/apis/scopes/openid-connect-scopes
 * @param updatedAt when the twin read the program
 */
export function profileOf(user: User, scopes: readonly string[], updatedAt: string): Record<string, unknown> {
  return {
    ...(scopes.includes('profile') && {
      ...(user.givenName !== undefined && { given_name: user.givenName }),
      ...(user.familyName !== undefined && { family_name: user.familyName }),
      nickname: user.nickname,
      name: user.name,
      ...(user.picture !== undefined && { picture: user.picture }),
      updated_at: updatedAt,
    }),
    ...(scopes.includes('email') && { email: user.email, email_verified: user.emailVerified }),
  };
}
