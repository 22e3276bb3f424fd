/** Values under unguessable keys that expire after a time. If there are too many, the oldest are dropped. */
export class Expiring<V> {
  readonly #clock: () => number;
  readonly #lifetime: number;
  readonly #most: number;
  readonly #entries = new Map<string, { readonly value: V; readonly until: number }>();

  /**
   * @param lifetime seconds
   * @param clock milliseconds since 1970
   */
  constructor(clock: () => number, lifetime: number, most: number) {
    this.#clock = clock;
    this.#lifetime = lifetime;
    this.#most = most;
  }

  add(key: string, value: V): void {
    this.#entries.set(key, { value, until: this.#clock() + this.#lifetime * 1000 });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#most && oldest !== undefined) this.#entries.delete(oldest);
  }

  get(key: string): V | undefined {
    const found = this.#entries.get(key);
    return found !== undefined && this.#clock() < found.until ? found.value : undefined;
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
