import { randomBytes } from 'node:crypto';

/** Maximum number of values; the oldest are dropped. */
const MOST = 1000;

export function randomKey(bytes = 32): string {
  return randomBytes(bytes).toString('base64url');
}

/** Values under unguessable keys that expire after a time. */
export class Expiring<V> {
  readonly #clock: () => number;
  readonly #lifetime: number;
  readonly #entries = new Map<string, { readonly value: V; readonly until: number }>();

  /**
   * @param clock milliseconds since 1970
   * @param lifetime seconds
   */
  constructor(clock: () => number, lifetime: number) {
    this.#clock = clock;
    this.#lifetime = lifetime;
  }

  add(value: V, key = randomKey()): string {
    this.#entries.set(key, { value, until: this.#clock() + this.#lifetime * 1000 });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MOST && oldest !== undefined) this.#entries.delete(oldest);
    return key;
  }

  get(key = ''): V | undefined {
    const found = this.#entries.get(key);
    return found !== undefined && this.#clock() < found.until ? found.value : undefined;
  }

  delete(key = ''): void {
    this.#entries.delete(key);
  }
}
