import { z } from 'zod';
import { UserError } from '../common/user-error.ts';
import type { Identity } from './identity.ts';

/** What JSON can say: no promise, output, asset or function. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

/** A resource as the program registered it. */
export interface RecordedResource {
  readonly type: string;
  readonly name: string;
  readonly id: string;
  readonly inputs: Readonly<Record<string, Plain>>;
  /** Inputs that were marked secret, as dotted paths. */
  readonly secretInputs: readonly string[];
  /** What its cloud would have filled in. */
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly protect: boolean;
  /** Names from the `aliases` option, by which an engine recognizes a renamed resource. */
  readonly formerly: readonly string[];
  /** `file:line` of the program that declares it, where that is known. */
  readonly source?: string;
}

export type Inputs = Readonly<Record<string, unknown>>;

/** What a cloud derives a resource's outputs from. */
export interface Naming {
  readonly name: string;
  readonly inputs: Inputs;
  readonly identity: Identity;
  readonly region: string;
}

/** The id and the other outputs; an input also appears among the outputs, and is not repeated here. */
export interface CloudOutputs {
  readonly id: string;
  readonly outputs?: Inputs;
}

/** One resource type. An input missing from `inputs` stops the start: the twin never ignores what it does not know. */
export type ResourceType =
  | {
      readonly outputs: (naming: Naming) => CloudOutputs;
      readonly inputs: z.ZodType;
      /** Inputs that `inputs` accepts without any local effect, and what the start screen calls them. */
      readonly withoutEffect?: Readonly<Record<string, string>>;
      /** Returns what else has no local effect with these inputs. */
      readonly alsoWithoutEffect?: (inputs: Inputs) => string | undefined;
    }
  | {
      readonly outputs: (naming: Naming) => CloudOutputs;
      /** What the start screen calls a type without any local effect; undefined where there is nothing to mention. */
      readonly notEmulated: string | undefined;
    };

/** The account in the twin's ARNs; AWS uses it in its own examples. */
export const ACCOUNT_ID = '123456789012';

/** An optional input that does not affect what the twin serves. */
export const anyValue = z.unknown().optional();
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
