import { z } from 'zod';
import { EXCEPTABLE, LONGEST_TOKEN, SHORTEST_LOG_RETENTION, type ExceptableKey } from '../../../limits/production.ts';
import { judgeEach, ofType, type Finding, type Registered, type Rule } from './registered.ts';
import { clientInputs, isPasswordGrant } from './tenant.ts';

const RESOURCE_SERVER = 'auth0:index/resourceServer:ResourceServer';
const CLIENT = 'auth0:index/client:Client';
const CREDENTIALS = 'auth0:index/clientCredentials:ClientCredentials';
const GRANT = 'auth0:index/clientGrant:ClientGrant';
const API = 'aws:apigatewayv2/api:Api';
const LOG_GROUP = 'aws:cloudwatch/logGroup:LogGroup';

/** What cannot be made again without breaking those who call. */
const PROTECTED: readonly string[] = [RESOURCE_SERVER, CLIENT, CREDENTIALS, GRANT, API];

/** The exceptions that the stack file has written down, by the key that they are about. */
export function exceptionsOf({ outputs }: Pick<Registered, 'outputs'>): Readonly<Record<string, string>> {
  return z.record(z.string(), z.string()).safeParse(outputs['exceptions']).data ?? {};
}

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

/** What production asks of the resources, by the key of the stack file that decides it. */
const PRODUCTION = {
  'api:testUser': (all) =>
    ofType(all, 'auth0:index/user:User').map((resource) => ({ resource, message: 'a user is declared' })),
  'api:passwordGrant': (all) =>
    judgeEach(all, CLIENT, clientInputs, ({ grantTypes }) =>
      grantTypes.some(isPasswordGrant) ? 'it has the password grant' : undefined,
    ),
  'api:tokenLifetime': (all) =>
    judgeEach(all, RESOURCE_SERVER, z.object({ tokenLifetime: z.number() }), ({ tokenLifetime }) =>
      tokenLifetime <= LONGEST_TOKEN ? undefined : `its tokens live ${tokenLifetime} s`,
    ),
  'api:cors': (all) =>
    judgeEach(
      all,
      API,
      z.object({ corsConfiguration: z.object({ allowOrigins: z.array(z.string()).default([]) }).optional() }),
      ({ corsConfiguration }) =>
        corsConfiguration?.allowOrigins.some((origin) => origin.includes('*')) === true
          ? 'its CORS lets more than named origins read the answers'
          : undefined,
    ),
  'api:logRetention': (all) =>
    judgeEach(all, LOG_GROUP, z.object({ retentionInDays: z.number().default(0) }), ({ retentionInDays: days }) =>
      // 0 keeps them for ever.
      days === 0 || days >= SHORTEST_LOG_RETENTION ? undefined : `it keeps its events ${days} days`,
    ),
} as const satisfies Record<ExceptableKey, (all: Registered) => readonly Finding[]>;

/** What a production stack is held to besides. */
export const PRODUCTION_RULES: readonly Rule[] = [
  {
    name: 'production is protected',
    says: 'In production the resource server, the clients with their secrets and grants, and the API are protected.',
    check: protection,
  },
  ...Object.entries(PRODUCTION).map(([key, check]) => ({
    name: `production, ${key}`,
    says: `In production: ${EXCEPTABLE[key as ExceptableKey]}, unless the stack file says why not.`,
    check: (all: Registered) =>
      all.outputs['production'] === true && !Object.hasOwn(exceptionsOf(all), key) ? check(all) : [],
  })),
];
