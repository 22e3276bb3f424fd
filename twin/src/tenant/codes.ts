import { randomBytes } from 'node:crypto';
import type { TokenChanges } from './actions.ts';
import { Expiring } from './expiring.ts';

/** Seconds that a code lives. Auth0 documents none but a maximum of 60 under FAPI; ten minutes are RFC 6749's limit. */
export const CODE_LIFETIME = 600;

const MOST = 1000;

/** What an id token says of the login. */
export interface LoginClaims {
  readonly sid?: string | undefined;
  readonly nonce?: string | undefined;
  /** Seconds since 1970, where the request asked for it. */
  readonly authTime?: number | undefined;
}

/** What a code stands for. */
export interface CodeGrant {
  readonly clientId: string;
  readonly userId: string;
  readonly audience: string | undefined;
  /** Every scope that the tokens may hold. */
  readonly scopes: readonly string[];
  /** As `/authorize` was sent it; the exchange must repeat it. */
  readonly redirectUri: string | undefined;
  /** The SHA-256 of the verifier, in base64url; absent where the request had no PKCE. */
  readonly challenge: string | undefined;
  readonly login: LoginClaims;
  /** What the Actions of the login change. */
  readonly changes: TokenChanges | undefined;
}

interface Issued extends CodeGrant {
  isUsed: boolean;
  /** The refresh tokens that the code gave. */
  family: string | undefined;
}

/** Authorization codes. Each is exchanged once. Source: RFC 6749, section 4.1.2 */
export class AuthorizationCodes {
  readonly #codes: Expiring<Issued>;

  /** @param clock milliseconds since 1970 */
  constructor(clock: () => number) {
    this.#codes = new Expiring(clock, CODE_LIFETIME, MOST);
  }

  issue(grant: CodeGrant): string {
    const code = randomBytes(32).toString('base64url');
    this.#codes.add(code, { ...grant, isUsed: false, family: undefined });
    return code;
  }

  /**
   * Uses a code up.
   * @param onReuse takes the refresh tokens that a code gave that is used again
   * @returns undefined for a code that is unknown, expired, used, or another client's; the latter stays
   */
  redeem(code: string, clientId: string, onReuse: (family: string) => void): CodeGrant | undefined {
    const found = this.#codes.get(code);
    if (found === undefined || found.clientId !== clientId) return undefined;
    if (found.isUsed) {
      if (found.family !== undefined) onReuse(found.family);
      return undefined;
    }
    found.isUsed = true;
    return found;
  }

  /** Remembers the refresh tokens that a code gave. */
  gave(code: string, family: string): void {
    const found = this.#codes.get(code);
    if (found !== undefined) found.family = family;
  }
}
