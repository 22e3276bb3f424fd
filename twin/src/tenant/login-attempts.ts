import { createHash } from 'node:crypto';

/** Failures in a row after which an account is blocked. Source: auth0.com/docs/secure/attack-protection/brute-force-protection */
const MOST_FAILURES = 10;

/** Accounts that are counted at once; the oldest go first, so that no list of names can fill the memory. */
const MOST_ACCOUNTS = 10_000;

/** Failed logins in a row, by account. All requests to the twin come from one address, so that is not counted apart. */
export class LoginAttempts {
  readonly #failures = new Map<string, number>();

  areTooMany(connection: string, username: string): boolean {
    return (this.#failures.get(account(connection, username)) ?? 0) >= MOST_FAILURES;
  }

  failed(connection: string, username: string): void {
    const key = account(connection, username);
    const count = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.delete(key);
    this.#failures.set(key, count);
    if (this.#failures.size > MOST_ACCOUNTS) this.#dropOne();
  }

  /** Drops the oldest account that is not blocked: other names must not end a block. */
  #dropOne(): void {
    for (const [key, count] of this.#failures) {
      if (count >= MOST_FAILURES) continue;
      this.#failures.delete(key);
      return;
    }
  }

  succeeded(connection: string, username: string): void {
    this.#failures.delete(account(connection, username));
  }
}

/** Of the same length for any name: a request's body has room for one of 100,000 letters. */
function account(connection: string, username: string): string {
  return createHash('sha256').update(`${connection}\n${username.toLowerCase()}`).digest('base64url');
}
