import { randomBytes } from 'node:crypto';
import { Expiring } from './expiring.ts';
import type { Parameters } from './parameters.ts';

/** Seconds that a person has for the login and consent pages. */
const LIFETIME = 3600;
const MOST = 1000;

/** A request to `/authorize` that waits for a person. */
export interface Transaction {
  /** As they were sent; each step reads them again, by the program as it is then. */
  readonly parameters: Parameters;
  /** The browser that began it, by a cookie: no other site's form can continue it in another browser. */
  readonly browser: string;
  /** The session that a login in this transaction began, or that the consent page was shown for. */
  sid: string | undefined;
  /** Whether the user logged in here, rather than before. */
  isLoggedIn: boolean;
}

/** Transactions, by the `state` of their pages. */
export class Transactions {
  readonly #open: Expiring<Transaction>;

  /** @param clock milliseconds since 1970 */
  constructor(clock: () => number) {
    this.#open = new Expiring(clock, LIFETIME, MOST);
  }

  begin(parameters: Parameters, browser: string): string {
    // Auth0's begin like this too.
    const state = `hKFo2S${randomBytes(32).toString('base64url')}`;
    this.#open.add(state, { parameters, browser, sid: undefined, isLoggedIn: false });
    return state;
  }

  /** @returns undefined for an unknown or expired transaction, or one of another browser */
  find(state: string | undefined, browser: string | undefined): Transaction | undefined {
    const found = state === undefined ? undefined : this.#open.get(state);
    return found !== undefined && found.browser === browser ? found : undefined;
  }

  end(state: string): void {
    this.#open.delete(state);
  }
}
