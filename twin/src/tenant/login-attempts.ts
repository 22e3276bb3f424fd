import { createHash } from 'node:crypto';

/** Failures in a row that block an account. Source: auth0.com/docs/secure/attack-protection/brute-force-protection */
const MOST_FAILURES = 10;

/** Maximum number of counted accounts, so that a list of names cannot exhaust the memory. */
const MOST_ACCOUNTS = 10_000;

/** Counts failed logins in a row by account, not by IP address: all requests come from this machine. */
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

  /** Drops the oldest account that is not blocked, so that other names cannot end a block. */
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

/** Hashes the name, since a request has room for a very long one. */
function account(connection: string, username: string): string {
  return createHash('sha256').update(`${connection}\n${username.toLowerCase()}`).digest('base64url');
}
