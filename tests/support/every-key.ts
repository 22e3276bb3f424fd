import { settingsSchemas, type JsonSchema } from '../../docs/generator/stack-file-schema.ts';
import { PUBLIC_KEY } from './client-keys.ts';
import { EVERY_OPTION } from './everything.ts';

type Config = Readonly<Record<string, unknown>>;

const CLIENT = {
  name: 'test',
  party: 'first',
  grants: ['client_credentials', 'password'],
  permissions: ['read:user'],
};
const MACHINE = { ...CLIENT, grants: ['client_credentials'] };
const SHOP = {
  name: 'shop',
  type: 'web',
  callbacks: ['http://localhost:5173'],
  logoutUrls: ['http://localhost:5173'],
  grants: ['authorization_code', 'refresh_token'],
};
const PAGE = {
  name: 'page',
  type: 'spa',
  callbacks: ['http://localhost:5173'],
  origins: ['http://localhost:5173'],
  grants: ['authorization_code'],
};
export const HOOKS = 'POST /hooks/{id}';
const LISTENER =
  'arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/hooks/50dc6c495c0c9188/0123456789abcdef';
const BACKEND = { vpcLink: 'abc123', listener: LISTENER };
const DATABASE = 'Username-Password-Authentication';
const USER = { email: 'test-user@example.com', roles: ['reader'] };
const DOMAIN = EVERY_OPTION['api:domain'] as { readonly name: string };

/** Every optional key of a stack file, on, but for those of `ALONE`. */
export const ON: Config = {
  ...EVERY_OPTION,
  'api:alarms': { ...(EVERY_OPTION['api:alarms'] as object), serverErrors: 1, refusals: 50, throttled: 5 },
  'api:secondAudience': 'https://new-api.example.com',
  'api:otherAudiences': ['https://old-api.example.com'],
  'api:tokenLifetime': 600,
  'api:passwordGrant': 'allow',
  'api:defaultDirectory': true,
  'api:clients': [
    { ...CLIENT, tokenQuota: { perHour: 10, perDay: 100, enforce: false }, secretVersion: 1 },
    { ...MACHINE, name: 'partner', party: 'third', formerly: 'friend' },
    SHOP,
    { ...MACHINE, name: 'robot', auth: 'private_key_jwt', publicKeys: [{ pem: PUBLIC_KEY, algorithm: 'PS256' }] },
  ],
  'api:vpc': { subnets: ['subnet-0123456789abcdef0'], securityGroups: ['sg-0123456789abcdef0'] },
  'api:testUser': undefined,
  'api:users': [USER],
  'api:connections': undefined,
  'api:database': { signUp: true, passwordPolicy: 'excellent' },
  'api:refreshTokens': { lifetime: 86_400, idleLifetime: 3600, leeway: 0 },
  'api:issuerDomain': 'login.example.com',
  'api:identitySource': '$request.header.X-Token',
  'api:routeQuota': 600,
  'api:userAccess': undefined,
  'api:stage': undefined,
  'api:secondIssuer': undefined,
  'api:privateBackends': undefined,
};
export const OFF: Config = {
  ...Object.fromEntries(Object.keys(ON).map((key) => [key, undefined])),
  'api:clients': [MACHINE],
};
/** Settings that exclude some of `ON`, each on by itself. `api:testUser` is short for `api:users`. */
export const ALONE: readonly Config[] = [
  { ...OFF, 'api:userAccess': 'deny' },
  { ...OFF, 'api:clients': [MACHINE, SHOP], 'api:connections': [DATABASE] },
  { ...OFF, 'api:stage': 'v1' },
  {
    ...OFF,
    'api:domain': {
      ...DOMAIN,
      certificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/abc',
      truststoreUri: 's3://acme-certificates/truststore.pem',
      truststoreVersion: 'v1',
    },
    'api:secondIssuer': { domain: 'login.example.com', basePath: 'hooks/v2', reason: 'No hook is called v2, OPS-7' },
  },
  {
    ...OFF,
    'api:backends': { [HOOKS]: 'vpc://hooks/{id}' },
    'api:privateBackends': { hooks: { ...BACKEND, serverName: 'hooks.acme.io' } },
  },
];
/** Settings about resources that exist elsewhere, and of a contract with more routes than the engine tests have. */
export const ELSEWHERE: readonly Config[] = [
  {
    ...OFF,
    'api:probe': 'test',
    'api:domain': { name: DOMAIN.name, basePath: 'orders', existing: true },
    'api:backends': { [HOOKS]: 'vpc://hooks/{id}' },
    'api:privateBackends': { hooks: { ...BACKEND, reason: 'Hooks have no token, OPS-3' } },
  },
  {
    ...OFF,
    'api:clients': [MACHINE, SHOP, PAGE],
    'api:connections': [DATABASE],
    'api:users': [{ ...USER, connection: DATABASE }],
  },
  { ...OFF, 'api:clients': [CLIENT], 'api:passwordGrant': 'allow', 'api:testUser': USER },
];

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
