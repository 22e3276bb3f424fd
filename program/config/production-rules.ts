import { LONGEST_TOKEN, SHORTEST_LOG_RETENTION, type ExceptableKey } from '../../limits/production.ts';
import type { Problem } from '../user-error.ts';
import { DEFAULT_LOG_RETENTION } from './api-settings.ts';
import type { CheckedKeys } from '../../settings.ts';

/**
 * What no production stack may say in its file, by the key that an exception to it names. One rule more is a line more
 * here and in common/production.ts, which the rules over the registered resources read too. A rule sees a setting that
 * has a problem of its own as absent, and says what is wrong: each place, and what to write there.
 */
const RULES = {
  'api:testUser': ({ 'api:testUser': user }) =>
    user === undefined ? [] : [{ place: 'api:testUser', message: 'there is no test user: remove it' }],
  'api:passwordGrant': (keys) => [
    ...(keys['api:clients'] ?? []).flatMap(({ name, grants }, index) =>
      grants.includes('password')
        ? [
            {
              place: `api:clients.${index} (${name}).grants`,
              message: 'no client has the password grant: remove it',
            },
          ]
        : [],
    ),
    ...(keys['api:passwordGrant'] === 'allow'
      ? [{ place: 'api:passwordGrant', message: 'the password grant is forbidden: write forbid' }]
      : []),
  ],
  'api:tokenLifetime': ({ 'api:tokenLifetime': lifetime = 0 }) =>
    lifetime <= LONGEST_TOKEN
      ? []
      : [
          {
            place: 'api:tokenLifetime',
            message: `a token lives ${LONGEST_TOKEN} s at most: write that or less, not ${lifetime}`,
          },
        ],
  'api:cors': ({ 'api:cors': cors }) =>
    (cors?.allowOrigins ?? [])
      .filter((origin) => origin.includes('*'))
      .map((origin) => ({
        place: 'api:cors.allowOrigins',
        message: `${origin} lets too many pages in: name the origins one by one`,
      })),
  'api:logRetention': ({ 'api:logRetention': days = SHORTEST_LOG_RETENTION }) =>
    days >= SHORTEST_LOG_RETENTION
      ? []
      : [
          {
            place: 'api:logRetention',
            message: `logs are kept ${SHORTEST_LOG_RETENTION} days at least: write that or more, not ${days}${days === DEFAULT_LOG_RETENTION ? ' (the default where none is written)' : ''}`,
          },
        ],
} as const satisfies Record<ExceptableKey, (keys: CheckedKeys) => readonly Problem[]>;

/**
 * What of a production stack's file may not be, and which of its exceptions are for nothing.
 * @param keys the keys of the file that have no problem of their own
 */
export function productionProblems(keys: CheckedKeys): Problem[] {
  const exceptions = keys['api:exceptions'] ?? {};
  const production = keys['api:production'];
  if (production === undefined) return [];
  return Object.entries(RULES).flatMap(([key, rule]) => {
    const violations = production ? rule(keys) : [];
    const excepted = Object.hasOwn(exceptions, key);
    if (excepted && violations.length > 0) return [];
    if (excepted) {
      const why = production
        ? `${key} is as production asks for`
        : 'api:production is false, where nothing is excepted from';
      return [{ place: `api:exceptions.${key}`, message: `${why}; remove the exception` }];
    }
    return violations.map(({ place, message }) => ({
      place,
      message: `api:production is true, and in production ${message}. Or give the reason under api:exceptions, ${key}`,
    }));
  });
}
