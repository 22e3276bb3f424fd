import { randomBytes } from 'node:crypto';
import { createLocalJWKSet, jwtVerify } from 'jose';
import type { Tenant, User } from '../model/tenant.ts';
import { profileOf } from './profile.ts';
import { scopeWords } from './scopes.ts';
import type { SigningKeys } from './signing-key.ts';

/** Maximum number of opaque tokens; the oldest are dropped. */
const MOST = 1000;

/** Lifetime of an opaque token in seconds. Source: auth0.com/docs/secure/tokens/access-tokens/update-access-token-lifetime */
export const OPAQUE_LIFETIME = 86_400;

interface Opaque {
  readonly userId: string;
  readonly scopes: readonly string[];
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** Opaque access tokens for `/userinfo` only, issued if no audience is requested. */
export class OpaqueTokens {
  readonly #clock: () => number;
  readonly #tokens = new Map<string, Opaque>();

  /** @param clock milliseconds since 1970 */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  issue(userId: string, scopes: readonly string[]): string {
    const token = randomBytes(24).toString('base64url');
    this.#tokens.set(token, { userId, scopes, until: this.#clock() + OPAQUE_LIFETIME * 1000 });
    const [oldest] = this.#tokens.keys();
    if (this.#tokens.size > MOST && oldest !== undefined) this.#tokens.delete(oldest);
    return token;
  }

  find(token: string): Opaque | undefined {
    const found = this.#tokens.get(token);
    return found !== undefined && this.#clock() < found.until ? found : undefined;
  }
}

interface UserinfoContext {
  readonly tenant: Tenant;
  readonly signing: SigningKeys;
  readonly opaqueTokens: OpaqueTokens;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/**
 * `GET /userinfo`: the user's profile that the token's scopes allow.
 * Source: https://openid.net/specs/openid-connect-core-1_0.html#UserInfo
 * @returns undefined for a token that is not for this endpoint; Auth0 answers 401
 */
export async function userinfo(
  authorization: string | undefined,
  { tenant, signing, opaqueTokens, clock }: UserinfoContext,
): Promise<Record<string, unknown> | undefined> {
  const [, token] = /^Bearer ([\w.~+/-]+=*)$/i.exec(authorization ?? '') ?? [];
  if (token === undefined) return undefined;
  const opaque = opaqueTokens.find(token);
  const holder = opaque ?? (await holderOf(token, tenant, signing, clock));
  const user: User | undefined = tenant.users.find(({ userId }) => userId === holder?.userId);
  if (holder === undefined || user === undefined || !holder.scopes.includes('openid')) return undefined;
  return { sub: user.userId, ...profileOf(user, holder.scopes, new Date(clock()).toISOString()) };
}

/** The user of a JWT with `/userinfo` in its audience. */
async function holderOf(
  token: string,
  { issuerDomain }: Tenant,
  { published }: SigningKeys,
  clock: () => number,
): Promise<Pick<Opaque, 'userId' | 'scopes'> | undefined> {
  const issuer = `https://${issuerDomain}/`;
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet({ keys: [...published] }), {
      issuer,
      audience: `${issuer}userinfo`,
      algorithms: ['RS256'],
      currentDate: new Date(clock()),
    });
    const scope = payload['scope'];
    return { userId: payload.sub ?? '', scopes: typeof scope === 'string' ? scopeWords(scope) : [] };
  } catch {
    return undefined;
  }
}
