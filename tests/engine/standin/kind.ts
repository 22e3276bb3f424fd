import type { Properties } from './values.ts';
import { ofType, valueOf, type Resource, type Resources } from './services.ts';

/** The behavior of a resource type in its cloud and provider, where it differs from other types. */
export interface Kind {
  /** Inputs that cannot change: another value replaces the resource (Terraform's ForceNew). */
  readonly fixed: readonly string[] | 'all';
  /** Outputs that the provider marks as secret (Terraform's Sensitive). */
  readonly secrets?: readonly string[];
  /** The provider generates `name` once and keeps it (Pulumi's autonaming). */
  readonly autonamed?: true;
  /** Outputs that equal the input of the same name, if it is set. */
  readonly given?: readonly string[];
  /** Returns outputs, and an `id`, that replace those of the twin. */
  readonly outputs?: (inputs: Properties) => Properties;
  /** Map inputs to which the cloud adds keys. */
  readonly fills?: readonly string[];
  /** The property within whose value the id is unique; absent if the id is unique in the account or tenant. */
  readonly within?: string;
  /** Resources that must exist already. */
  readonly refers?: readonly Reference[];
  /** Inputs whose combined values must be unique. */
  readonly unique?: readonly string[];
  /** The values that the provider uses for absent inputs; it writes them if the state has others. */
  readonly absent?: Properties;
  /** Returns the resources that the service deletes with it. */
  readonly takesAlong?: (resource: Resource, resources: Resources) => readonly Resource[];
  /** Exactly one always exists. Deleting it changes nothing: the service keeps its value. */
  readonly remains?: true;
  /** It cannot be deleted while another resource refers to it. */
  readonly held?: true;
  /** Creating an existing one changes it: in the cloud it is only a property of another resource. */
  readonly property?: true;
  /** The service's error for an update without a difference, which this type's provider sends. */
  readonly refusesUnchanged?: string;
  /** Inputs that no read returns: a refresh after a rejected change finds no difference. */
  readonly writeOnly?: readonly string[];
  /** After an update, the state has the planned values; for other types the provider reads the service's values. */
  readonly keepsPlan?: true;
  /** Returns the cloud's error for other changes that it rejects. */
  readonly refuses?: (change: Change) => string | undefined;
  /** Returns an existing resource that the provider adopts unchanged instead of creating one. */
  readonly takes?: (change: Change) => Resource | undefined;
}

export interface Change {
  readonly inputs: Properties;
  /** The resource before a change; undefined for a creation. */
  readonly before: Resource | undefined;
  readonly resources: Resources;
}

export interface Reference {
  readonly type: string;
  /** The property that identifies the other resource. */
  readonly by: string;
  readonly values: (inputs: Properties) => readonly unknown[];
}

/** Returns a reference in an input, which may be a list. */
export function refers(type: string, input: string, by = 'id'): Reference {
  return { type, by, values: (inputs) => [inputs[input] ?? []].flat() };
}

/** Returns why the cloud rejects a creation or change, or undefined. */
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

/** Returns a resource that refers to this one and so prevents its deletion, or undefined. */
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
