import { z } from 'zod';

/** Returns the schema of a string that matches a pattern; the error says what to write instead. */
export function matching(pattern: RegExp, error: string): z.ZodString {
  return z.string().regex(pattern, { error });
}

/** Returns a schema with what the documentation and editors show: its description and, for a whole key, an example. */
export function described<S extends z.ZodType>(schema: S, description: string, ...examples: readonly unknown[]): S {
  return schema.meta({ description, ...(examples.length > 0 && { examples }) });
}

/** Returns a check for `superRefine` that adds the problem that a function finds, if any. */
export function judged<T>(problemOf: (value: T) => string | undefined): (value: T, context: z.RefinementCtx) => void {
  return (value, context) => {
    const message = problemOf(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  };
}

/** Returns the arguments of `refine` that reject a list with a duplicate. */
export function distinct(error: string) {
  const isDistinct = (items: readonly unknown[]): boolean => new Set(items).size === items.length;
  return [isDistinct, { error, params: { code: 'duplicate' } }] as const;
}
