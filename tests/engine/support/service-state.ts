import { plainProperties } from '../standin/values.ts';
import { isChange, keyOf } from '../standin/services.ts';
import type { Sandbox } from './sandbox.ts';

/**
 * Returns what the services have, as lines that two sandboxes can be compared by: each generated value, such as an id, is
 * replaced by the resource and the property that it comes from.
 */
export function serviceState({ services }: Sandbox): string[] {
  const names = new Map(
    services.entries.filter(isChange).map(({ urn, resource }) => [keyOf(resource), urn.split('::').at(-1)]),
  );
  const resources = [...services.resources.values()].map((resource) => ({
    ...resource,
    name: `${resource.type.split(':').at(-1) ?? ''} ${names.get(keyOf(resource)) ?? ''}`,
  }));
  // The properties of other resources, such as a role's permissions, have the id of that resource: the first owner names it.
  const generated = new Map<string, string>();
  for (const { name, id, inputs, outputs } of resources) {
    const known = JSON.stringify(plainProperties(inputs));
    for (const [property, value] of leaves({ ...plainProperties(outputs), id })) {
      if (value.length < SHORTEST || known.includes(`"${value}"`) || generated.has(value)) continue;
      generated.set(value, `<${name} ${property}>`);
    }
  }
  const longestFirst = [...generated].toSorted(([a], [b]) => b.length - a.length);
  return resources
    .map(({ name, inputs }) => `${name} ${JSON.stringify(sorted(plainProperties(inputs)))}`)
    .map((line) => longestFirst.reduce((text, [value, label]) => text.replaceAll(value, label), line))
    .map((line) => line.replace(OWN_NAME, '$1<hex>'))
    .toSorted();
}

/** A name that Pulumi generated, with random digits, which differ between sandboxes. */
const OWN_NAME = /\b([\w-]+--[\w-]+--[\w-]+-)[0-9a-f]{7}\b/g;

/** Characters of a generated value; a shorter one could be a part of something else. An authorizer's id has six. */
const SHORTEST = 6;

/** The texts in a value, with their dotted paths. */
function leaves(value: unknown, path = ''): [path: string, text: string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => leaves(item, path === '' ? key : `${path}.${key}`));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}
