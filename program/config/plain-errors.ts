import type { z } from 'zod';
import { didYouMean } from '../nearest.ts';
import { EXCEPTABLE_KEYS } from '../../limits/production.ts';

/** What a value must be, as a person calls it. */
const TYPES: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'a map',
  record: 'a map',
  string: 'a text',
};

/**
 * What is wrong with a value of a stack file, in plain words, where the schema itself says nothing.
 * @param known the names that may stand inside a value, for somebody who has misspelt one
 */
export function plainErrors(known: readonly string[]): (issue: z.core.$ZodRawIssue) => string | undefined {
  return (issue) => {
    if (issue.input === undefined) return 'is missing';
    if (issue.code === 'invalid_value') {
      return `write ${issue.values.map(String).join(' or ')}, not ${JSON.stringify(issue.input)}`;
    }
    if (issue.code === 'invalid_type') {
      return `must be ${TYPES[issue.expected] ?? issue.expected}, not ${JSON.stringify(issue.input)}`;
    }
    if (issue.code === 'too_small') return `must be at least ${issue.minimum}`;
    if (issue.code === 'too_big') return `must be at most ${issue.maximum}`;
    if (issue.code !== 'unrecognized_keys') return undefined;
    const unknown = issue.keys.map((key) => {
      // As in `party:first`, where YAML wants a space; the names of exceptions have a colon of their own.
      const [, name = ''] = /^([A-Za-z]+):(?!\s)/.exec(key) ?? [];
      const hint = known.includes(name) ? '; write a space after its colon' : didYouMean(key, known);
      return `nobody reads ${JSON.stringify(key)} here${hint}`;
    });
    // Only exceptions are named by other settings.
    const exceptions = issue.keys.some((key) => key.startsWith('api:'))
      ? [`what may be excepted is ${EXCEPTABLE_KEYS.join(', ')}`]
      : [];
    return [...unknown, ...exceptions].join('; ');
  };
}
