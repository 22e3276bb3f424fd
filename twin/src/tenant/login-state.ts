import { AuthorizationCodes } from './codes.ts';
import { Consents } from './consents.ts';
import { Expiring } from './expiring.ts';
import { RefreshTokens, type RefreshTokenStorage } from './refresh-tokens.ts';
import { Sessions } from './sessions.ts';
import { Transactions } from './transactions.ts';
import { UsedAssertions } from './used-assertions.ts';

/** Lifetime of an opaque token in seconds. Source: auth0.com/docs/secure/tokens/access-tokens/update-access-token-lifetime */
export const OPAQUE_LIFETIME = 86_400;

/** The holder of a token for `/userinfo`. */
export interface Holder {
  readonly userId: string;
  readonly clientId: unknown;
  readonly scopes: readonly string[];
}

/** The state of logins, by ids of clients, users and APIs. It survives a reload. */
export interface LoginState {
  readonly transactions: Transactions;
  readonly sessions: Sessions;
  readonly consents: Consents;
  readonly codes: AuthorizationCodes;
  readonly refreshTokens: RefreshTokens;
  readonly assertions: UsedAssertions;
  /** Access tokens for `/userinfo` only, issued if no audience is requested. */
  readonly opaqueTokens: Expiring<Holder>;
}

/**
 * @param clock milliseconds since 1970
 * @param storage stores the refresh tokens; all other state ends with the process
 */
export function loginState(clock: () => number, storage?: RefreshTokenStorage): LoginState {
  return {
    transactions: new Transactions(clock),
    sessions: new Sessions(clock),
    consents: new Consents(),
    codes: new AuthorizationCodes(clock),
    refreshTokens: new RefreshTokens(clock, storage),
    assertions: new UsedAssertions(),
    opaqueTokens: new Expiring(clock, OPAQUE_LIFETIME),
  };
}
