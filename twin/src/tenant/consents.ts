export class Consents {
  readonly #keys = new Set<string>();

  remember(userId: string, clientId: string, audience: string | undefined, scopes: readonly string[]): void {
    for (const key of keysOf(userId, clientId, audience, scopes)) this.#keys.add(key);
  }

  /** Whether all of these scopes have been consented to; an empty list must have been, too. */
  cover(userId: string, clientId: string, audience: string | undefined, scopes: readonly string[]): boolean {
    return keysOf(userId, clientId, audience, scopes).every((key) => this.#keys.has(key));
  }
}

/** A key for the consent itself, and one for each scope. */
function keysOf(userId: string, clientId: string, audience: string | undefined, scopes: readonly string[]): string[] {
  return [undefined, ...scopes].map((scope) => JSON.stringify([userId, clientId, audience, scope]));
}
