import { z } from 'zod';
import { UserError, type Problem } from '../common/user-error.ts';
import { IMITATED_AWS } from './imitated-aws.ts';
import { INERT_TYPES, SILENT_TYPES } from './inert.ts';
import type { Recorded, RecordedResource } from '../evaluate/record.ts';

/** An input that changes nothing of what the twin serves; any input that is not named at all is refused. */
const inert = z.unknown().optional();
const texts = z.array(z.string());
const distinct = texts.refine((all) => new Set(all).size === all.length, { error: 'a name comes twice' });
const amount = z.number().positive();

/**
 * The resource types that the twin imitates, with the inputs that it honours and the values of them that it knows.
 * This is the twin's first law as a table: it never fails open, so what is not written here is refused by name.
 */
const IMITATED = {
  'auth0:index/resourceServer:ResourceServer': z.strictObject({
    identifier: z.string().min(1),
    signingAlg: z.literal('RS256'),
    enforcePolicies: z.boolean(),
    tokenDialect: z.enum(['access_token', 'access_token_authz']),
    tokenLifetime: z.int().positive().max(2_592_000, { error: 'Auth0 takes 30 days (2592000 s) at most' }),
    subjectTypeAuthorization: z.strictObject({
      client: z.strictObject({ policy: z.enum(['require_client_grant', 'deny_all']) }),
      user: z.strictObject({ policy: z.enum(['allow_all', 'require_client_grant', 'deny_all']) }),
    }),
    name: inert,
    allowOfflineAccess: z.literal(false).optional(),
    skipConsentForVerifiableFirstPartyClients: inert,
    // Only browser flows use it, and the twin has none.
    tokenLifetimeForWeb: inert,
  }),
  'auth0:index/resourceServerScopes:ResourceServerScopes': z.strictObject({
    resourceServerIdentifier: z.string(),
    scopes: z.array(z.strictObject({ name: z.string(), description: inert })),
  }),
  'auth0:index/client:Client': z
    .strictObject({
      name: z.string(),
      isFirstParty: z.boolean(),
      grantTypes: z.array(
        z.enum(['client_credentials', 'password', 'http://auth0.com/oauth/grant-type/password-realm'], {
          error: 'the twin knows client_credentials and the two password grants',
        }),
      ),
      // A third party is so without being told.
      oidcConformant: z.literal(true).optional(),
      thirdPartySecurityMode: z.literal('strict').optional(),
      jwtConfiguration: z.strictObject({ alg: z.literal('RS256'), lifetimeInSeconds: amount.optional() }),
      appType: z.enum(['non_interactive', 'regular_web']),
      description: inert,
      tokenQuota: inert,
    })
    .refine(({ isFirstParty, oidcConformant }) => !isFirstParty || oidcConformant === true, {
      error: 'the twin knows clients that conform to OpenID Connect only',
      path: ['oidcConformant'],
    }),
  'auth0:index/clientCredentials:ClientCredentials': z.strictObject({
    clientId: z.string(),
    authenticationMethod: z.enum(['client_secret_post', 'client_secret_basic']),
    clientSecret: z.string().min(1).optional(),
  }),
  'auth0:index/clientGrant:ClientGrant': z.strictObject({
    clientId: z.string(),
    audience: z.string(),
    scopes: distinct,
    subjectType: z.enum(['client', 'user']),
  }),
  'auth0:index/connection:Connection': z.strictObject({
    name: z.string(),
    strategy: z.literal('auth0'),
    options: z
      .strictObject({ bruteForceProtection: z.boolean().optional(), disableSignup: inert, passwordPolicy: inert })
      .optional(),
    displayName: inert,
  }),
  'auth0:index/connectionClients:ConnectionClients': z.strictObject({
    connectionId: z.string(),
    enabledClients: texts,
  }),
  'auth0:index/role:Role': z.strictObject({ name: z.string(), description: inert }),
  'auth0:index/rolePermissions:RolePermissions': z.strictObject({
    roleId: z.string(),
    permissions: z.array(z.strictObject({ name: z.string(), resourceServerIdentifier: z.string() })),
  }),
  'auth0:index/user:User': z.strictObject({
    connectionName: z.string(),
    email: z.email(),
    emailVerified: z.boolean().optional(),
    password: z.string().min(8),
    blocked: z.boolean().optional(),
    name: z.string().optional(),
    nickname: z.string().optional(),
    picture: z.string().optional(),
  }),
  'auth0:index/userRoles:UserRoles': z.strictObject({ userId: z.string(), roles: texts }),
  'auth0:index/tenant:Tenant': z.strictObject({ defaultDirectory: z.string() }),
  ...IMITATED_AWS,
} as const satisfies Record<string, z.ZodType>;

type Imitated = typeof IMITATED;
/** The token of a resource type that the twin honours, like `aws:lambda/function:Function`. */
export type ImitatedType = keyof Imitated;

/** A resource whose inputs have been found to be ones that the twin honours. */
export interface Known<T extends ImitatedType> {
  readonly name: string;
  readonly id: string;
  readonly inputs: z.infer<Imitated[T]>;
  readonly outputs: RecordedResource['outputs'];
  readonly formerly: readonly string[];
}

/** Looks the resources of a type up, in order of their names. */
export type Lookup = <T extends ImitatedType>(type: T) => readonly Known<T>[];

/**
 * Sorts what the program declares by type, and refuses by name whatever the twin neither honours nor knows to be inert.
 * @throws UserError with every such type, input and value
 */
export function sortResources({ resources }: Recorded): Lookup {
  const problems: Problem[] = [];
  const known = new Map<string, Known<ImitatedType>[]>();
  for (const { type, name, id, inputs, outputs, formerly } of resources) {
    if (Object.hasOwn(INERT_TYPES, type) || SILENT_TYPES.includes(type)) continue;
    if (!isImitated(type)) {
      problems.push({ place: `${type} "${name}"`, message: 'the twin does not imitate this resource type' });
      continue;
    }
    const result = IMITATED[type].safeParse(inputs);
    if (result.success) {
      known.set(type, [...(known.get(type) ?? []), { name, id, inputs: result.data, outputs, formerly }]);
    } else problems.push(...result.error.issues.map((issue) => problem(type, name, issue)));
  }
  if (problems.length > 0) {
    throw new UserError('The twin would not behave as AWS and Auth0 do, so it does not start:', problems);
  }
  // What `set` stored under a type was parsed by that type's own schema.
  return (type) => known.get(type) ?? [];
}

function isImitated(type: string): type is ImitatedType {
  return Object.hasOwn(IMITATED, type);
}

function problem(type: string, name: string, issue: z.core.$ZodIssue): Problem {
  const resource = `${type} "${name}"`;
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const inputs = issue.keys.map((key) => (path === '' ? key : `${path}.${key}`)).join(', ');
    return { place: resource, message: `the twin does not honour the input ${inputs}` };
  }
  return { place: `${resource}, input ${path}`, message: `the twin cannot honour this value: ${issue.message}` };
}
