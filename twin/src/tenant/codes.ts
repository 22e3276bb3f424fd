import type { TokenChanges } from './actions.ts';
import { Expiring } from './expiring.ts';

/** Lifetime in seconds. Auth0 only documents a maximum of 60 under FAPI; ten minutes are RFC 6749's limit. */
const CODE_LIFETIME = 600;

export interface LoginClaims {
  readonly sid?: string | undefined;
  readonly nonce?: string | undefined;
  /** Seconds since 1970; only if the request requires it. */
  readonly authTime?: number | undefined;
}

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
}

interface Issued extends CodeGrant {
  isUsed: boolean;
  family: string | undefined;
}

/** Single-use authorization codes. Source: RFC 6749, section 4.1.2 */
export class AuthorizationCodes {
  readonly #codes: Expiring<Issued>;

  /** @param clock milliseconds since 1970 */
  constructor(clock: () => number) {
    this.#codes = new Expiring(clock, CODE_LIFETIME);
  }

  issue(grant: CodeGrant): string {
    return this.#codes.add({ ...grant, isUsed: false, family: undefined });
  }

  /**
   * Redeems a code.
   * @param onReuse called with the refresh tokens of a code that was redeemed before
   * @returns undefined for a code that is unknown, expired, redeemed, or another client's; the latter stays valid
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

  recordFamily(code: string, family: string): void {
    const found = this.#codes.get(code);
    if (found !== undefined) found.family = family;
  }
}
