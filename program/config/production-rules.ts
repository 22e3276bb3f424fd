import { LONGEST_TOKEN, SHORTEST_LOG_RETENTION, type ExceptableKey } from '../../limits/production.ts';
import { problem, type Problem } from '../user-error.ts';
import { DEFAULT_LOG_RETENTION } from './api-keys.ts';
import type { CheckedKeys } from './keys.ts';

/** A place in the stack file, and what to write there. */
type Violation = readonly [place: string, message: string];

/**
 * What the file of a production stack must not say, by the key under `api:exceptions`. A new rule is one entry here and
 * one in `limits/production.ts`, which the rules over registered resources read too.
 */
const RULES: Readonly<Record<ExceptableKey, (keys: CheckedKeys) => readonly Violation[]>> = {
  'api:testUser': (keys) =>
    (['api:testUser', 'api:users'] as const)
      .filter((key) => [keys[key] ?? []].flat().length > 0)
      .map((key) => [key, 'remove it: a production stack has no test user']),
  'api:passwordGrant': ({ 'api:clients': clients = [], 'api:passwordGrant': allowed }) => [
    ...clients.flatMap(({ name, grants }, index): Violation[] =>
      grants.includes('password') ? [[`api:clients.${index} (${name}).grants`, 'remove the password grant']] : [],
    ),
    ...(allowed === 'allow' ? [['api:passwordGrant', 'write forbid'] as const] : []),
  ],
  'api:tokenLifetime': ({ 'api:tokenLifetime': lifetime = 0 }) =>
    lifetime <= LONGEST_TOKEN ? [] : [['api:tokenLifetime', `write ${LONGEST_TOKEN} s or less, not ${lifetime}`]],
  'api:cors': ({ 'api:cors': cors }) =>
    (cors?.allowOrigins ?? [])
      .filter((origin) => origin.includes('*'))
      .map((origin) => ['api:cors.allowOrigins', `${origin} matches too many origins: name each one`]),
  'api:logRetention': ({ 'api:logRetention': days = SHORTEST_LOG_RETENTION }) =>
    days >= SHORTEST_LOG_RETENTION
      ? []
      : [
          [
            'api:logRetention',
            `write ${SHORTEST_LOG_RETENTION} days or more, not ${days}${days === DEFAULT_LOG_RETENTION ? ' (the default)' : ''}`,
          ],
        ],
};

/** Returns what a production stack must not say without a reason, and the exceptions that are not needed. */
export function productionProblems(keys: CheckedKeys): Problem[] {
  const exceptions = keys['api:exceptions'] ?? {};
  const production = keys['api:production'];
  if (production === undefined) return [];
  return Object.entries(RULES).flatMap(([key, rule]) => {
    const violations = production ? rule(keys) : [];
    if (!Object.hasOwn(exceptions, key)) {
      return violations.map(([place, message]) =>
        problem(
          'production',
          place,
          `api:production is true: ${message}, or give a reason under api:exceptions, ${key}`,
        ),
      );
    }
    if (violations.length > 0) return [];
    const why = production ? `${key} meets the production rules` : 'api:production is false';
    return [problem('unused', `api:exceptions.${key}`, `${why}; remove the exception`)];
  });
}
