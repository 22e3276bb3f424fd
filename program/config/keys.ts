import { Region } from '@pulumi/aws/types/enums/index.js';
import { z } from 'zod';
import { IDENTIFIER_LENGTH, MAX_TOKEN_LIFETIME } from '../../limits/auth0.ts';
import { DEFAULT_ROUTE_QUOTA, IDENTITY_SOURCE } from '../../limits/http-api.ts';
import { EXCEPTABLE, EXCEPTABLE_KEYS, type ExceptableKey } from '../../limits/production.ts';
import { reason } from '../contract/reason.ts';
import { described, matching } from '../schemas.ts';
import { didYouMean } from '../../limits/nearest.ts';
import { API_KEYS, basePath, hostLike } from './api-keys.ts';
import { client } from './client-settings.ts';
import { LOGIN_KEYS } from './login-keys.ts';

const identifier = z
  .string()
  .max(IDENTIFIER_LENGTH)
  .refine((text) => URL.canParse(text) && !/\s/.test(text), {
    error: 'an API identifier must be a URI, like https://api.example.com (no server needs to answer there)',
  });

const REGIONS: readonly string[] = Object.values(Region);

const exceptions = z.strictObject(
  Object.fromEntries(
    EXCEPTABLE_KEYS.map((key) => [
      key,
      described(reason.optional(), `The reason for an exception to this rule: ${EXCEPTABLE[key]}.`),
    ]),
  ) as Record<ExceptableKey, z.ZodOptional<typeof reason>>,
);

/** The schema of every key under `api:`, and of the provider keys that the program reads. */
export const KEYS = {
  'aws:region': described(
    z
      .string()
      .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, { error: 'write a region, like eu-central-1', abort: true })
      .refine((region) => REGIONS.includes(region), {
        error: ({ input }) => `the AWS provider has no such region${didYouMean(String(input), REGIONS)}`,
      }),
    'The region of the HTTP API and its functions.',
    'eu-central-1',
  ),
  'auth0:domain': described(
    hostLike('your-tenant.eu.auth0.com'),
    "The Auth0 tenant's own domain.",
    'your-tenant.eu.auth0.com',
  ),
  'api:audience': described(
    identifier,
    "The identifier of the Auth0 API, which is a token's audience. Auth0 cannot change it later.",
    'https://api.example.com',
  ),
  'api:secondAudience': described(
    identifier.optional(),
    'The identifier of a second Auth0 API with the same permissions, roles and client grants. The authorizer accepts its tokens too. Use it while callers move from one audience to another.',
    'https://new-api.example.com',
  ),
  'api:otherAudiences': described(
    z.array(identifier).default([]),
    'Further API identifiers whose tokens the authorizer accepts. The program does not create these APIs in Auth0.',
    ['https://old-api.example.com'],
  ),
  'api:production': described(
    z.boolean(),
    `true protects the Auth0 API, the HTTP API, and the clients with their secrets and grants from deletion. It requires: ${Object.values(EXCEPTABLE).join('; ')}. To allow an exception, add it under api:exceptions with a reason.`,
    false,
  ),
  'api:exceptions': described(
    exceptions.default({}),
    'Exceptions to the rules for production, each with its reason. The access report shows them.',
    { tokenLifetime: 'The nightly import takes three hours with one token, SEC-114' },
  ),
  'api:tokenLifetime': described(
    z.int().min(60).max(MAX_TOKEN_LIFETIME).default(3600),
    'The lifetime of an access token in seconds.',
    3600,
  ),
  'api:passwordGrant': described(
    z.enum(['allow', 'forbid']).default('forbid'),
    'Whether a client of this stack may use the password grant.',
    'forbid',
  ),
  'api:userAccess': described(
    z.enum(['allow', 'deny']).optional(),
    "Whether users may get tokens for this API. With allow, Auth0's default, every first-party application of the tenant may request tokens for users, even if this program does not declare it; only RBAC limits them. With deny, only clients that request tokens for themselves get any.",
    'deny',
  ),
  'api:defaultDirectory': described(
    z.boolean().default(false),
    "true sets the tenant's default directory, which plain grant_type=password needs. This also resets the tenant's custom error page, mTLS and default token quota, so use it only in a tenant that you do not share.",
    false,
  ),
  'api:clients': described(
    z.array(client).min(1, { error: 'name at least one client; without one no application can request a token' }),
    'The applications that may request tokens.',
    [{ name: 'test-app', party: 'first', grants: ['client_credentials'], permissions: ['read:user'] }],
  ),
  'api:probe': described(
    z.string().optional(),
    'The client in api:clients that verifies the deployed API: `npm run verify -- --deployed` calls a production stack only as this client. It must have only the grant client_credentials. Give it its own permissions and tokenQuota.',
    'probe',
  ),
  ...LOGIN_KEYS,
  'api:issuerDomain': described(
    hostLike('login.example.com').optional(),
    "An Auth0 custom domain. With it, the authorizer trusts only this domain: request tokens from it, because tokens from the tenant's own domain are rejected.",
    'login.example.com',
  ),
  'api:secondIssuer': described(
    z
      .strictObject({
        domain: described(
          hostLike('login.example.com'),
          'A domain of the same tenant: its own, or an Auth0 custom domain.',
        ),
        basePath: described(basePath, 'The base path of the second API at the domain of the first.'),
        reason: described(
          reason.exactOptional(),
          'Why no caller of the first API needs a path below basePath, if a route like ANY /{proxy+} matches it.',
        ),
      })
      .optional(),
    'A second API with the same routes and functions, at a base path of api:domain. Its authorizer trusts only this issuer. Use it while callers move to another domain of the tenant.',
    { domain: 'login.example.com', basePath: 'v2' },
  ),
  'api:identitySource': described(
    matching(IDENTITY_SOURCE, 'write $request.header.<name> or $request.querystring.<name>').default(
      '$request.header.Authorization',
    ),
    'The header or query parameter that has the token.',
    '$request.header.X-Token',
  ),
  'api:routeQuota': described(
    z.int().min(1).default(DEFAULT_ROUTE_QUOTA),
    `Routes per API that AWS allows this account: ${DEFAULT_ROUTE_QUOTA} until AWS raises the quota.`,
    600,
  ),
  ...API_KEYS,
} as const satisfies Record<string, z.ZodType>;

export type Key = keyof typeof KEYS;
/** The values of a stack file without a problem. */
export type CompleteKeys = { readonly [K in Key]: z.infer<(typeof KEYS)[K]> };
/** The stack file's valid values; invalid keys are absent. */
export type CheckedKeys = { readonly [K in Key]?: CompleteKeys[K] };
