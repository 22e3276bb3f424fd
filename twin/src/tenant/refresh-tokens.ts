import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { UserError } from '../common/user-error.ts';
import type { RefreshSettings } from '../model/tenant.ts';
import { randomKey } from './expiring.ts';
import { sameText } from './same-text.ts';

/** Maximum active families of a user and client. Source: https://auth0.com/docs/secure/tokens/refresh-tokens */
const MOST_PER_USER = 200;

const FAMILY = z.strictObject({
  id: z.string(),
  clientId: z.string(),
  userId: z.string(),
  audience: z.string().optional(),
  /** Every scope that its access tokens may have. */
  scopes: z.array(z.string()),
  sid: z.string().optional(),
  /** The number of exchanges. Only a token of this generation is valid, and within the leeway the previous one. */
  generation: z.int(),
  /** Milliseconds since 1970. */
  createdAt: z.number(),
  usedAt: z.number(),
  rotatedAt: z.number(),
});
const FILE = z.strictObject({ key: z.string().min(40), families: z.array(FAMILY) });

/** The chain of refresh tokens of one login. */
type RefreshFamily = z.infer<typeof FAMILY>;

/** Stores the families between two runs as one string. */
export interface RefreshTokenStorage {
  readonly read: () => string | undefined;
  readonly write: (text: string) => void;
  /** The file's name for messages. */
  readonly shownAs: string;
}

/** A valid refresh token. */
export interface Redeemable {
  readonly family: RefreshFamily;
  readonly generation: number;
}

/**
 * Refresh tokens. A token contains its family's id, generation and a nonce with a MAC, so tokens are not stored.
 * Source: https://auth0.com/docs/secure/tokens/refresh-tokens/refresh-token-rotation
 */
export class RefreshTokens {
  readonly #clock: () => number;
  readonly #storage: RefreshTokenStorage | undefined;
  readonly #key: string;
  readonly #families: Map<string, RefreshFamily>;

  /**
   * @param clock milliseconds since 1970
   * @throws UserError if the stored file is invalid
   */
  constructor(clock: () => number, storage?: RefreshTokenStorage) {
    this.#clock = clock;
    this.#storage = storage;
    const stored = storage === undefined ? undefined : parse(storage);
    this.#key = stored?.key ?? randomKey();
    this.#families = new Map((stored?.families ?? []).map((family) => [family.id, family]));
  }

  /** Starts a family and returns its first token. */
  issue(grant: Pick<RefreshFamily, 'clientId' | 'userId' | 'audience' | 'scopes' | 'sid'>): {
    readonly token: string;
    readonly family: string;
  } {
    const now = this.#clock();
    const id = randomKey(15);
    const family = { ...grant, id, generation: 0, createdAt: now, usedAt: now, rotatedAt: now };
    const siblings = [...this.#families.values()].filter(
      (family) => family.clientId === grant.clientId && family.userId === grant.userId,
    );
    for (const { id: oldest } of siblings.slice(0, Math.max(0, siblings.length + 1 - MOST_PER_USER)))
      this.#families.delete(oldest);
    this.#families.set(id, family);
    this.#save();
    return { token: this.#tokenOf(family), family: id };
  }

  /**
   * Finds the family of a client's valid token. Reuse of a rotated token ends the family.
   * @returns undefined for an invalid token
   */
  find(token: string, clientId: string, settings: RefreshSettings): Redeemable | undefined {
    const read = this.#read(token);
    if (read === undefined || read.family.clientId !== clientId) return undefined;
    const { family, generation } = read;
    const now = this.#clock();
    const ended = (since: number, lifetime: number | undefined): boolean =>
      lifetime !== undefined && now - since >= lifetime * 1000;
    if (ended(family.createdAt, settings.lifetime) || ended(family.usedAt, settings.idleLifetime)) {
      this.revoke(family.id);
      return undefined;
    }
    const isPrevious = generation === family.generation - 1 && now - family.rotatedAt < settings.leeway * 1000;
    if (generation === family.generation || isPrevious) return read;
    this.revoke(family.id);
    return undefined;
  }

  /** Returns the next token if the client's tokens rotate; within the leeway, another one of the current generation. */
  renew({ family, generation }: Redeemable, settings: RefreshSettings): string | undefined {
    const now = this.#clock();
    family.usedAt = now;
    if (settings.rotates && generation === family.generation) {
      family.generation += 1;
      family.rotatedAt = now;
    }
    this.#save();
    return settings.rotates ? this.#tokenOf(family) : undefined;
  }

  /** The family of a valid token. */
  familyOf(token: string): RefreshFamily | undefined {
    return this.#read(token)?.family;
  }

  revoke(family: string): void {
    if (this.#families.delete(family)) this.#save();
  }

  #tokenOf({ id, generation }: RefreshFamily): string {
    const content = `${id}.${generation}.${randomKey(9)}`;
    return `v1.${content}.${this.#mac(content)}`;
  }

  #read(token: string): Redeemable | undefined {
    const [, content = '', id = '', generation, mac = ''] =
      /^v1\.(([\w-]+)\.(\d{1,9})\.[\w-]+)\.([\w-]+)$/.exec(token) ?? [];
    const family = this.#families.get(id);
    if (!sameText(mac, this.#mac(content)) || family === undefined) return undefined;
    return { family, generation: Number(generation) };
  }

  #mac(content: string): string {
    return createHmac('sha256', this.#key).update(content).digest('base64url');
  }

  #save(): void {
    this.#storage?.write(`${JSON.stringify({ key: this.#key, families: [...this.#families.values()] })}\n`);
  }
}

function parse({ read, shownAs }: RefreshTokenStorage): z.infer<typeof FILE> | undefined {
  const text = read();
  if (text === undefined) return undefined;
  try {
    return FILE.parse(JSON.parse(text));
  } catch {
    throw new UserError(`${shownAs} is damaged; delete it (all refresh tokens become invalid).`);
  }
}
