import { z } from 'zod';
import { ACCOUNT_THROTTLE } from '../../../limits/account-throttle.ts';
import {
  EXCEPTABLE,
  HIGHEST_ALARM,
  LONGEST_TOKEN,
  SHORTEST_LOG_RETENTION,
  type ExceptableKey,
} from '../../../limits/production.ts';
import { changesState, parseRouteKey } from '../../../limits/route-key.ts';
import { TYPE } from '../resources/tokens.ts';
import { acceptedOf, exceptionsOf } from './accepted.ts';
import { each, ofType, type Finding, type Registered, type Rule } from './rule.ts';
import { routeInputs } from './routes.ts';
import { clientInputs, isPasswordGrant } from './tenant.ts';

/** The types to protect: replacing one breaks callers, and deleting a connection deletes its users. */
const PROTECTED: readonly string[] = [
  TYPE.resourceServer,
  TYPE.client,
  TYPE.clientCredentials,
  TYPE.clientGrant,
  TYPE.connection,
  TYPE.api,
];

const isProduction = ({ outputs }: Registered): boolean => outputs['production'] === true;

/** Why the rules for production were not applied. */
export const UNKNOWN_PRODUCTION =
  'nothing says whether this is a production stack: set production in twin.config.ts, or export it, as true or false';

function protection(all: Registered): Finding[] {
  if (typeof all.outputs['production'] !== 'boolean') {
    // A program without any output for the tools need not have the output `production`.
    const isSilent = !['publicRoutes', 'exceptions'].some((name) => all.outputs[name] !== undefined);
    return isSilent ? [] : [{ message: UNKNOWN_PRODUCTION }];
  }
  if (!isProduction(all)) return [];
  return all.resources
    .filter(({ type, protect }) => PROTECTED.includes(type) && !protect)
    .map((resource) => ({ resource, message: 'it is not protected, and its callers depend on it' }));
}

const alarmInputs = z.object({
  namespace: z.string().optional(),
  metricName: z.string().optional(),
  threshold: z.number(),
  actionsEnabled: z.boolean().default(true),
  alarmActions: z.array(z.unknown()).default([]),
});

const silentAlarms = each(TYPE.alarm, alarmInputs, ({ namespace, metricName, threshold }) => {
  if (namespace !== 'AWS/ApiGateway') return undefined;
  const most = metricName === 'Latency' ? HIGHEST_ALARM.latency : HIGHEST_ALARM.count;
  return threshold > most ? `it can hardly fire: its threshold is ${threshold}` : undefined;
});

/** Requires an alarm with an action for server errors, and thresholds that can be reached. */
function alarms(all: Registered): Finding[] {
  const isWatched = ofType(all, TYPE.alarm).some(({ inputs }) => {
    const { data } = alarmInputs.safeParse(inputs);
    return (
      data?.namespace === 'AWS/ApiGateway' &&
      data.metricName === '5xx' &&
      data.actionsEnabled &&
      data.alarmActions.length > 0
    );
  });
  const missing = ofType(all, TYPE.stage)
    .slice(0, isWatched ? 0 : 1)
    .map((resource) => ({ resource, message: 'no alarm with an action watches its 5xx responses' }));
  return [...missing, ...silentAlarms(all)];
}

/** Allows a caller's ids in the access log, but no personal data, and no path, which may contain a token. */
const accessLog = each(
  TYPE.stage,
  z.object({ accessLogSettings: z.object({ format: z.string() }).optional() }),
  ({ accessLogSettings }) => {
    if (accessLogSettings === undefined) return 'it has no access log';
    const variables = accessLogSettings.format.match(/\$context\.[\w.-]+/g) ?? [];
    const personal = variables.find(
      (name) =>
        /^\$context\.(path|customDomain\.path|identity\.caller)$/.test(name) ||
        (/^\$context\.authorizer\.(claims|principalId|property)/.test(name) &&
          !/\.claims\.(azp|sub|scope|client_id)$/.test(name)),
    );
    return personal === undefined ? undefined : `its access log holds ${personal}`;
  },
);

const promptInputs = z.object({
  skipNonVerifiableCallbackUriConfirmationPrompt: z.union([z.string(), z.boolean()]).optional(),
});

/** The requirements of production, by the key of the exception. */
const PRODUCTION = {
  testUser: each(TYPE.user, z.unknown(), () => 'a user is declared'),
  passwordGrant: each(TYPE.client, clientInputs, ({ grantTypes }) =>
    grantTypes.some(isPasswordGrant) ? 'it has the password grant' : undefined,
  ),
  tokenLifetime: each(TYPE.resourceServer, z.object({ tokenLifetime: z.number() }), ({ tokenLifetime }) =>
    tokenLifetime <= LONGEST_TOKEN ? undefined : `its tokens live ${tokenLifetime} s`,
  ),
  cors: each(
    TYPE.api,
    z.object({
      corsConfiguration: z
        .object({ allowOrigins: z.array(z.string()).default([]), allowCredentials: z.boolean().default(false) })
        .prefault({}),
    }),
    ({ corsConfiguration: { allowOrigins, allowCredentials } }) => {
      if (allowOrigins.some((origin) => origin.includes('*'))) {
        return 'its CORS lets more than named origins read the answers';
      }
      const plain = allowOrigins.find((origin) => origin.startsWith('http://'));
      return allowCredentials && plain !== undefined ? `its CORS lets ${plain} send cookies in plain text` : undefined;
    },
  ),
  identitySource: each(TYPE.authorizer, z.object({ identitySources: z.array(z.string()) }), ({ identitySources }) =>
    identitySources.some((source) => !source.startsWith('$request.header.'))
      ? 'it reads the token from the URL, which ends up in logs and histories'
      : undefined,
  ),
  throttle: each(
    TYPE.stage,
    z.object({ defaultRouteSettings: z.object({ throttlingRateLimit: z.number().default(0) }).prefault({}) }),
    ({ defaultRouteSettings: { throttlingRateLimit: rate } }) =>
      rate > 0 && rate < ACCOUNT_THROTTLE.rate
        ? undefined
        : "it has no throttle but the account's, which all APIs share",
  ),
  alarms,
  logRetention: each(
    TYPE.logGroup,
    z.object({ retentionInDays: z.number().default(0) }),
    ({ retentionInDays: days }) =>
      days >= SHORTEST_LOG_RETENTION ? undefined : `it keeps its events ${days === 0 ? 'forever' : `${days} days`}`,
  ),
  handlers: each(
    TYPE.function,
    z.object({ reservedConcurrentExecutions: z.number().default(-1) }),
    ({ reservedConcurrentExecutions: reserved }) =>
      reserved < 0 ? "it has no reserved concurrency, so it can use up the account's" : undefined,
  ),
  // Auth0's default lets any first-party application of the tenant request user tokens.
  userAccess: each(
    TYPE.resourceServer,
    z.object({
      subjectTypeAuthorization: z
        .object({ user: z.object({ policy: z.string() }).default({ policy: 'allow_all' }) })
        .prefault({}),
    }),
    ({ subjectTypeAuthorization: { user } }, _, all) =>
      user.policy === 'allow_all' && acceptedOf(all)['userAccess'] !== 'allow'
        ? 'every first-party application of the tenant may request user tokens for it, and the program does not explicitly allow that'
        : undefined,
  ),
  domain: each(TYPE.api, z.unknown(), (_, { id }, all) =>
    ofType(all, TYPE.apiMapping).some(({ inputs }) => inputs['apiId'] === id)
      ? undefined
      : "callers use AWS's address of it, which no other API can take over",
  ),
} as const satisfies Record<ExceptableKey, Rule['check']>;

function neededExceptions(all: Registered): Finding[] {
  const checks: Readonly<Record<string, Rule['check']>> = PRODUCTION;
  // A route key, which other rules read, has a space or is $default.
  const keys = Object.keys(exceptionsOf(all)).filter((key) => !/[ $]/.test(key));
  return keys.flatMap((key) => {
    const isNeeded = isProduction(all) && (checks[key]?.(all) ?? []).length > 0;
    return isNeeded ? [] : [{ message: `nothing needs the exception ${key}; remove it` }];
  });
}

/** Returns a production rule without exceptions. */
function strict(name: string, says: string, check: Rule['check']): Rule {
  return { name, says, check: (all) => (isProduction(all) ? check(all) : []) };
}

/** Additional rules for a production stack. */
export const PRODUCTION_RULES: readonly Rule[] = [
  {
    name: 'production is protected',
    says: 'In production the resource server, the clients with their secrets and grants, and the API are protected from deletion.',
    check: protection,
  },
  strict(
    'production, access log',
    'In production each stage has an access log, without paths and without claims other than azp, client_id, scope and sub.',
    accessLog,
  ),
  strict(
    'production, confirmation prompt',
    'In production Auth0 asks for confirmation before a callback that any program on the device may receive.',
    each(TYPE.client, promptInputs, ({ skipNonVerifiableCallbackUriConfirmationPrompt: skip }) =>
      String(skip) === 'true'
        ? 'it shows no confirmation before a callback that any program on the device may receive'
        : undefined,
    ),
  ),
  strict(
    'production, any token',
    'In production a route that may change state requires a scope, or a reason why any token is enough.',
    each(TYPE.route, routeInputs, ({ routeKey, authorizationType, authorizationScopes }, _, all) =>
      authorizationType === 'JWT' &&
      authorizationScopes.length === 0 &&
      changesState(parseRouteKey(routeKey)) &&
      !Object.hasOwn(exceptionsOf(all), routeKey)
        ? `${routeKey} may change state with any token, and no exception says why`
        : undefined,
    ),
  ),
  {
    name: 'exceptions are needed',
    says: 'Only a production stack has exceptions, and only those that it needs.',
    check: neededExceptions,
  },
  ...Object.entries(PRODUCTION).map(([key, check]) => {
    const requirement = EXCEPTABLE[key as ExceptableKey];
    return strict(`production, ${key}`, `In production: ${requirement}, unless an exception says why not.`, (all) =>
      Object.hasOwn(exceptionsOf(all), key)
        ? []
        : check(all).map((finding) => ({
            ...finding,
            message: `${finding.message} (production requires: ${requirement}; or write a reason under exceptions, ${key})`,
          })),
    );
  }),
];
