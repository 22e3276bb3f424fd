import { AuthorizationCodes } from './codes.ts';
import { Consents } from './consents.ts';
import { RefreshTokens, type RefreshTokenStorage } from './refresh-tokens.ts';
import { Sessions } from './sessions.ts';
import { Transactions } from './transactions.ts';
import { UsedAssertions } from './used-assertions.ts';

/** The state of logins, by ids of clients, users and APIs. It survives a reload. */
export interface LoginState {
  readonly transactions: Transactions;
  readonly sessions: Sessions;
  readonly consents: Consents;
  readonly codes: AuthorizationCodes;
  readonly refreshTokens: RefreshTokens;
  readonly assertions: UsedAssertions;
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
  };
}
