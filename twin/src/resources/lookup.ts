import type { z } from 'zod';
import { UserError, type Problem } from '../common/user-error.ts';
import type { RecordedResource } from './resource.ts';
import { labelOf, refusalOf } from './others.ts';
import { RESOURCE_TYPES, type EmulatedType, type InputsOf } from './types.ts';

/** A resource whose every input the twin emulates. */
export interface Emulated<T extends EmulatedType> {
  readonly name: string;
  readonly id: string;
  readonly inputs: InputsOf<T>;
  readonly outputs: RecordedResource['outputs'];
  readonly formerly: readonly string[];
}

/** Returns the resources of a type, in order of their names. */
export type Lookup = <T extends EmulatedType>(type: T) => readonly Emulated<T>[];

/**
 * Groups the resources by type. The twin never fails open: it rejects each type, input and value missing from the tables.
 * @throws UserError listing all of them
 */
export function lookupOf(resources: readonly RecordedResource[]): Lookup {
  const problems: Problem[] = [];
  const known = new Map<string, Emulated<EmulatedType>[]>();
  for (const { type, name, id, inputs, outputs, formerly, source } of resources) {
    const entry = RESOURCE_TYPES.get(type);
    const place = placeOf(type, name, source);
    const refusal = entry === undefined ? refusalOf(type) : undefined;
    if (refusal !== undefined) problems.push({ place, message: refusal });
    if (entry === undefined || 'notEmulated' in entry) continue;
    const result = entry.inputs.safeParse(inputs, { error: explain });
    if (!result.success) problems.push(...result.error.issues.map((issue) => problemOf(place, issue)));
    // The schema of the resource's own type has parsed the inputs.
    else known.set(type, [...(known.get(type) ?? []), { name, id, inputs: result.data as never, outputs, formerly }]);
  }
  if (problems.length > 0) {
    const summary = 'The program uses what the twin does not emulate:';
    throw new UserError(summary, { code: 'not-emulated', problems });
  }
  return (type) => known.get(type) ?? [];
}

/** What the resources declare without any local effect, as the start screen calls it, sorted and without duplicates. */
export function notEmulated(resources: readonly RecordedResource[], defaultTags: boolean): string[] {
  const all = resources.flatMap(({ type, inputs }) => {
    const entry = RESOURCE_TYPES.get(type);
    if (entry === undefined) return labelOf(type);
    if ('notEmulated' in entry) return entry.notEmulated ?? [];
    const labels = Object.entries(entry.withoutEffect ?? {}).flatMap(([input, label]) =>
      input in inputs ? label : [],
    );
    return [...labels, entry.alsoWithoutEffect?.(inputs) ?? []].flat();
  });
  const tags = defaultTags || resources.some(({ inputs }) => 'tags' in inputs) ? ['tags'] : [];
  return [...new Set([...all, ...tags])].toSorted();
}

/** How a message names a resource, after the line that declares it. */
export function placeOf(type: string, name: string, source: string | undefined): string {
  return `${source === undefined ? '' : `${source}, `}${type} "${name}"`;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  array: 'list',
  int: 'whole number',
  object: 'map',
  record: 'map',
};

/** The message where a schema has none of its own. A value is repeated only where it can be no secret. */
const explain: z.core.$ZodErrorMap = (issue) => {
  const found = issue.input === undefined ? 'missing' : `${JSON.stringify(issue.input)} is not emulated`;
  if (issue.code === 'invalid_value')
    return `${found}; write ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
  if (issue.code === 'invalid_key') return issue.issues[0]?.message;
  if (issue.code === 'too_small') return `the minimum is ${issue.minimum}`;
  if (issue.code === 'too_big') return `the maximum is ${issue.maximum}`;
  if (issue.code !== 'invalid_type') return undefined;
  const type = TYPE_NAMES[issue.expected] ?? issue.expected;
  return issue.input === undefined ? `missing; write a ${type}` : `write a ${type}`;
};

function problemOf(resource: string, issue: z.core.$ZodIssue): Problem {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const inputs = issue.keys.map((key) => (path === '' ? key : `${path}.${key}`)).join(', ');
    return { place: `${resource}, input ${inputs}`, message: 'the twin does not emulate this input' };
  }
  return { place: `${resource}, input ${path}`, message: issue.message };
}
