import { settingsSchemas, type JsonSchema } from '../../docs/generator/stack-file-schema.ts';
import { PUBLIC_KEY } from './client-keys.ts';
import { EVERY_OPTION } from './everything.ts';

const LISTENERS = 'arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app';

type Config = Readonly<Record<string, unknown>>;

/** A stack of services alone: no user gets a token of its API. */
const SERVICES: Config = {
  ...EVERY_OPTION,
  'aws:region': 'eu-central-1',
  'auth0:domain': 'services.eu.auth0.com',
  'api:issuerDomain': 'login.example.com',
  'api:audience': 'https://api.example.com',
  'api:secondAudience': 'https://new-api.example.com',
  'api:otherAudiences': ['https://old-api.example.com'],
  'api:secondIssuer': {
    domain: 'services.eu.auth0.com',
    basePath: 'hooks/v2',
    reason: 'No hook is called v2, OPS-7',
  },
  'api:identitySource': '$request.header.X-Token',
  'api:production': false,
  'api:userAccess': 'deny',
  'api:backends': {
    'ANY /orders/{id}/{rest+}': 'vpc://orders/v1/{id}/{rest}',
    'POST /hooks/{id}': 'vpc://hooks/{id}',
  },
  'api:vpc': { subnets: ['subnet-0123456789abcdef0'], securityGroups: ['sg-0123456789abcdef0'] },
  'api:privateBackends': {
    orders: {
      vpcLink: 'abc123',
      listener: `${LISTENERS}/orders/50dc6c495c0c9188/f2f7dc8efc522ab2`,
      serverName: 'orders.acme.io',
    },
    hooks: {
      vpcLink: 'abc123',
      listener: `${LISTENERS}/hooks/50dc6c495c0c9188/0123456789abcdef`,
      reason: 'Hooks have no token, OPS-3',
    },
  },
  'api:probe': 'importer',
  'api:clients': [
    {
      name: 'importer',
      formerly: 'nightly-import',
      party: 'first',
      grants: ['client_credentials'],
      permissions: ['read:user'],
      tokenQuota: { perHour: 2, perDay: 20, enforce: true },
      secretVersion: 3,
    },
    { name: 'partner', party: 'third', grants: ['client_credentials'], permissions: ['read:appointments'] },
    {
      name: 'robot',
      party: 'first',
      grants: ['client_credentials'],
      permissions: ['read:user'],
      auth: 'private_key_jwt',
      publicKeys: [{ pem: PUBLIC_KEY, algorithm: 'PS256' }],
    },
  ],
};

/** The reason for each exception of the stack of users, by key. */
const REASONS = {
  testUser: 'The monitoring logs in as a person would, OPS-7',
  passwordGrant: 'The old app cannot show a login page, APP-31',
  tokenLifetime: 'The nightly import takes two hours with one token, SEC-114',
  identitySource: 'The old app can set no header, APP-31',
  throttle: 'The account has no other API, OPS-4',
  alarms: 'The branches answer slowly on market days, OPS-11',
  cors: 'Anybody may put the list of branches on a page of theirs, WEB-2',
  logRetention: 'The logs go to the company’s archive every night, OPS-9',
} as const;

/** A production stack for users, with almost every possible exception. */
const USERS: Config = {
  'aws:region': 'eu-central-1',
  'aws:defaultTags': { tags: { team: 'orders' } },
  'auth0:domain': 'users.eu.auth0.com',
  'api:audience': 'https://api.example.com',
  'api:identitySource': '$request.querystring.token',
  'api:production': true,
  'api:exceptions': REASONS,
  'api:tokenLifetime': 7200,
  'api:passwordGrant': 'allow',
  'api:defaultDirectory': true,
  'api:database': { signUp: true, passwordPolicy: 'excellent' },
  'api:userAccess': 'allow',
  'api:clients': [{ name: 'old-app', party: 'first', grants: ['password'], permissions: [] }],
  'api:testUser': { email: 'test-user@example.com', roles: ['reader'] },
  'api:routeQuota': 600,
  'api:domain': {
    name: 'api.example.com',
    certificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/abc',
    truststoreUri: 's3://acme-certificates/truststore.pem',
    truststoreVersion: 'v1',
  },
  'api:logRetention': 30,
  'api:cors': { allowOrigins: ['*'] },
  'api:alarms': {
    topicArn: 'arn:aws:sns:eu-central-1:123456789012:on-call',
    serverErrors: 1,
    refusals: 50,
    throttled: 5,
    latency: 30_000,
  },
};

/** A stack whose users log in with an existing connection, through clients of every type and party. */
const LOGINS: Config = {
  'aws:region': 'eu-central-1',
  'auth0:domain': 'logins.eu.auth0.com',
  'api:audience': 'https://api.example.com',
  'api:production': false,
  'api:stage': 'v1',
  'api:domain': { name: 'api.example.com', basePath: 'logins', existing: true },
  'api:clients': [
    {
      name: 'shop',
      type: 'spa',
      callbacks: ['http://localhost:5173'],
      logoutUrls: ['http://localhost:5173'],
      origins: ['http://localhost:5173'],
      grants: ['authorization_code', 'refresh_token'],
    },
    {
      name: 'phone',
      type: 'native',
      callbacks: ['com.example.phone://login', 'https://phone.example.com/login'],
      grants: ['authorization_code', 'refresh_token'],
    },
    {
      name: 'desk',
      type: 'web',
      callbacks: ['https://*.desk.example.com/callback'],
      grants: ['authorization_code', 'client_credentials'],
      permissions: ['read:user'],
    },
    {
      name: 'partner',
      type: 'web',
      party: 'third',
      callbacks: ['https://partner.example.com/callback'],
      grants: ['authorization_code', 'refresh_token'],
      permissions: ['read:user'],
    },
  ],
  'api:connections': ['Username-Password-Authentication', 'google-oauth2'],
  'api:users': [
    { email: 'reader@example.com', roles: ['reader'], connection: 'Username-Password-Authentication' },
    { email: 'idle@example.com', roles: [], connection: 'Username-Password-Authentication' },
  ],
  'api:refreshTokens': { lifetime: 86_400, idleLifetime: 3600, leeway: 0 },
};

/** Stacks that use every key of a stack file between them; one cannot, since some exclude each other. */
export const STACKS = { services: SERVICES, users: USERS, logins: LOGINS } as const;

/**
 * The keys that a stack file may have and none of these has, those inside of lists and maps too.
 * @param schemas key to what it takes
 */
export function unusedKeys(
  files: readonly Config[],
  schemas: Readonly<Record<string, JsonSchema>> = settingsSchemas(),
): string[] {
  return Object.entries(schemas).flatMap(([key, schema]) => {
    const values = files.flatMap((file) => (Object.hasOwn(file, key) ? [file[key]] : []));
    return values.length === 0 ? [key] : unusedWithin(schema, values).map((inner) => `${key}.${inner}`);
  });
}

function unusedWithin(schema: JsonSchema, values: readonly unknown[]): string[] {
  const { anyOf, properties, items, additionalProperties } = schema;
  if (anyOf !== undefined) return anyOf.flatMap((alternative) => unusedWithin(alternative, values));
  if (items !== undefined) return unusedWithin(items, values.flat());
  const maps = values.filter((value): value is Config => typeof value === 'object' && value !== null);
  if (properties !== undefined) return unusedKeys(maps, properties);
  return typeof additionalProperties === 'object'
    ? unusedWithin(
        additionalProperties,
        maps.flatMap((map) => Object.values(map)),
      )
    : [];
}
