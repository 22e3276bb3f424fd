import { ACCOUNT_THROTTLE } from '../../limits/account-throttle.ts';
import { HIGHEST_ALARM, LONGEST_TOKEN, SHORTEST_LOG_RETENTION, type ExceptableKey } from '../../limits/production.ts';
import type { Contract } from '../contract/define-contract.ts';
import { reasonsNeeded } from '../contract/route-reasons.ts';
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
    (cors?.allowOrigins ?? []).flatMap((origin): Violation[] => {
      if (origin.includes('*')) {
        return [['api:cors.allowOrigins', `${origin} matches too many origins: name each one`]];
      }
      return cors?.allowCredentials === true && origin.startsWith('http://')
        ? [['api:cors.allowOrigins', `${origin} sends cookies in plain text: write https://`]]
        : [];
    }),
  'api:identitySource': ({ 'api:identitySource': source = '' }) =>
    source.startsWith('$request.querystring.')
      ? [['api:identitySource', 'a token in the URL ends up in logs and histories: write a header']]
      : [],
  'api:throttle': ({ 'api:throttle': throttle = ACCOUNT_THROTTLE }) =>
    throttle.rate < ACCOUNT_THROTTLE.rate
      ? []
      : [['api:throttle', `write a rate below the account's ${ACCOUNT_THROTTLE.rate}, which every API shares`]],
  'api:alarms': ({ 'api:alarms': alarms }) => {
    if (alarms === undefined) return [['api:alarms', 'write the topic that gets alarms']];
    const most = { serverErrors: HIGHEST_ALARM.count, latency: HIGHEST_ALARM.latency } as const;
    return (['serverErrors', 'latency'] as const)
      .filter((name) => alarms[name] > most[name])
      .map((name) => [`api:alarms.${name}`, `write ${most[name]} or less: the alarm would hardly go off`]);
  },
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

/** Returns the routes that a production stack needs a reason for. */
export function unreasonedRoutes({ 'api:production': production }: CheckedKeys, contract: Contract): Problem[] {
  if (production !== true) return [];
  return [...reasonsNeeded(contract)].flatMap(([key, why]) => {
    if (contract.routes[key]?.reason !== undefined) return [];
    const message = `is true, and contract.ts gives no reason for ${key}: ${why}; narrow the route, or write its reason there`;
    return [problem('production', 'api:production', message)];
  });
}

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
