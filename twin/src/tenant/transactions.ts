import { Expiring, randomKey } from './expiring.ts';
import type { Parameters } from './parameters.ts';

/** Lifetime of the login and consent pages, in seconds. */
const LIFETIME = 3600;

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

/** Transactions by the `state` of their pages. */
export class Transactions {
  readonly #open: Expiring<Transaction>;

  /** @param clock milliseconds since 1970 */
  constructor(clock: () => number) {
    this.#open = new Expiring(clock, LIFETIME);
  }

  /** @param sid of the session, if the user has one */
  begin(parameters: Parameters, browser: string, sid: string | undefined): string {
    // Auth0's values begin like this too.
    return this.#open.add({ parameters, browser, sid, isLoggedIn: false }, `hKFo2S${randomKey()}`);
  }

  /** @returns undefined for a transaction that is unknown, expired, or another browser's */
  find(state: string | undefined, browser: string | undefined): Transaction | undefined {
    const found = this.#open.get(state);
    return found?.browser === browser ? found : undefined;
  }

  end(state: string): void {
    this.#open.delete(state);
  }
}
