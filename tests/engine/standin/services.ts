import { appendFileSync, readFileSync, statSync } from 'node:fs';
import { plainProperties, type Properties } from './values.ts';

/** A resource that exists in a cloud. */
export interface Resource {
  readonly type: string;
  readonly id: string;
  /** The scope in which its id is unique, mostly its parent's id; absent if the id is unique everywhere. */
  readonly within?: string;
  /** As received, with marked secrets. */
  readonly inputs: Properties;
  /** The values that the cloud added, with marked secrets. */
  readonly outputs: Properties;
}

/** An entry of the journal. `found`: existed before, or was created by hand; `lost`: was deleted by hand. */
export type Entry =
  | { readonly what: 'created' | 'updated' | 'found'; readonly urn: string; readonly resource: Resource }
  | { readonly what: 'deleted' | 'lost'; readonly urn: string; readonly resource: Resource }
  | { readonly what: 'read'; readonly urn: string; readonly type: string; readonly id: string }
  | { readonly what: 'limited'; readonly urn: string }
  | { readonly what: 'refused'; readonly urn: string; readonly type: string; readonly reason: string };

export type ResourceEntry = Extract<Entry, { readonly resource: Resource }>;

/** All existing resources, by key. */
export type Resources = ReadonlyMap<string, Resource>;

/**
 * The clouds of the stand-ins: a journal on disk. Every process appends its changes in order, and reads from it which
 * resources exist.
 */
export class Services {
  readonly #file: string;
  readonly #resources = new Map<string, Resource>();
  readonly #entries: Entry[] = [];
  #read = 0;

  constructor(file: string) {
    this.#file = file;
  }

  get entries(): readonly Entry[] {
    this.#catchUp();
    return this.#entries;
  }

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

/** Returns whether an entry of the journal changed a resource. */
export function isChange(entry: Entry): entry is ResourceEntry {
  return 'resource' in entry;
}

/** Returns the changes among entries, like "created Stage". */
export function changeNames(entries: readonly Entry[]): string[] {
  return entries.filter(isChange).map(({ what, resource }) => `${what} ${resource.type.split(':').at(-1) ?? ''}`);
}

/** Applies an entry to the resources. */
export function apply(resources: Map<string, Resource>, entry: Entry): void {
  if (!isChange(entry)) return;
  const key = keyOf(entry.resource);
  if (entry.what === 'deleted' || entry.what === 'lost') resources.delete(key);
  else resources.set(key, entry.resource);
}

export function keyOf({ type, id, within }: Pick<Resource, 'type' | 'id' | 'within'>): string {
  return JSON.stringify([type, within, id]);
}

/** Returns a property, whether the program set it or the cloud. */
export function valueOf({ id, inputs, outputs }: Resource, property: string): unknown {
  return property === 'id' ? id : plainProperties({ ...inputs, ...outputs })[property];
}

export function ofType(resources: Resources, type: string): Resource[] {
  return [...resources.values()].filter((resource) => resource.type === type);
}
