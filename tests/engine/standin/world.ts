import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { plainProperties, type Properties } from './values.ts';

/** Something that exists in one of the clouds. */
export interface Thing {
  readonly type: string;
  readonly id: string;
  /** What its own id is unique in, where that is not everything: mostly the id of what it is part of. */
  readonly within?: string;
  /** As they came over the wire, secrets marked. */
  readonly inputs: Properties;
  /** What the cloud filled in, secrets marked. */
  readonly outputs: Properties;
}

/** What happened; `found` is what was there before, or was made by hand, and `lost` what was deleted by hand. */
export type Entry =
  | { readonly what: 'created' | 'updated' | 'found'; readonly urn: string; readonly thing: Thing }
  | { readonly what: 'deleted' | 'lost'; readonly urn: string; readonly thing: Thing }
  | { readonly what: 'read'; readonly urn: string; readonly type: string; readonly id: string }
  | { readonly what: 'limited'; readonly urn: string }
  | { readonly what: 'refused'; readonly urn: string; readonly type: string; readonly reason: string };

/** All that exists, by its key. */
export type Things = ReadonlyMap<string, Thing>;

/**
 * The clouds of the stand-ins: a journal on disk to which every process appends, in the order in which things happened,
 * and from which each reads what exists.
 */
export class World {
  readonly #file: string;
  readonly #things = new Map<string, Thing>();
  readonly #entries: Entry[] = [];
  #read = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** The journal so far. */
  get entries(): readonly Entry[] {
    this.#catchUp();
    return this.#entries;
  }

  /** What exists now. */
  get things(): Things {
    this.#catchUp();
    return this.#things;
  }

  record(entry: Entry): void {
    appendFileSync(this.#file, `${JSON.stringify(entry)}\n`);
  }

  #catchUp(): void {
    if (!existsSync(this.#file)) return;
    const bytes = readFileSync(this.#file).subarray(this.#read);
    const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
    this.#read += whole.length;
    for (const line of whole.toString().split('\n').slice(0, -1)) {
      const entry = JSON.parse(line) as Entry;
      this.#entries.push(entry);
      apply(this.#things, entry);
    }
  }
}

/** Whether an entry of the journal changed what exists. */
export function isChange(entry: Entry): entry is Extract<Entry, { thing: Thing }> {
  return 'thing' in entry;
}

/** Makes the things of a world what they were after an entry. */
export function apply(things: Map<string, Thing>, entry: Entry): void {
  if (!isChange(entry)) return;
  const key = keyOf(entry.thing);
  if (entry.what === 'deleted' || entry.what === 'lost') things.delete(key);
  else things.set(key, entry.thing);
}

export function keyOf({ type, id, within }: Pick<Thing, 'type' | 'id' | 'within'>): string {
  return JSON.stringify([type, within, id]);
}

/** A property as anybody would read it, whether it was given or filled in. */
export function valueOf({ id, inputs, outputs }: Thing, property: string): unknown {
  return property === 'id' ? id : plainProperties({ ...inputs, ...outputs })[property];
}

export function ofType(things: Things, type: string): Thing[] {
  return [...things.values()].filter((thing) => thing.type === type);
}
