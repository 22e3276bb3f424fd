import { Region } from '@pulumi/aws/types/enums/index.js';
import { z } from 'zod';
import { IDENTIFIER_LENGTH, MAX_TOKEN_LIFETIME } from '../../limits/auth0.ts';
import { DEFAULT_ROUTE_QUOTA, IDENTITY_SOURCE } from '../../limits/http-api.ts';
import { EXCEPTABLE, EXCEPTABLE_KEYS, type ExceptableKey } from '../../limits/production.ts';
import { reason } from '../contract/reason.ts';
import { didYouMean } from '../nearest.ts';
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
      reason.optional().meta({ description: `The reason for an exception from this rule: ${EXCEPTABLE[key]}.` }),
    ]),
  ) as Record<ExceptableKey, z.ZodOptional<typeof reason>>,
);

/** The schema of every key under `api:`, and of the provider keys that the program reads. */
export const KEYS = {
  'aws:region': z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, { error: 'write a region, like eu-central-1', abort: true })
    .refine((region) => REGIONS.includes(region), {
      error: ({ input }) => `the AWS provider has no such region${didYouMean(String(input), REGIONS)}`,
    })
    .meta({ description: 'The region of the HTTP API and its functions.', examples: ['eu-central-1'] }),
  'auth0:domain': hostLike('your-tenant.eu.auth0.com').meta({
    description: "The Auth0 tenant's own domain.",
    examples: ['your-tenant.eu.auth0.com'],
  }),
  'api:audience': identifier.meta({
    description: "The identifier of the Auth0 API, which is a token's audience. Auth0 cannot change it later.",
    examples: ['https://api.example.com'],
  }),
  'api:secondAudience': identifier.optional().meta({
    description:
      'The identifier of a second Auth0 API with the same permissions, roles and client grants, whose tokens the authorizer accepts too. For the time in which callers move from one audience to another.',
    examples: ['https://new-api.example.com'],
  }),
  'api:otherAudiences': z
    .array(identifier)
    .default([])
    .meta({
      description:
        'Further API identifiers whose tokens the authorizer accepts. The Auth0 APIs are not part of this stack.',
      examples: [['https://old-api.example.com']],
    }),
  'api:production': z.boolean().meta({
    description: `true protects the Auth0 API, the HTTP API, and the clients with their secrets and grants from deletion. It requires: ${Object.values(EXCEPTABLE).join('; ')}. To allow an exception, add it under api:exceptions with a reason.`,
    examples: [false],
  }),
  'api:exceptions': exceptions.default({}).meta({
    description: 'Exceptions of a production stack, each with its reason. The access report shows them.',
    examples: [{ tokenLifetime: 'The nightly import takes three hours with one token, SEC-114' }],
  }),
  'api:tokenLifetime': z
    .int()
    .min(60)
    .max(MAX_TOKEN_LIFETIME)
    .default(3600)
    .meta({ description: 'The lifetime of an access token in seconds.', examples: [3600] }),
  'api:passwordGrant': z
    .enum(['allow', 'forbid'])
    .default('forbid')
    .meta({ description: 'Whether a client of this stack may use the password grant.', examples: ['forbid'] }),
  'api:userAccess': z
    .enum(['allow', 'deny'])
    .optional()
    .meta({
      description:
        "Whether users may get tokens of this API. Auth0's default, allow, lets every first-party application of the tenant request user tokens, limited only by RBAC, even one that this program does not declare. deny allows only clients that request tokens for themselves.",
      examples: ['deny'],
    }),
  'api:defaultDirectory': z
    .boolean()
    .default(false)
    .meta({
      description:
        "Registers the tenant's default directory, which plain grant_type=password needs. It also resets the tenant's custom error page, mTLS and default token quota, so use it only in a tenant of your own.",
      examples: [false],
    }),
  'api:clients': z
    .array(client)
    .min(1, { error: 'name at least one client; without one no application can request a token' })
    .meta({
      description: 'The applications that may request tokens.',
      examples: [[{ name: 'test-app', party: 'first', grants: ['client_credentials'], permissions: ['read:user'] }]],
    }),
  'api:probe': z
    .string()
    .optional()
    .meta({
      description:
        'The client in api:clients that verifies the deployed API: `npm run verify -- --deployed` calls a production stack only as this client. Its only grant is client_credentials. Give it its own permissions and tokenQuota.',
      examples: ['probe'],
    }),
  ...LOGIN_KEYS,
  'api:issuerDomain': hostLike('login.example.com')
    .optional()
    .meta({
      description:
        "An Auth0 custom domain. The authorizer then trusts only this domain: request tokens from it, because those from the tenant's own domain are rejected.",
      examples: ['login.example.com'],
    }),
  'api:secondIssuer': z
    .strictObject({
      domain: hostLike('login.example.com').meta({
        description: 'A domain of the same tenant: its own, or an Auth0 custom domain.',
      }),
      basePath: basePath.meta({ description: 'Where the second API is served at the domain of the first.' }),
      reason: reason.exactOptional().meta({
        description:
          'Why no caller of the first API needs a path below basePath, if a route like ANY /{proxy+} matches it.',
      }),
    })
    .optional()
    .meta({
      description:
        'A second API with the same routes and functions, at a base path of api:domain. Its authorizer trusts only this issuer. Use it while callers move to another domain of the tenant.',
      examples: [{ domain: 'login.example.com', basePath: 'v2' }],
    }),
  'api:identitySource': z
    .string()
    .regex(IDENTITY_SOURCE, { error: 'write $request.header.<name> or $request.querystring.<name>' })
    .default('$request.header.Authorization')
    .meta({ description: 'Where the authorizer looks for the token.', examples: ['$request.header.X-Token'] }),
  'api:routeQuota': z
    .int()
    .min(1)
    .default(DEFAULT_ROUTE_QUOTA)
    .meta({
      description: `Routes per API that AWS allows this account: ${DEFAULT_ROUTE_QUOTA} until AWS raises the quota.`,
      examples: [600],
    }),
  ...API_KEYS,
} as const satisfies Record<string, z.ZodType>;

export type Key = keyof typeof KEYS;
/** The stack file's valid values; invalid keys are absent. */
export type CheckedKeys = { readonly [K in Key]?: z.infer<(typeof KEYS)[K]> };
