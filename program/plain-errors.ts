import type { z } from 'zod';
import { didYouMean } from '../limits/nearest.ts';
import { problem, type Problem, type ProblemCode } from './user-error.ts';

/** Zod's type names in the words of a stack file. */
const TYPES: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'a map',
  record: 'a map',
  string: 'a string',
};

const MISSING = 'is missing';

/** Returns a plain message for an issue whose schema has none. */
export function plainError(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.input === undefined) return MISSING;
  if (issue.code === 'invalid_value') {
    return `write ${issue.values.map(String).join(' or ')}, not ${JSON.stringify(issue.input)}`;
  }
  if (issue.code === 'invalid_type') {
    return `must be ${TYPES[issue.expected] ?? issue.expected}, not ${JSON.stringify(issue.input)}`;
  }
  if (issue.code === 'too_small') return `must be at least ${issue.minimum}`;
  if (issue.code === 'too_big') return `must be at most ${issue.maximum}`;
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => message).join('; ');
  return issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => unknownKey(key, allowedIn(issue))).join('; ')
    : undefined;
}

function allowedIn({ inst }: z.core.$ZodRawIssue): readonly string[] {
  const def: unknown = inst?._zod.def;
  return typeof def === 'object' && def !== null && 'shape' in def ? Object.keys(def.shape as object) : [];
}

function unknownKey(key: string, allowed: readonly string[]): string {
  const start = `unknown key ${JSON.stringify(key)}`;
  // For example `party:first`, where YAML needs a space.
  const [, name = ''] = /^([A-Za-z]+):(?!\s)/.exec(key) ?? [];
  if (allowed.includes(name)) return `${start}; write a space after its colon`;
  return `${start}${didYouMean(key, allowed) || `; allowed: ${allowed.join(', ') || 'none'}`}`;
}

const CODES: Readonly<Partial<Record<z.core.$ZodIssue['code'], ProblemCode>>> = { unrecognized_keys: 'unknown' };

/** Returns a zod issue as a problem with place and code; a refinement sets its code in `params`. */
export function problemOf(issue: z.core.$ZodIssue, place: string): Problem {
  const own = issue.code === 'custom' ? (issue.params?.['code'] as ProblemCode | undefined) : undefined;
  const isMissing = issue.message === MISSING;
  return problem(own ?? (isMissing ? 'missing' : (CODES[issue.code] ?? 'invalid')), place, issue.message);
}
