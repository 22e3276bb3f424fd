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
import { acceptedOf, exceptionsOf } from './accepted.ts';
import { judgeEach, ofType, type Finding, type Registered, type RegisteredResource, type Rule } from './registered.ts';
import { routeInputs } from './routes.ts';
import { clientInputs, isPasswordGrant } from './tenant.ts';

const RESOURCE_SERVER = 'auth0:index/resourceServer:ResourceServer';
const CLIENT = 'auth0:index/client:Client';
const CREDENTIALS = 'auth0:index/clientCredentials:ClientCredentials';
const GRANT = 'auth0:index/clientGrant:ClientGrant';
const CONNECTION = 'auth0:index/connection:Connection';
const API = 'aws:apigatewayv2/api:Api';
const LOG_GROUP = 'aws:cloudwatch/logGroup:LogGroup';
const STAGE = 'aws:apigatewayv2/stage:Stage';
const ALARM = 'aws:cloudwatch/metricAlarm:MetricAlarm';

/** What cannot be made again without breaking those who call; with a connection, its users would be deleted. */
const PROTECTED: readonly string[] = [RESOURCE_SERVER, CLIENT, CREDENTIALS, GRANT, CONNECTION, API];

function protection(all: Registered): Finding[] {
  if (typeof all.outputs['production'] !== 'boolean') {
    // A program without any of the outputs that the tools read has no word for production either.
    const isSilent = !['publicRoutes', 'exceptions'].some((name) => all.outputs[name] !== undefined);
    return isSilent
      ? []
      : [{ message: 'the output production of the stack does not say whether it is one of production' }];
  }
  if (!all.outputs['production']) return [];
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

/** An alarm for server errors that has an action, and none that cannot go off. */
function alarms(all: Registered): Finding[] {
  const heard = (resource: RegisteredResource): boolean => {
    const read = alarmInputs.safeParse(resource.inputs).data;
    return (
      read?.namespace === 'AWS/ApiGateway' &&
      read.metricName === '5xx' &&
      read.actionsEnabled &&
      read.alarmActions.length > 0
    );
  };
  const missing = ofType(all, STAGE)
    .slice(0, ofType(all, ALARM).some(heard) ? 0 : 1)
    .map((resource) => ({ resource, message: 'no alarm with an action watches its 5xx responses' }));
  const deaf = judgeEach(all, ALARM, alarmInputs, ({ namespace, metricName, threshold }) => {
    if (namespace !== 'AWS/ApiGateway') return undefined;
    const most = metricName === 'Latency' ? HIGHEST_ALARM.latency : HIGHEST_ALARM.count;
    return threshold > most ? `it hardly goes off: its threshold is ${threshold}` : undefined;
  });
  return [...missing, ...deaf];
}

/** What the access log may hold of a caller: ids, no person and no path, in which a token may stand. */
function accessLog(all: Registered): Finding[] {
  const inputs = z.object({ accessLogSettings: z.object({ format: z.string() }).optional() });
  return judgeEach(all, STAGE, inputs, ({ accessLogSettings }) => {
    if (accessLogSettings === undefined) return 'it has no access log';
    const variables = accessLogSettings.format.match(/\$context\.[\w.-]+/g) ?? [];
    const personal = variables.find(
      (name) =>
        /^\$context\.(path|customDomain\.path|identity\.caller)$/.test(name) ||
        (/^\$context\.authorizer\.(claims|principalId|property)/.test(name) &&
          !/\.claims\.(azp|sub|scope|client_id)$/.test(name)),
    );
    return personal === undefined ? undefined : `its access log holds ${personal}`;
  });
}

function unaskedPrompts(all: Registered): Finding[] {
  const inputs = z.object({
    skipNonVerifiableCallbackUriConfirmationPrompt: z.union([z.string(), z.boolean()]).optional(),
  });
  return judgeEach(all, CLIENT, inputs, ({ skipNonVerifiableCallbackUriConfirmationPrompt: skip }) =>
    String(skip) === 'true'
      ? 'it asks no user whether to go on to an address that any program of the device may answer'
      : undefined,
  );
}

function unreasonedAnyToken(all: Registered): Finding[] {
  return judgeEach(all, 'aws:apigatewayv2/route:Route', routeInputs, (route) =>
    route.authorizationType === 'JWT' &&
    route.authorizationScopes.length === 0 &&
    changesState(parseRouteKey(route.routeKey)) &&
    !Object.hasOwn(exceptionsOf(all), route.routeKey)
      ? `${route.routeKey} may change state with any token, and no exception says why`
      : undefined,
  );
}

/** Auth0's default lets any first-party application of the tenant request user tokens. */
function userAccess(all: Registered): Finding[] {
  const inputs = z.object({
    subjectTypeAuthorization: z
      .object({ user: z.object({ policy: z.string() }).default({ policy: 'allow_all' }) })
      .default({ user: { policy: 'allow_all' } }),
  });
  const isSaid = acceptedOf(all)['userAccess'] === 'allow';
  return judgeEach(all, RESOURCE_SERVER, inputs, ({ subjectTypeAuthorization: { user } }) =>
    user.policy === 'allow_all' && !isSaid
      ? 'every first-party application of the tenant may request user tokens of it, and nothing says that it should'
      : undefined,
  );
}

/** What production asks of the resources, by the key of its exception. */
const PRODUCTION = {
  testUser: (all) =>
    ofType(all, 'auth0:index/user:User').map((resource) => ({ resource, message: 'a user is declared' })),
  passwordGrant: (all) =>
    judgeEach(all, CLIENT, clientInputs, ({ grantTypes }) =>
      grantTypes.some(isPasswordGrant) ? 'it has the password grant' : undefined,
    ),
  tokenLifetime: (all) =>
    judgeEach(all, RESOURCE_SERVER, z.object({ tokenLifetime: z.number() }), ({ tokenLifetime }) =>
      tokenLifetime <= LONGEST_TOKEN ? undefined : `its tokens live ${tokenLifetime} s`,
    ),
  cors: (all) =>
    judgeEach(
      all,
      API,
      z.object({
        corsConfiguration: z
          .object({ allowOrigins: z.array(z.string()).default([]), allowCredentials: z.boolean().default(false) })
          .optional(),
      }),
      ({ corsConfiguration: { allowOrigins, allowCredentials } = { allowOrigins: [], allowCredentials: false } }) => {
        if (allowOrigins.some((origin) => origin.includes('*'))) {
          return 'its CORS lets more than named origins read the answers';
        }
        const plain = allowOrigins.find((origin) => origin.startsWith('http://'));
        return allowCredentials && plain !== undefined
          ? `its CORS lets ${plain} send cookies in plain text`
          : undefined;
      },
    ),
  identitySource: (all) =>
    judgeEach(
      all,
      'aws:apigatewayv2/authorizer:Authorizer',
      z.object({ identitySources: z.array(z.string()) }),
      ({ identitySources }) =>
        identitySources.some((source) => !source.startsWith('$request.header.'))
          ? 'it reads the token from the URL, which ends up in logs and histories'
          : undefined,
    ),
  throttle: (all) =>
    judgeEach(
      all,
      STAGE,
      z.object({
        defaultRouteSettings: z
          .object({ throttlingRateLimit: z.number().default(0) })
          .default({ throttlingRateLimit: 0 }),
      }),
      ({ defaultRouteSettings: { throttlingRateLimit: rate } }) =>
        rate > 0 && rate < ACCOUNT_THROTTLE.rate
          ? undefined
          : "it has no throttle but the account's, which all APIs share",
    ),
  alarms,
  logRetention: (all) =>
    judgeEach(all, LOG_GROUP, z.object({ retentionInDays: z.number().default(0) }), ({ retentionInDays: days }) =>
      days >= SHORTEST_LOG_RETENTION ? undefined : `it keeps its events ${days === 0 ? 'for ever' : `${days} days`}`,
    ),
  handlers: (all) =>
    judgeEach(
      all,
      'aws:lambda/function:Function',
      z.object({ reservedConcurrentExecutions: z.number().default(-1) }),
      ({ reservedConcurrentExecutions: reserved }) =>
        reserved < 0 ? 'nothing bounds how many of it run at the same time' : undefined,
    ),
  userAccess,
  domain: (all) => {
    const mapped = ofType(all, 'aws:apigatewayv2/apiMapping:ApiMapping').map(({ inputs }) => inputs['apiId']);
    return ofType(all, API)
      .filter(({ id }) => !mapped.includes(id))
      .map((resource) => ({ resource, message: "callers use AWS's address of it, which no other API can take over" }));
  },
} as const satisfies Record<ExceptableKey, (all: Registered) => readonly Finding[]>;

function neededExceptions(all: Registered): Finding[] {
  const checks: Readonly<Record<string, (all: Registered) => readonly Finding[]>> = PRODUCTION;
  // A route key, which other rules read, has a space or is $default.
  const keys = Object.keys(exceptionsOf(all)).filter((key) => !/[ $]/.test(key));
  return keys.flatMap((key) => {
    const isNeeded = all.outputs['production'] === true && (checks[key]?.(all) ?? []).length > 0;
    return isNeeded ? [] : [{ message: `nothing needs the exception ${key}; remove it` }];
  });
}

/** What a production stack is held to besides. */
export const PRODUCTION_RULES: readonly Rule[] = [
  {
    name: 'production is protected',
    says: 'In production the resource server, the clients with their secrets and grants, and the API are protected.',
    check: protection,
  },
  {
    name: 'production, access log',
    says: 'In production each stage has an access log, which names no person and no path.',
    check: (all) => (all.outputs['production'] === true ? accessLog(all) : []),
  },
  {
    name: 'production, confirmation prompt',
    says: 'In production Auth0 asks users before it goes on to an address that anyone could answer.',
    check: (all) => (all.outputs['production'] === true ? unaskedPrompts(all) : []),
  },
  {
    name: 'production, any token',
    says: 'In production a route that may change state asks for a scope, unless a reason says why any token will do.',
    check: (all) => (all.outputs['production'] === true ? unreasonedAnyToken(all) : []),
  },
  {
    name: 'exceptions are needed',
    says: 'Only a production stack has exceptions, and only those that it needs.',
    check: neededExceptions,
  },
  ...Object.entries(PRODUCTION).map(([key, check]) => {
    const asked = EXCEPTABLE[key as ExceptableKey];
    return {
      name: `production, ${key}`,
      says: `In production: ${asked}, unless an exception says why not.`,
      check: (all: Registered): readonly Finding[] =>
        all.outputs['production'] === true && !Object.hasOwn(exceptionsOf(all), key)
          ? check(all).map((found) => ({
              ...found,
              message: `${found.message} (production asks for: ${asked}; or write a reason under exceptions, ${key})`,
            }))
          : [],
    };
  }),
];
