import type { z } from 'zod';
import { UserError } from '../common/user-error.ts';
import { AUTH0 } from './auth0.ts';
import { AWS_APIGATEWAYV2 } from './aws-apigatewayv2.ts';
import { AWS_LAMBDA } from './aws-lambda.ts';
import { AWS_NOT_EMULATED } from './aws-not-emulated.ts';
import { plausibleOutputs, refusalOf } from './others.ts';
import { RANDOM } from './random.ts';
import type { CloudOutputs, Naming, ResourceType } from './resource.ts';

/** Every resource type that a program may use, by its token. A new type is one entry in one of these tables. */
const TYPES = { ...AUTH0, ...AWS_APIGATEWAYV2, ...AWS_LAMBDA, ...AWS_NOT_EMULATED, ...RANDOM };

/** A token like `aws:lambda/function:Function`. */
export type TypeToken = keyof typeof TYPES;
/** The token of a type that the twin emulates. */
export type EmulatedType = { [T in TypeToken]: (typeof TYPES)[T] extends { inputs: z.ZodType } ? T : never }[TypeToken];
/** The inputs of an emulated type that have an effect. */
export type InputsOf<T extends EmulatedType> = z.infer<(typeof TYPES)[T]['inputs']>;

export const RESOURCE_TYPES: ReadonlyMap<string, ResourceType> = new Map(Object.entries(TYPES));

/**
 * Returns a resource's id and outputs as its cloud would, or plausible ones for a type without a table.
 * @throws UserError for a type that could decide who gets in, or without an input that the cloud requires
 */
export function cloudOutputs(type: string, naming: Naming): CloudOutputs {
  const entry = RESOURCE_TYPES.get(type);
  if (entry !== undefined) return entry.outputs(naming);
  const refusal = refusalOf(type);
  if (refusal !== undefined) throw new UserError(refusal, { code: 'not-emulated' });
  return plausibleOutputs(type, naming);
}
