import { issuerOf, profileOf } from './claims.ts';
import type { Holder } from './login-state.ts';
import { scopeWords } from './parameters.ts';
import type { TenantService } from './service.ts';
import { verifyOwnToken } from './signing-key.ts';

/**
 * `GET /userinfo`: the user's profile that the token's scopes allow.
 * Source: https://openid.net/specs/openid-connect-core-1_0.html#UserInfo
 * @returns undefined for a token that is not for this endpoint; Auth0 answers 401
 */
export async function userinfo(
  authorization: string | undefined,
  service: TenantService,
): Promise<Record<string, unknown> | undefined> {
  const [, token] = /^Bearer ([\w.~+/-]+=*)$/i.exec(authorization ?? '') ?? [];
  if (token === undefined) return undefined;
  const holder = service.state.opaqueTokens.get(token) ?? (await holderOf(token, service));
  const { users, clients } = service.tenant;
  const user = users.find(({ userId }) => userId === holder?.userId);
  const hasClient = clients.some(({ clientId }) => clientId === holder?.clientId);
  if (holder === undefined || user === undefined || !hasClient || !holder.scopes.includes('openid')) return undefined;
  return { sub: user.userId, ...profileOf(user, holder.scopes, new Date(service.clock()).toISOString()) };
}

/** The user of a JWT with `/userinfo` in its audience. */
async function holderOf(token: string, { tenant, signing, clock }: TenantService): Promise<Holder | undefined> {
  const issuer = issuerOf(tenant);
  try {
    const claims = await verifyOwnToken(token, signing, {
      issuer,
      audience: `${issuer}userinfo`,
      currentDate: new Date(clock()),
    });
    const { scope, azp: clientId } = claims;
    return { userId: claims.sub ?? '', clientId, scopes: typeof scope === 'string' ? scopeWords(scope) : [] };
  } catch {
    return undefined;
  }
}
