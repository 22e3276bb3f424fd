import { randomBytes } from 'node:crypto';

/** Maximum number of values; the oldest are dropped. */
const MOST = 1000;

export function randomKey(bytes = 32): string {
  return randomBytes(bytes).toString('base64url');
}

/** Values under unguessable keys that expire after a time, or earlier if they are not read. */
export class Expiring<V> {
  readonly #clock: () => number;
  readonly #lifetime: number;
  readonly #idleLifetime: number;
  readonly #entries = new Map<string, { readonly value: V; readonly until: number; readAt: number }>();

  /**
   * @param clock milliseconds since 1970
   * @param lifetime seconds
   * @param idleLifetime seconds since the value was last read
   */
  constructor(clock: () => number, lifetime: number, idleLifetime = lifetime) {
    this.#clock = clock;
    this.#lifetime = lifetime;
    this.#idleLifetime = idleLifetime;
  }

  add(value: V, key = randomKey()): string {
    const now = this.#clock();
    this.#entries.set(key, { value, until: now + this.#lifetime * 1000, readAt: now });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MOST && oldest !== undefined) this.#entries.delete(oldest);
    return key;
  }

  get(key = ''): V | undefined {
    const found = this.#entries.get(key);
    const now = this.#clock();
    if (found === undefined || now >= found.until || now >= found.readAt + this.#idleLifetime * 1000) return undefined;
    found.readAt = now;
    return found.value;
  }

  delete(key = ''): void {
    this.#entries.delete(key);
  }
}
