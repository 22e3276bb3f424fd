import { Expiring, randomKey } from './expiring.ts';

/** A tenant's defaults, in seconds. Source: https://auth0.com/docs/manage-users/sessions/session-lifetime-limits */
const SESSION_LIFETIME = 168 * 3600;
export const IDLE_SESSION_LIFETIME = 72 * 3600;

/** The session of a logged-in browser. */
export interface Session {
  /** The session's id in tokens; the cookie has another value. */
  readonly sid: string;
  readonly userId: string;
  /** Seconds since 1970. */
  readonly authTime: number;
}

/** Sessions by the value of their cookie. */
export class Sessions {
  readonly #clock: () => number;
  readonly #sessions: Expiring<Session & { usedAt: number }>;

  /** @param clock milliseconds since 1970 */
  constructor(clock: () => number) {
    this.#clock = clock;
    this.#sessions = new Expiring(clock, SESSION_LIFETIME);
  }

  /** Starts a session under a new cookie. */
  begin(userId: string): { readonly cookie: string; readonly session: Session } {
    const now = this.#clock();
    const session = { sid: randomKey(24), userId, authTime: Math.floor(now / 1000), usedAt: now };
    return { cookie: this.#sessions.add(session), session };
  }

  find(cookie: string | undefined): Session | undefined {
    const found = this.#sessions.get(cookie);
    if (found === undefined || this.#clock() - found.usedAt >= IDLE_SESSION_LIFETIME * 1000) return undefined;
    found.usedAt = this.#clock();
    return found;
  }

  end(cookie: string | undefined): void {
    this.#sessions.delete(cookie);
  }
}
