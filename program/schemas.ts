import { z } from 'zod';

/** Returns the schema of a string that matches a pattern; the error says what to write instead. */
export function matching(pattern: RegExp, error: string): z.ZodString {
  return z.string().regex(pattern, { error });
}

/** Returns a schema with what the documentation and editors show: its description and, for a whole key, an example. */
export function described<S extends z.ZodType>(schema: S, description: string, ...examples: readonly unknown[]): S {
  return schema.meta({ description, ...(examples.length > 0 && { examples }) });
}

/** Turns a function that returns why a value is invalid, or undefined, into a check for `superRefine`. */
export function judged<T>(problemOf: (value: T) => string | undefined): (value: T, context: z.RefinementCtx) => void {
  return (value, context) => {
    const message = problemOf(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  };
}

/** Returns whether a list has no duplicate. */
export function isDistinct(items: readonly unknown[]): boolean {
  return new Set(items).size === items.length;
}

/** Returns the arguments of `refine` that reject a list with a duplicate. */
export function distinct(error: string) {
  return [isDistinct, { error, params: { code: 'duplicate' } }] as const;
}
