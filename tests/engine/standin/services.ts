import { appendFileSync, readFileSync, statSync } from 'node:fs';
import { plainProperties, type Properties } from './values.ts';

/** Something that exists in one of the clouds. */
export interface Resource {
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
  | { readonly what: 'created' | 'updated' | 'found'; readonly urn: string; readonly resource: Resource }
  | { readonly what: 'deleted' | 'lost'; readonly urn: string; readonly resource: Resource }
  | { readonly what: 'read'; readonly urn: string; readonly type: string; readonly id: string }
  | { readonly what: 'limited'; readonly urn: string }
  | { readonly what: 'refused'; readonly urn: string; readonly type: string; readonly reason: string };

export type ResourceEntry = Extract<Entry, { readonly resource: Resource }>;

/** All that exists, by its key. */
export type Resources = ReadonlyMap<string, Resource>;

/**
 * The clouds of the stand-ins: a journal on disk to which every process appends, in the order in which resources happened,
 * and from which each reads what exists.
 */
export class Services {
  readonly #file: string;
  readonly #resources = new Map<string, Resource>();
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
  get resources(): Resources {
    this.#catchUp();
    return this.#resources;
  }

  record(entry: Entry): void {
    appendFileSync(this.#file, `${JSON.stringify(entry)}\n`);
  }

  #catchUp(): void {
    if ((statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0) === this.#read) return;
    const bytes = readFileSync(this.#file).subarray(this.#read);
    const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
    this.#read += whole.length;
    for (const line of whole.toString().split('\n').slice(0, -1)) {
      const entry = JSON.parse(line) as Entry;
      this.#entries.push(entry);
      apply(this.#resources, entry);
    }
  }
}

/** Whether an entry of the journal changed what exists. */
export function isChange(entry: Entry): entry is ResourceEntry {
  return 'resource' in entry;
}

/** The changes among entries, as "created Stage". */
export function changeNames(entries: readonly Entry[]): string[] {
  return entries.filter(isChange).map(({ what, resource }) => `${what} ${resource.type.split(':').at(-1) ?? ''}`);
}

/** Makes the resources of a services what they were after an entry. */
export function apply(resources: Map<string, Resource>, entry: Entry): void {
  if (!isChange(entry)) return;
  const key = keyOf(entry.resource);
  if (entry.what === 'deleted' || entry.what === 'lost') resources.delete(key);
  else resources.set(key, entry.resource);
}

export function keyOf({ type, id, within }: Pick<Resource, 'type' | 'id' | 'within'>): string {
  return JSON.stringify([type, within, id]);
}

/** A property as anybody would read it, whether it was given or filled in. */
export function valueOf({ id, inputs, outputs }: Resource, property: string): unknown {
  return property === 'id' ? id : plainProperties({ ...inputs, ...outputs })[property];
}

export function ofType(resources: Resources, type: string): Resource[] {
  return [...resources.values()].filter((resource) => resource.type === type);
}
