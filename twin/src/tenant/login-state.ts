import type { TokenChanges } from './actions.ts';
import { Expiring } from './expiring.ts';
import type { Parameters } from './parameters.ts';
import { RefreshTokens, type RefreshTokenStorage } from './refresh-tokens.ts';

/** Lifetime of an opaque token in seconds. Source: auth0.com/docs/secure/tokens/access-tokens/update-access-token-lifetime */
export const OPAQUE_LIFETIME = 86_400;

/** A tenant's defaults, in seconds. Source: https://auth0.com/docs/manage-users/sessions/session-lifetime-limits */
const SESSION_LIFETIME = 168 * 3600;
export const IDLE_SESSION_LIFETIME = 72 * 3600;

/** Lifetime of the login and consent pages, in seconds. */
const PAGE_LIFETIME = 3600;

/** Lifetime in seconds. Auth0 only documents a maximum of 60 under FAPI; ten minutes are RFC 6749's limit. */
const CODE_LIFETIME = 600;

/** The holder of a token for `/userinfo`. */
export interface Holder {
  readonly userId: string;
  readonly clientId: unknown;
  readonly scopes: readonly string[];
}

export interface LoginClaims {
  readonly sid?: string | undefined;
  readonly nonce?: string | undefined;
  /** Seconds since 1970; only if the request requires it. */
  readonly authTime?: number | undefined;
}

/** The grant of an authorization code. */
export interface CodeGrant {
  readonly clientId: string;
  readonly userId: string;
  readonly audience: string | undefined;
  /** Every scope that the tokens may have. */
  readonly scopes: readonly string[];
  /** The `redirect_uri` of `/authorize`; the exchange must repeat it. */
  readonly redirectUri: string | undefined;
  /** The SHA-256 of the verifier as base64url; absent without PKCE. */
  readonly challenge: string | undefined;
  readonly login: LoginClaims;
  readonly changes: TokenChanges | undefined;
  isUsed: boolean;
  /** The refresh tokens that its exchange issued. */
  family?: string;
}

/** The session of a logged-in browser. */
export interface Session {
  /** The session's id in tokens; the cookie has another value. */
  readonly sid: string;
  readonly userId: string;
  /** Seconds since 1970. */
  readonly authTime: number;
}

/** A request to `/authorize` that waits for the user. */
export interface Transaction {
  /** As sent. Each step checks them again, against the current program. */
  readonly parameters: Parameters;
  /** The browser that started it, by a cookie: another site's form cannot continue it in another browser. */
  readonly browser: string;
  /** The session of the login in this transaction, or of the consent page. */
  sid: string | undefined;
  /** Whether the user logged in within this transaction. */
  isLoggedIn: boolean;
}

/** The state of logins, by ids of clients, users and APIs. It survives a reload. */
export interface LoginState {
  /** By the `state` of their pages. */
  readonly transactions: Expiring<Transaction>;
  /** By the value of their cookie. */
  readonly sessions: Expiring<Session>;
  /** Users' consents as JSON: user, client, audience and scope. */
  readonly consents: Set<string>;
  /** Single-use codes. Source: RFC 6749, section 4.1.2 */
  readonly codes: Expiring<CodeGrant>;
  readonly refreshTokens: RefreshTokens;
  /** Used client assertions: client id and `jti` as JSON, and when each expires, in seconds since 1970. */
  readonly assertions: Map<string, number>;
  /** Access tokens for `/userinfo` only, issued if no audience is requested. */
  readonly opaqueTokens: Expiring<Holder>;
}

/**
 * @param clock milliseconds since 1970
 * @param storage stores the refresh tokens; all other state ends with the process
 */
export function loginState(clock: () => number, storage?: RefreshTokenStorage): LoginState {
  return {
    transactions: new Expiring(clock, PAGE_LIFETIME),
    sessions: new Expiring(clock, SESSION_LIFETIME, IDLE_SESSION_LIFETIME),
    consents: new Set(),
    codes: new Expiring(clock, CODE_LIFETIME),
    refreshTokens: new RefreshTokens(clock, storage),
    assertions: new Map(),
    opaqueTokens: new Expiring(clock, OPAQUE_LIFETIME),
  };
}
