import { z } from 'zod';
import { UserError } from '../common/user-error.ts';
import type { Identity } from './identity.ts';

/** A JSON value: no promise, output, asset or function. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

/** A resource as the program registered it. */
export interface RecordedResource {
  readonly type: string;
  readonly name: string;
  readonly id: string;
  readonly inputs: Readonly<Record<string, Plain>>;
  /** Secret inputs, as dotted paths. */
  readonly secretInputs: readonly string[];
  /** The outputs that its cloud would return. */
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly protect: boolean;
  /** Names from the `aliases` option, by which an engine recognizes a renamed resource. */
  readonly formerly: readonly string[];
  /** `file:line` of the program that declares it, where that is known. */
  readonly source?: string;
}

export type Inputs = Readonly<Record<string, unknown>>;

/** The data for a resource's outputs. */
export interface Naming {
  readonly name: string;
  readonly inputs: Inputs;
  readonly identity: Identity;
  readonly region: string;
}

/** The id, and the outputs that are not inputs. */
export interface CloudOutputs {
  readonly id: string;
  readonly outputs?: Inputs;
}

/** A resource type. An input that is missing from `inputs` is an error: the twin never ignores an unknown input. */
export type ResourceType =
  | {
      readonly outputs: (naming: Naming) => CloudOutputs;
      readonly inputs: z.ZodType;
      /** Inputs without a local effect, and their names on the start screen. */
      readonly withoutEffect?: Readonly<Record<string, string>>;
      /** Returns the name of a further part without a local effect. */
      readonly alsoWithoutEffect?: (inputs: Inputs) => string | undefined;
    }
  | {
      readonly outputs: (naming: Naming) => CloudOutputs;
      /** The name of a type without a local effect on the start screen; undefined to omit it. */
      readonly notEmulated: string | undefined;
    };

/** The account in the twin's ARNs; AWS uses it in its own examples. */
export const ACCOUNT_ID = '123456789012';

/** An optional input that does not affect what the twin serves. */
export const anyValue = z.unknown().optional();
/** Returns such an input for each key. */
export const unused = <Key extends string>(...keys: readonly Key[]): Record<Key, typeof anyValue> =>
  Object.fromEntries(keys.map((key) => [key, anyValue])) as Record<Key, typeof anyValue>;
/** Returns a resource's id: one of its inputs, or several joined by `::`. */
export const idOf =
  (...keys: readonly string[]) =>
  ({ inputs }: Naming): CloudOutputs => ({ id: keys.map((key) => text(inputs, key)).join('::') });
/** Returns a schema of these required strings. */
export const texts = <Key extends string>(
  ...keys: readonly Key[]
): z.ZodObject<Record<Key, z.ZodString>, z.core.$strict> =>
  z.strictObject(Object.fromEntries(keys.map((key) => [key, z.string()])) as Record<Key, z.ZodString>);
export const strings = z.array(z.string());
export const positive = z.number().positive();

export function arn(service: string, region: string, resource: string): string {
  return `arn:aws:${service}:${region}:${ACCOUNT_ID}:${resource}`;
}

/** @throws UserError for a missing input, or one that is not a string */
export function text(inputs: Inputs, key: string): string {
  const value = optionalText(inputs, key);
  if (value === undefined) throw new UserError(`input ${key}: missing; write a string`, { code: 'not-emulated' });
  return value;
}

export function optionalText(inputs: Inputs, key: string): string | undefined {
  const value = inputs[key];
  return typeof value === 'string' ? value : undefined;
}
