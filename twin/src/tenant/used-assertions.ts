/** The ids of the assertions that were used, until these expire: each works once. */
export class UsedAssertions {
  readonly #until = new Map<string, number>();

  /**
   * Returns whether the id is new, and remembers it.
   * @param until seconds since 1970, as are all times here
   */
  use(clientId: string, jti: string, until: number, now: number): boolean {
    for (const [key, end] of this.#until) if (end <= now) this.#until.delete(key);
    const key = JSON.stringify([clientId, jti]);
    if (this.#until.has(key)) return false;
    this.#until.set(key, until);
    return true;
  }
}
