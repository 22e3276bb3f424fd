import * as auth0 from '@pulumi/auth0';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { z } from 'zod';
import { didYouMean } from './program/nearest.ts';
import { EXCEPTABLE, EXCEPTABLE_KEYS, type ExceptableKey } from './limits/production.ts';
import { UserError, type Problem } from './program/user-error.ts';
import { API_KEYS, API_NAMES, type ApiSettings } from './program/config/api-settings.ts';
import { client, tokenQuota, type ClientSettings } from './program/config/client-settings.ts';
import type { Contract } from './program/contract/define-contract.ts';
import { encryptedKeys, MAY_BE_SECRET, NO_PLACE_FOR_A_SECRET } from './program/config/encrypted-keys.ts';
import { plainErrors } from './program/config/plain-errors.ts';
import { combinationProblems } from './program/config/settings-rules.ts';
import { stackFileLines } from './program/config/stack-file-lines.ts';

const host = z.string().regex(/^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, {
  error: 'write the host alone in lower case, like your-tenant.eu.auth0.com: no https://, no slash, no port',
});

const identifier = z
  .string()
  .max(600)
  .refine((text) => URL.canParse(text) && !/\s/.test(text), {
    error: 'an API identifier must be a URI, like https://api.example.com (nothing needs to answer there)',
  });

/** What the provider itself takes. */
const REGIONS: readonly string[] = Object.values(aws.Region);

const testUser = z.strictObject({
  email: z
    .email({ error: 'write an e-mail address, like test-user@example.com' })
    .refine((email) => email === email.toLowerCase(), {
      error: 'write it in lower case, as Auth0 keeps it: each refresh would find a difference',
    })
    .meta({ description: 'What it logs in with; nothing is sent there.' }),
  roles: z
    .array(z.string())
    .max(50, { error: 'Auth0 gives a user at most 50 roles' })
    .meta({ description: 'Roles of contract.ts, which say what it may ask for.' }),
});

const reason = z
  .string()
  .trim()
  .min(10, { error: 'say why, so that whoever reads it in the access report understands it' })
  .max(300, { error: 'say it in 300 characters' });
const exceptions = z.strictObject(
  Object.fromEntries(
    EXCEPTABLE_KEYS.map((key) => [key, reason.optional().meta({ description: `Why not: ${EXCEPTABLE[key]}.` })]),
  ) as Record<ExceptableKey, z.ZodOptional<typeof reason>>,
);

/** Every key that a stack file may have under `api:`, and those of the providers that the program itself reads. */
export const KEYS = {
  'aws:region': z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, { error: 'write a region, like eu-central-1', abort: true })
    .refine((region) => REGIONS.includes(region), {
      error: ({ input }) => `the AWS provider knows no such region${didYouMean(String(input), REGIONS)}`,
    })
    .meta({ description: 'Where the HTTP API and its functions run.', examples: ['eu-central-1'] }),
  'auth0:domain': host.meta({ description: "The Auth0 tenant's own domain.", examples: ['your-tenant.eu.auth0.com'] }),
  'api:audience': identifier.meta({
    description: 'The identifier of the Auth0 API, which a token names as its audience. Auth0 cannot change it later.',
    examples: ['https://api.example.com'],
  }),
  'api:otherAudiences': z
    .array(identifier)
    .default([])
    .meta({
      description: 'Further API identifiers whose tokens the authorizer accepts, for instance while one is replaced.',
      examples: [['https://old-api.example.com']],
    }),
  'api:production': z.boolean().meta({
    description: `true protects the resource server, the clients with their secrets and grants, and the API, and holds the stack to this: ${Object.values(EXCEPTABLE).join(', ')}. What is otherwise needs a reason under api:exceptions.`,
    examples: [false],
  }),
  'api:exceptions': exceptions.default({}).meta({
    description: 'What a production stack says nevertheless, each with the reason, which the access report shows.',
    examples: [{ 'api:tokenLifetime': 'The nightly import takes three hours with one token, SEC-114' }],
  }),
  'api:tokenLifetime': z
    .int()
    .min(60)
    .max(2_592_000)
    .default(3600)
    .meta({ description: 'Seconds that an access token lives.', examples: [3600] }),
  'api:passwordGrant': z
    .enum(['allow', 'forbid'])
    .default('forbid')
    .meta({ description: 'Whether a client of this stack may use the password grant.', examples: ['forbid'] }),
  'api:userAccess': z
    .enum(['allow', 'deny'])
    .default('allow')
    .meta({
      description:
        "Whether users may get tokens of this API at all. Auth0's default, allow, lets any first-party application of the tenant ask for user tokens, also one that this program does not declare; RBAC alone then decides what they hold. deny leaves the API to clients that ask for themselves.",
      examples: ['deny'],
    }),
  'api:defaultDirectory': z
    .boolean()
    .default(false)
    .meta({
      description:
        "Registers the tenant's default directory, which plain grant_type=password needs. It also resets the tenant's custom error page, mTLS and default token quota: only for a tenant of one's own.",
      examples: [false],
    }),
  'api:clients': z
    .array(client)
    .min(1, { error: 'name at least one client; without one nobody can ask for a token' })
    .meta({
      description: 'The applications that may ask for tokens.',
      examples: [[{ name: 'test-app', party: 'first', grants: ['client_credentials'], permissions: ['read:user'] }]],
    }),
  'api:testUser': testUser.optional().meta({
    description: 'A user to try the password grant with; the password is generated.',
    examples: [{ email: 'test-user@example.com', roles: ['reader'] }],
  }),
  'api:issuerDomain': host.optional().meta({
    description:
      'An Auth0 custom domain. The authorizer trusts it alone, so tokens must be requested from it: one requested from the tenant’s own domain names that as its issuer, and is refused.',
    examples: ['login.example.com'],
  }),
  'api:identitySource': z
    .string()
    .regex(/^\$request\.(header|querystring)\.[A-Za-z0-9_-]+$/, {
      error: 'write $request.header.<name> or $request.querystring.<name>',
    })
    .default('$request.header.Authorization')
    .meta({ description: 'Where the authorizer looks for the token.', examples: ['$request.header.X-Token'] }),
  'api:routeQuota': z
    .int()
    .min(1)
    .default(300)
    .meta({
      description: 'Routes that AWS allows this account per API: 300 until it has raised the quota.',
      examples: [600],
    }),
  ...API_KEYS,
} as const satisfies Record<string, z.ZodType>;

type Key = keyof typeof KEYS;
/** What a stack file says, checked key by key; a key with a problem is absent. */
export type CheckedKeys = { readonly [K in Key]?: z.infer<(typeof KEYS)[K]> };

/** What a stack's file says, checked. */
export interface Settings extends ApiSettings {
  readonly stack: string;
  readonly domain: string;
  readonly issuerDomain: string;
  readonly audience: string;
  readonly otherAudiences: readonly string[];
  readonly production: boolean;
  /** Key to the reason why this production stack may say what it says there. */
  readonly exceptions: Readonly<z.infer<typeof exceptions>>;
  readonly tokenLifetime: number;
  readonly userAccess: 'allow' | 'deny';
  readonly defaultDirectory: boolean;
  readonly clients: readonly ClientSettings[];
  readonly testUser: { readonly email: string; readonly roles: readonly string[] } | undefined;
  readonly identitySource: string;
}

/**
 * Reads the stack's configuration; the only place that does.
 * @param root the folder of the stack files, so that an error can name the line
 * @throws UserError with every problem, its key and what to write instead
 */
export function readSettings(contract: Contract, root?: URL): Settings {
  const stack = pulumi.getStack();
  const file = `Pulumi.${stack}.yaml`;
  const raw = pulumi.runtime.allConfig();
  const { keys, problems } = checkKeys(raw, encryptedKeys());
  problems.push(...unknownKeys(raw), ...combinationProblems(keys, contract, pulumi.runtime.hasEngine()));
  if (problems.length > 0) {
    const find = root === undefined ? () => undefined : stackFileLines(root, file);
    const own = `${pulumi.getProject()}:`;
    const lineOf = (place: string): number | undefined =>
      find(place) ?? (place.startsWith(own) ? find(place.slice(own.length)) : undefined);
    const placed = problems.map(({ place, message }) => {
      // What is missing, or was given on the command line, stands in no line.
      const line = Object.hasOwn(raw, place.split(/[.,]/)[0] ?? '') ? lineOf(place) : undefined;
      return { line, problem: { place: `${file}${line === undefined ? '' : `:${line}`}, ${place}`, message } };
    });
    const sorted = placed.toSorted((a, b) => (a.line ?? Infinity) - (b.line ?? Infinity) || 0);
    // A value that is wrong by itself is not compared with the others.
    const more = Object.keys(KEYS).some((key) => Object.hasOwn(raw, key) && !Object.hasOwn(keys, key));
    throw new UserError(
      `${file} cannot be used${more ? ' (once what is wrong by itself is right, there may be more)' : ''}:`,
      sorted.map(({ problem }) => problem),
    );
  }
  const domain = needed(keys, 'auth0:domain');
  return {
    stack,
    domain,
    issuerDomain: keys['api:issuerDomain'] ?? domain,
    audience: needed(keys, 'api:audience'),
    otherAudiences: needed(keys, 'api:otherAudiences'),
    production: needed(keys, 'api:production'),
    exceptions: needed(keys, 'api:exceptions'),
    tokenLifetime: needed(keys, 'api:tokenLifetime'),
    userAccess: needed(keys, 'api:userAccess'),
    defaultDirectory: needed(keys, 'api:defaultDirectory'),
    clients: needed(keys, 'api:clients'),
    testUser: keys['api:testUser'],
    identitySource: needed(keys, 'api:identitySource'),
    ...apiSettings(keys),
  };
}

function apiSettings(keys: CheckedKeys): ApiSettings {
  return {
    region: needed(keys, 'aws:region'),
    apiDomain: keys['api:domain'],
    backends: needed(keys, 'api:backends'),
    handlers: needed(keys, 'api:handlers'),
    secretHandlers: encryptedKeys().includes(MAY_BE_SECRET),
    logRetention: needed(keys, 'api:logRetention'),
    throttle: keys['api:throttle'],
    routeThrottles: needed(keys, 'api:routeThrottles'),
    cors: keys['api:cors'],
    alarms: keys['api:alarms'],
  };
}

/** Says what is wrong with a value, and knows the names that may stand inside one. */
const errors = plainErrors([
  ...[client, tokenQuota, testUser, exceptions].flatMap(({ shape }) => Object.keys(shape)),
  ...API_NAMES,
]);

function checkKeys(
  raw: Readonly<Record<string, string>>,
  encrypted: readonly unknown[],
): { keys: CheckedKeys; problems: Problem[] } {
  const keys: Record<string, unknown> = {};
  const problems: Problem[] = [];
  for (const [key, schema] of Object.entries(KEYS)) {
    const text = raw[key];
    if (text !== undefined && encrypted.includes(key) && key !== MAY_BE_SECRET) {
      problems.push({ place: key, message: NO_PLACE_FOR_A_SECRET });
      continue;
    }
    const result = schema.safeParse(text === undefined ? undefined : parsed(text), { error: errors });
    if (result.success) keys[key] = result.data;
    else if (text === undefined)
      problems.push({ place: key, message: `is missing; write, for instance, ${example(schema)}` });
    else {
      const found = result.error.issues.map((issue) => issueProblem(key, issue));
      // Of what is encrypted no text is told.
      problems.push(
        ...found.map(({ place, message }) => ({
          place,
          message: encrypted.includes(key) ? message.replace(/, not .*$/s, '') : message,
        })),
      );
    }
  }
  return { keys, problems };
}

/** Pulumi hands lists, maps, numbers and booleans over as JSON, and everything else as it stands. */
function parsed(text: string): unknown {
  if (!/^(\[|\{|true$|false$|-?\d+(\.\d+)?$)/.test(text)) return text;
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}

function issueProblem(key: string, issue: z.core.$ZodIssue): Problem {
  return { place: [key, ...issue.path.map(String)].join('.'), message: issue.message };
}

function example(schema: z.ZodType): string {
  const examples: unknown = schema.meta()?.['examples'];
  return JSON.stringify(Array.isArray(examples) ? examples[0] : undefined);
}

function unknownKeys(raw: Readonly<Record<string, string>>): Problem[] {
  const known = [
    ...Object.keys(KEYS),
    ...Object.keys(aws.config).map((key) => `aws:${key}`),
    ...Object.keys(auth0.config).map((key) => `auth0:${key}`),
  ];
  // A key that was written without a namespace comes under the project's name.
  const own = `${pulumi.getProject()}:`;
  const meant = (key: string): string => (key.startsWith(own) ? `api:${key.slice(own.length)}` : key);
  return Object.keys(raw)
    .filter((key) => !known.includes(key) && !key.startsWith('pulumi:'))
    .map((key) => ({
      place: key,
      message: `nobody reads this key${didYouMean(meant(key), known)}${key.startsWith('api:') ? '' : ' (the settings of this program begin with api:)'}`,
    }));
}

function needed<K extends Key>(keys: CheckedKeys, key: K): NonNullable<CheckedKeys[K]> {
  const value = keys[key];
  if (value === undefined) throw new Error(`${key} was not reported as missing`);
  return value;
}
