/** The scopes of APIs that users have consented to, by client. */
export class Consents {
  readonly #scopes = new Map<string, Set<string>>();

  remember(userId: string, clientId: string, audience: string | undefined, scopes: readonly string[]): void {
    const key = keyOf(userId, clientId, audience);
    this.#scopes.set(key, new Set([...(this.#scopes.get(key) ?? []), ...scopes]));
  }

  /** Whether all of these scopes have been consented to; an empty list must have been, too. */
  cover(userId: string, clientId: string, audience: string | undefined, scopes: readonly string[]): boolean {
    const consented = this.#scopes.get(keyOf(userId, clientId, audience));
    return consented !== undefined && scopes.every((scope) => consented.has(scope));
  }
}

function keyOf(...parts: readonly unknown[]): string {
  return JSON.stringify(parts);
}
