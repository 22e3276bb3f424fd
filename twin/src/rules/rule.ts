import type { z } from 'zod';
import type { RecordedResource } from '../resources/resource.ts';

/** A resource from a recording of the twin, or from an engine's state. */
export type RegisteredResource = Omit<RecordedResource, 'inputs' | 'formerly'> & {
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Outputs that are marked as secret, as dotted paths; absent if unknown, as in a recording. */
  readonly secretOutputs?: readonly string[];
};

/** A program's resources and its stack outputs. */
export interface Registered {
  readonly resources: readonly RegisteredResource[];
  readonly outputs: Readonly<Record<string, unknown>>;
  /** As dotted paths. */
  readonly secretOutputs: readonly string[];
}

/** A problem of a resource, or of the stack if `resource` is absent. */
export interface Finding {
  readonly resource?: RegisteredResource;
  readonly message: string;
}

/** A rule for any program of this kind, as a sentence and as a check. */
export interface Rule {
  readonly name: string;
  readonly says: string;
  readonly check: (all: Registered) => readonly Finding[];
}

/** Returns the resources of a type. */
export function ofType({ resources }: Registered, type: string): readonly RegisteredResource[] {
  return resources.filter((resource) => resource.type === type);
}

/** Returns the output of this name, or else the input. */
export function valueOf({ inputs, outputs }: RegisteredResource, key: string): unknown {
  return outputs[key] ?? inputs[key];
}

/**
 * Returns a check of every resource of a type, by the inputs that the schema parses. Inputs that do not parse are a finding:
 * a rule must not pass what it cannot read.
 * @param problemOf returns what is wrong with a resource, or undefined
 */
export function each<T>(
  type: string,
  schema: z.ZodType<T>,
  problemOf: (inputs: T, resource: RegisteredResource, all: Registered) => string | undefined,
): Rule['check'] {
  return (all) =>
    ofType(all, type).flatMap((resource) => {
      const { success, data, error } = schema.safeParse(resource.inputs);
      const message = success
        ? problemOf(data, resource, all)
        : `has an input ${error.issues[0]?.path.map(String).join('.') ?? ''} that the rule cannot read`;
      return message === undefined ? [] : [{ resource, message }];
    });
}
