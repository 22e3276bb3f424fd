import type { z } from 'zod';
import { ENCRYPTED } from '../common/encrypted.ts';
import type { Inputs, Plain } from '../resources/resource.ts';
import { isObject, RESOURCE, SIGNATURE, type Wire, type WireObject } from './properties.ts';

type Path = readonly string[];

interface StateProperties {
  readonly value: Readonly<Record<string, Plain>>;
  /** Paths of values that are encrypted or not plain data. */
  readonly secrets: readonly Path[];
  /** Paths of inputs that the program left out and the provider filled in. */
  readonly defaults: readonly Path[];
}

/** The key with the names of filled-in inputs. Source: pulumi-terraform-bridge, `defaultsKey`. */
const DEFAULTS = '__defaults';

/**
 * Returns properties of a state file as plain data. `ENCRYPTED` replaces each secret, each archive (a state has only its
 * hash) and each value of an unknown kind. A resource becomes its id.
 */
export function unwrapped(properties: WireObject): StateProperties {
  const secrets: Path[] = [];
  const defaults: Path[] = [];
  const convert = (value: Wire, path: Path): Plain => {
    if (Array.isArray(value)) return value.map((item: Wire, index) => convert(item, [...path, String(index)]));
    if (!isObject(value)) return value;
    const { [SIGNATURE]: kind, id } = value;
    if (kind === RESOURCE && typeof id === 'string') return id;
    if (kind !== undefined) {
      secrets.push(path);
      return ENCRYPTED;
    }
    const { [DEFAULTS]: names, ...rest } = value;
    if (Array.isArray(names)) defaults.push(...names.map((name) => [...path, String(name)]));
    return Object.fromEntries(
      Object.entries(rest)
        .filter(([, item]) => item !== null)
        .map(([key, item]) => [key, convert(item, [...path, key])]),
    );
  };
  return { value: convert(properties, []) as Readonly<Record<string, Plain>>, secrets, defaults };
}

/**
 * Returns inputs without the provider's defaults that the twin does not know, as if the program had left them out.
 * A known default is checked like any other input.
 */
export function withoutDefaults(schema: z.ZodType, inputs: Inputs, defaults: readonly Path[]): Inputs {
  const unknown = (schema.safeParse(inputs).error?.issues ?? []).flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key].join('\n')) : [],
  );
  return defaults.filter((path) => unknown.includes(path.join('\n'))).reduce(without, inputs);
}

/** Returns whether the twin uses an input: a schema accepts a symbol only where it accepts anything. */
export function isUsed(schema: z.ZodType, inputs: Inputs, key: string): boolean {
  const { error } = schema.safeParse({ ...inputs, [key]: Symbol(key) });
  return (error?.issues ?? []).some((issue) => {
    if (issue.code === 'unrecognized_keys') return issue.path.length === 0 && issue.keys.includes(key);
    // For a union, an issue may name no input.
    return issue.path.length === 0 || issue.path[0] === key;
  });
}

function without(inputs: Inputs, [key = '', ...rest]: Path): Inputs {
  const { [key]: value, ...others } = inputs;
  if (rest.length === 0 || typeof value !== 'object' || value === null) return others;
  if (!Array.isArray(value)) return { ...inputs, [key]: without(value as Inputs, rest) };
  const [index = '', ...inner] = rest;
  const items = value.map((item: unknown, at) => (String(at) === index ? without(item as Inputs, inner) : item));
  return { ...inputs, [key]: items };
}
