import type { Properties } from './values.ts';
import { ofType, valueOf, type Resource, type Resources } from './services.ts';

/** What a cloud and its provider do with a resource type, besides what every type has in common. */
export interface Kind {
  /** Inputs that cannot be changed: another value makes another resource (Terraform's ForceNew). */
  readonly fixed: readonly string[] | 'all';
  /** Outputs that the provider marks as secret (Terraform's Sensitive). */
  readonly secrets?: readonly string[];
  /** The provider generates `name` once and keeps it (Pulumi's autonaming). */
  readonly autonamed?: true;
  /** Outputs that are the input of the same name, where there is one. */
  readonly given?: readonly string[];
  /** Returns outputs, and an `id`, that replace those of the twin. */
  readonly outputs?: (inputs: Properties) => Properties;
  /** Inputs, maps, to which the cloud adds keys of its own. */
  readonly fills?: readonly string[];
  /** The property in whose value the id is unique, where it is not in the whole account or tenant. */
  readonly within?: string;
  /** What must exist already. */
  readonly refers?: readonly Reference[];
  /** Inputs whose values, together, no two may share. */
  readonly unique?: readonly string[];
  /** What the provider takes for an input that is absent; it writes that when the state has something else. */
  readonly absent?: Properties;
  /** What the service deletes along with it. */
  readonly takesAlong?: (resource: Resource, resources: Resources) => readonly Resource[];
  /** There is one of it at any time, and deleting it changes nothing: the service keeps its value. */
  readonly remains?: true;
  /** It cannot be deleted while something refers to it. */
  readonly held?: true;
  /** To create what is there already is to change it: the cloud has no such resource, only a property of another. */
  readonly property?: true;
  /** Outputs that the provider clears when it creates the resource; the service keeps all others. */
  readonly clears?: readonly string[];
  /** The service's answer to an update without a difference, where the provider sends one all the same. */
  readonly refusesUnchanged?: string;
  /** Inputs that no read returns: after a refused change the state has them, and a refresh finds no difference. */
  readonly writeOnly?: readonly string[];
  /** After an update the state has what was planned; of any other type the provider reads what the service has. */
  readonly keepsPlan?: true;
  /** What else the cloud refuses, as it would say it. */
  readonly refuses?: (change: Change) => string | undefined;
  /** What exists already and is taken instead of being created, without being changed. */
  readonly takes?: (change: Change) => Resource | undefined;
}

export interface Change {
  readonly inputs: Properties;
  /** What the resource was, where it is changed. */
  readonly before: Resource | undefined;
  readonly resources: Resources;
}

export interface Reference {
  readonly type: string;
  /** The property of the other by which it is named. */
  readonly by: string;
  readonly values: (inputs: Properties) => readonly unknown[];
}

/** A reference in an input, which may be a list. */
export function refers(type: string, input: string, by = 'id'): Reference {
  return { type, by, values: (inputs) => [inputs[input] ?? []].flat() };
}

/** Why the cloud refuses to create or change a resource, or nothing. */
export function refusal(type: string, kind: Kind, change: Change): string | undefined {
  const { inputs, before, resources } = change;
  for (const { type: other, by, values } of kind.refers ?? []) {
    const known = ofType(resources, other).map((resource) => valueOf(resource, by));
    const missing = values(inputs).find((value) => !known.includes(value));
    if (missing !== undefined) return `404 Not Found: there is no ${other} whose ${by} is ${JSON.stringify(missing)}`;
  }
  const same = kind.unique && ofType(resources, type).find((resource) => isSame(resource, inputs, kind.unique ?? []));
  if (same && same.id !== before?.id) return `409 Conflict: ${type} ${same.id} already exists`;
  return kind.refuses?.(change);
}

/** What keeps a resource from being deleted, or nothing. */
export function holder(
  held: Resource,
  kinds: Readonly<Record<string, Kind>>,
  resources: Resources,
): Resource | undefined {
  const scope = kinds[held.type]?.within;
  // A stage of another API may have the same id.
  const isElsewhere = (values: Properties): boolean =>
    scope !== undefined && values[scope] !== undefined && values[scope] !== held.within;
  return [...resources.values()].find((other) =>
    (kinds[other.type]?.refers ?? []).some(
      ({ type, by, values }) =>
        type === held.type && !isElsewhere(valuesOf(other)) && values(valuesOf(other)).includes(valueOf(held, by)),
    ),
  );
}

function isSame(resource: Resource, inputs: Properties, properties: readonly string[]): boolean {
  return properties.every(
    (property) => inputs[property] !== undefined && valueOf(resource, property) === inputs[property],
  );
}

function valuesOf(resource: Resource): Properties {
  return Object.fromEntries(Object.keys(resource.inputs).map((key) => [key, valueOf(resource, key)]));
}
