import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import {
  ASSERTION_ALGORITHMS,
  DEFAULT_TOKEN_LIFETIME,
  KEYS_PER_CLIENT,
  MAX_TOKEN_LIFETIME,
  PUBLIC_PEM,
  SMALLEST_RSA_KEY,
} from '../../../limits/auth0.ts';
import { parsedJson } from '../common/shapes.ts';
import { AUTH0_ACTIONS } from './auth0-actions.ts';
import { anyValue, idOf, optionalText, positive, strings, text, texts, unused, type ResourceType } from './resource.ts';

const distinct = strings.refine((all) => new Set(all).size === all.length, { error: 'a name is listed twice' });

/** Connections whose name is their strategy by default. Source: https://auth0.com/docs/authenticate/identity-providers/social-identity-providers */
const SOCIAL = ['google-oauth2', 'github', 'facebook', 'apple', 'linkedin', 'windowslive', 'twitter'];

/** Source: https://auth0.com/docs/get-started/applications/application-grant-types */
function defaultGrants(appType: string | undefined): string[] {
  if (appType === 'non_interactive') return ['client_credentials'];
  const browser = ['authorization_code', 'implicit', 'refresh_token'];
  return appType === 'spa' || appType === 'native' ? browser : [...browser, 'client_credentials'];
}

/** Seconds. Source: https://auth0.com/docs/secure/tokens/refresh-tokens/configure-refresh-token-rotation */
const refreshToken = z
  .strictObject({
    rotationType: z.enum(['rotating', 'non-rotating']),
    expirationType: z.enum(['expiring', 'non-expiring']),
    leeway: z.int().min(0).optional(),
    tokenLifetime: z.int().positive().optional(),
    infiniteTokenLifetime: z.boolean().optional(),
    idleTokenLifetime: z.int().positive().optional(),
    infiniteIdleTokenLifetime: z.boolean().optional(),
  })
  .refine(({ rotationType, expirationType }) => rotationType === 'non-rotating' || expirationType === 'expiring', {
    error: 'Auth0 rotates only tokens that expire; write "expiring"',
    path: ['expirationType'],
  });

function isRsaPublicKey(pem: string): boolean {
  if (!PUBLIC_PEM.test(pem)) return false;
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey(pem);
    return asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= SMALLEST_RSA_KEY;
  } catch {
    return false;
  }
}

/** Source: https://auth0.com/docs/get-started/applications/configure-private-key-jwt */
const privateKeyJwt = z.strictObject({
  credentials: z
    .array(
      z.strictObject({
        credentialType: z.literal('public_key'),
        pem: z.string().refine(isRsaPublicKey, {
          error: `write a public RSA key of ${SMALLEST_RSA_KEY} bits or more, or its certificate, in PEM`,
        }),
        algorithm: z.enum(ASSERTION_ALGORITHMS).default('RS256'),
        name: anyValue,
        expiresAt: z.iso.datetime({ offset: true }).optional(),
        parseExpiryFromCert: z
          .literal(false, { error: 'the twin does not read the expiry of a certificate; write expiresAt' })
          .optional(),
      }),
    )
    .min(1)
    .max(KEYS_PER_CLIENT),
});

/** The provider has it as JSON. */
const metadata = z
  .string()
  .transform(parsedJson)
  .pipe(z.record(z.string(), z.unknown(), { error: 'write a JSON object' }));

/** Auth0's resource types. Source: https://www.pulumi.com/registry/packages/auth0/api-docs/ */
export const AUTH0 = {
  ...AUTH0_ACTIONS,
  'auth0:index/resourceServer:ResourceServer': {
    outputs: ({ name, identity }) => ({ id: identity.hex(`api ${name}`, 24) }),
    inputs: z.strictObject({
      identifier: z.string().min(1, { error: 'write the API’s audience' }),
      // The defaults are those of a live tenant, as the Terraform provider has recorded it (TestAccResourceServer).
      signingAlg: z
        .literal('RS256', { error: 'API Gateway accepts "RS256" only, and so does the twin' })
        .default('RS256'),
      enforcePolicies: z.boolean().default(false),
      tokenDialect: z.enum(['access_token', 'access_token_authz']).default('access_token'),
      tokenLifetime: z
        .int()
        .positive()
        .max(MAX_TOKEN_LIFETIME, { error: `Auth0 accepts at most ${MAX_TOKEN_LIFETIME} s` })
        .default(DEFAULT_TOKEN_LIFETIME),
      subjectTypeAuthorization: z
        .strictObject({
          client: z
            .strictObject({ policy: z.enum(['require_client_grant', 'deny_all']) })
            .default({ policy: 'require_client_grant' }),
          user: z
            .strictObject({ policy: z.enum(['allow_all', 'require_client_grant', 'deny_all']) })
            .default({ policy: 'allow_all' }),
        })
        .default({ client: { policy: 'require_client_grant' }, user: { policy: 'allow_all' } }),
      name: anyValue,
      allowOfflineAccess: z.boolean().optional(),
      skipConsentForVerifiableFirstPartyClients: z.boolean().optional(),
      // Applies to the implicit and hybrid flows only, which the twin does not emulate.
      tokenLifetimeForWeb: anyValue,
    }),
  },
  'auth0:index/resourceServerScopes:ResourceServerScopes': {
    outputs: idOf('resourceServerIdentifier'),
    inputs: z.strictObject({
      resourceServerIdentifier: z.string(),
      scopes: z.array(z.strictObject({ name: z.string(), description: anyValue })),
    }),
  },
  'auth0:index/resourceServerScope:ResourceServerScope': {
    outputs: idOf('resourceServerIdentifier', 'scope'),
    inputs: z.strictObject({ resourceServerIdentifier: z.string(), scope: z.string(), description: anyValue }),
  },
  'auth0:index/client:Client': {
    outputs: ({ name, inputs, identity }) => {
      const random = identity.alphanumeric(`client ${name}`, 32);
      // Source: https://auth0.com/docs/get-started/applications/third-party-applications/security-controls
      const clientId = inputs['isFirstParty'] === false ? `tpc_${random}` : random;
      // A client without ClientCredentials has a secret all the same.
      return { id: clientId, outputs: { clientId, clientSecret: identity.alphanumeric(`secret ${name}`, 64) } };
    },
    inputs: z
      .strictObject({
        name: z.string(),
        isFirstParty: z.boolean().default(true),
        // A grant that the twin does not emulate is refused where a token is asked for.
        grantTypes: strings.optional(),
        oidcConformant: z.boolean().optional(),
        thirdPartySecurityMode: z.literal('strict').optional(),
        jwtConfiguration: z
          .strictObject({ alg: z.literal('RS256').default('RS256'), lifetimeInSeconds: positive.optional() })
          .default({ alg: 'RS256' }),
        appType: z.string().optional(),
        callbacks: strings.optional(),
        allowedLogoutUrls: strings.optional(),
        allowedOrigins: strings.optional(),
        webOrigins: strings.optional(),
        // The provider has this boolean as a string.
        skipNonVerifiableCallbackUriConfirmationPrompt: z.enum(['true', 'false', 'null']).optional(),
        redirectionPolicy: z.enum(['allow_always', 'open_redirect_protection']).optional(),
        refreshToken: refreshToken.optional(),
        clientMetadata: z.record(z.string(), z.string()).optional(),
        // The login page of the twin is the same either way.
        customLoginPageOn: z.boolean().optional(),
        ...unused('description', 'logoUri', 'initiateLoginUri', 'tokenQuota'),
      })
      .refine(({ isFirstParty, oidcConformant }) => isFirstParty || oidcConformant !== false, {
        error: 'Auth0 makes every third-party client OIDC conformant; write true',
        path: ['oidcConformant'],
      })
      .transform((inputs) => ({ ...inputs, grantTypes: inputs.grantTypes ?? defaultGrants(inputs.appType) })),
    withoutEffect: { tokenQuota: 'token quotas' },
  },
  'auth0:index/clientCredentials:ClientCredentials': {
    outputs: ({ name, inputs, identity }) => ({
      id: text(inputs, 'clientId'),
      outputs: { clientSecret: optionalText(inputs, 'clientSecret') ?? identity.alphanumeric(`secret ${name}`, 64) },
    }),
    inputs: z
      .strictObject({
        clientId: z.string(),
        authenticationMethod: z.enum(['none', 'client_secret_post', 'client_secret_basic', 'private_key_jwt']),
        clientSecret: z.string().min(1).optional(),
        privateKeyJwt: privateKeyJwt.optional(),
      })
      .refine(
        ({ authenticationMethod, privateKeyJwt: keys }) =>
          (authenticationMethod === 'private_key_jwt') === (keys !== undefined),
        {
          error: 'required with authenticationMethod private_key_jwt, and allowed with no other',
          path: ['privateKeyJwt'],
        },
      )
      .refine(({ clientSecret, privateKeyJwt: keys }) => clientSecret === undefined || keys === undefined, {
        error: 'a client with private_key_jwt has no secret; remove clientSecret',
        path: ['clientSecret'],
      }),
  },
  'auth0:index/clientGrant:ClientGrant': {
    outputs: ({ name, identity }) => ({ id: `cgr_${identity.alphanumeric(`grant ${name}`, 16)}` }),
    inputs: z.strictObject({
      clientId: z.string(),
      audience: z.string(),
      scopes: distinct,
      // Source: https://auth0.com/docs/api/management/v2/client-grants/post-client-grants
      subjectType: z.enum(['client', 'user']).default('client'),
    }),
  },
  'auth0:index/connection:Connection': {
    outputs: ({ name, identity }) => ({ id: `con_${identity.alphanumeric(`connection ${name}`, 16)}` }),
    inputs: z.strictObject({
      name: z.string(),
      strategy: z.literal('auth0'),
      options: z
        .strictObject({
          bruteForceProtection: z.boolean().optional(),
          ...unused('disableSignup', 'passwordPolicy'),
        })
        .optional(),
      displayName: anyValue,
      isDomainConnection: z.boolean().optional(),
    }),
  },
  // A provider function, not a resource: `local-engine.ts` keeps its call like one, and the twin serves an empty database.
  'auth0:index/getConnection:getConnection': {
    outputs: ({ name, identity }) => ({
      id: `con_${identity.alphanumeric(`connection ${name}`, 16)}`,
      outputs: { strategy: SOCIAL.includes(name) ? name : 'auth0', isDomainConnection: true },
    }),
    inputs: z.strictObject({ name: z.string(), skipEnabledClients: anyValue }),
  },
  'auth0:index/connectionClient:ConnectionClient': {
    outputs: idOf('connectionId', 'clientId'),
    inputs: texts('connectionId', 'clientId'),
  },
  'auth0:index/connectionClients:ConnectionClients': {
    outputs: idOf('connectionId'),
    inputs: z.strictObject({ connectionId: z.string(), enabledClients: strings }),
  },
  'auth0:index/role:Role': {
    outputs: ({ name, identity }) => ({ id: `rol_${identity.alphanumeric(`role ${name}`, 16)}` }),
    inputs: z.strictObject({ name: z.string(), description: anyValue }),
  },
  'auth0:index/rolePermissions:RolePermissions': {
    outputs: idOf('roleId'),
    inputs: z.strictObject({
      roleId: z.string(),
      permissions: z.array(z.strictObject({ name: z.string(), resourceServerIdentifier: z.string() })),
    }),
  },
  'auth0:index/rolePermission:RolePermission': {
    outputs: idOf('roleId', 'resourceServerIdentifier', 'permission'),
    inputs: texts('roleId', 'resourceServerIdentifier', 'permission'),
  },
  'auth0:index/user:User': {
    outputs: ({ name, identity }) => {
      const userId = `auth0|${identity.hex(`user ${name}`, 24)}`;
      return { id: userId, outputs: { userId } };
    },
    inputs: z.strictObject({
      connectionName: z.string(),
      email: z.email({ error: 'write an email address' }),
      emailVerified: z.boolean().optional(),
      password: z.string().min(8, { error: 'Auth0 requires at least 8 characters' }),
      blocked: z.boolean().optional(),
      name: z.string().optional(),
      nickname: z.string().optional(),
      picture: z.string().optional(),
      givenName: z.string().optional(),
      familyName: z.string().optional(),
      userMetadata: metadata.optional(),
      appMetadata: metadata.optional(),
    }),
  },
  'auth0:index/userRoles:UserRoles': {
    outputs: idOf('userId'),
    inputs: z.strictObject({ userId: z.string(), roles: strings }),
  },
  'auth0:index/userRole:UserRole': { outputs: idOf('userId', 'roleId'), inputs: texts('userId', 'roleId') },
  'auth0:index/tenant:Tenant': {
    outputs: ({ name, identity }) => ({ id: identity.hex(`tenant ${name}`, 26) }),
    inputs: z.strictObject({ defaultDirectory: z.string() }),
  },
} as const satisfies Readonly<Record<string, ResourceType>>;
