import { createHash, createPublicKey } from 'node:crypto';
import {
  DEFAULT_ID_TOKEN_LIFETIME,
  DEFAULT_IDLE_REFRESH_LIFETIME,
  DEFAULT_REFRESH_LIFETIME,
  MAX_REFRESH_LIFETIME,
  THIRD_PARTY_ID_TOKEN_LIFETIME,
  type ASSERTION_ALGORITHMS,
} from '../../../limits/auth0.ts';
import { UserError } from '../common/user-error.ts';
import type { Emulated, Lookup } from '../resources/lookup.ts';
import type { InputsOf } from '../resources/types.ts';
import { actionsOf, type Action } from './actions.ts';

/** An Auth0 tenant, as far as the program declares it. */
export interface Tenant {
  /** The tenant's own domain, from the provider's configuration. */
  readonly domain: string;
  /** The domain that tokens are requested from: the custom domain, where the tenant has one. */
  readonly issuerDomain: string;
  /** A further domain, which names itself as the issuer of the tokens requested there. */
  readonly secondIssuerDomain?: string | undefined;
  readonly resourceServers: readonly ResourceServer[];
  readonly clients: readonly Client[];
  readonly grants: readonly ClientGrant[];
  readonly connections: readonly Connection[];
  readonly roles: readonly Role[];
  readonly users: readonly User[];
  /** The connection that plain `grant_type=password` logs in against. */
  readonly defaultDirectory: string | undefined;
  /** The Actions that it runs, in their order. */
  readonly actions: readonly Action[];
}

/** Returns the name of the client that a token's `azp` claim names, or the claim itself where it is another string. */
export function clientName({ clients }: Pick<Tenant, 'clients'>, azp: unknown): string | undefined {
  const name = clients.find(({ clientId }) => clientId === azp)?.name;
  return name ?? (typeof azp === 'string' ? azp : undefined);
}

/** An API in Auth0. Source: https://auth0.com/docs/get-started/apis/api-settings */
export interface ResourceServer {
  readonly identifier: string;
  readonly scopes: readonly string[];
  /** RBAC: a user's token holds no more than the user's permissions. */
  readonly enforcePolicies: boolean;
  /** `access_token_authz` puts the user's permissions into the token besides. */
  readonly permissionsInToken: boolean;
  /** Seconds. */
  readonly tokenLifetime: number;
  readonly clientPolicy: 'require_client_grant' | 'deny_all';
  readonly userPolicy: 'allow_all' | 'require_client_grant' | 'deny_all';
  /** Whether applications may get refresh tokens for it. */
  readonly allowOfflineAccess: boolean;
  /** Whether users of a first-party application are spared the consent page. */
  readonly skipsConsent: boolean;
}

/** An application. Its secret is that of the stack's outputs, and belongs into no log. */
export interface Client {
  readonly clientId: string;
  readonly name: string;
  /** The resource's name in the program. */
  readonly logicalName: string;
  /** The names that it had there before; an engine keeps it by them. */
  readonly formerly: readonly string[];
  readonly firstParty: boolean;
  /**
   * Whether a request that names no audience goes to Auth0's older pipeline, which the twin does not have.
   * Source: https://auth0.com/docs/api/management/v2/clients/post-clients (oidc_conformant)
   */
  readonly legacy?: boolean;
  readonly grantTypes: readonly string[];
  /** What an Action reads as `event.client.metadata`. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Empty for a client without one: a public client, and one with keys. */
  readonly secret: string;
  /** What verifies the assertions of a client that authenticates with `private_key_jwt`; absent for any other. */
  readonly keys?: readonly ClientKey[];
  /** Whether it proves itself with nothing, as an application in a browser or on a device. */
  readonly isPublic: boolean;
  /** Seconds that an id token lives. */
  readonly idTokenLifetime: number;
  readonly login: LoginSettings;
}

/** A public key of a client. Source: https://auth0.com/docs/get-started/applications/configure-private-key-jwt */
export interface ClientKey {
  /** The key's thumbprint, which an assertion may name. */
  readonly kid: string;
  readonly pem: string;
  readonly algorithm: (typeof ASSERTION_ALGORITHMS)[number];
  /** In ISO 8601; absent for a key that does not expire. */
  readonly expiresAt?: string;
}

/** How users log in through a client. */
export interface LoginSettings {
  readonly callbacks: readonly string[];
  readonly logoutUrls: readonly string[];
  /** Origins that may send it requests from a browser, besides those of its callbacks. */
  readonly origins: readonly string[];
  /** Origins that may take the answer of a silent login. */
  readonly webOrigins: readonly string[];
  /** Whether a callback on localhost is spared the confirmation page. */
  readonly skipsConfirmation: boolean;
  /** Whether an error that a user causes stays on a page of the tenant. */
  readonly keepsErrors: boolean;
  readonly refresh: RefreshSettings;
}

/** How a client's refresh tokens rotate and end. Times are in seconds; an absent one is no limit. */
export interface RefreshSettings {
  readonly rotates: boolean;
  /** How long after an exchange the previous token may be used again. */
  readonly leeway: number;
  readonly lifetime: number | undefined;
  readonly idleLifetime: number | undefined;
}

/** A client that logs no users in. */
export const NO_LOGIN: LoginSettings = {
  callbacks: [],
  logoutUrls: [],
  origins: [],
  webOrigins: [],
  skipsConfirmation: false,
  keepsErrors: false,
  refresh: { rotates: false, leeway: 0, lifetime: undefined, idleLifetime: undefined },
};

/** What a client may ask of an API: for itself, or on behalf of users. */
export interface ClientGrant {
  readonly clientId: string;
  readonly audience: string;
  readonly scopes: readonly string[];
  readonly subjectType: 'client' | 'user';
}

/** A database of users, and the clients that may log them in. */
export interface Connection {
  readonly id: string;
  readonly name: string;
  readonly clientIds: readonly string[];
  readonly bruteForceProtection: boolean;
}

/** A scope of one API: another API may have one of the same name. */
export interface Permission {
  readonly name: string;
  readonly audience: string;
}

/** Permissions under a name, which a user has as long as the user has the role. */
export interface Role {
  readonly id: string;
  readonly name: string;
  readonly logicalName: string;
  readonly permissions: readonly Permission[];
}

/** A user of a connection, with the password: never print it. */
export interface User {
  readonly userId: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly connection: string;
  readonly password: string;
  readonly blocked: boolean;
  readonly name: string;
  readonly nickname: string;
  readonly picture: string | undefined;
  readonly givenName?: string | undefined;
  readonly familyName?: string | undefined;
  readonly userMetadata?: Readonly<Record<string, unknown>> | undefined;
  readonly appMetadata?: Readonly<Record<string, unknown>> | undefined;
  readonly roleIds: readonly string[];
}

/** Returns the tenant as its second issuer, which it is for those who ask it by that domain. */
export function asSecondIssuer(tenant: Tenant): Tenant {
  return { ...tenant, issuerDomain: tenant.secondIssuerDomain ?? tenant.issuerDomain };
}

/** Returns where a twin's tenant is its second issuer: at the address by number. */
export function secondIssuerUrl(tenantUrl: string): string {
  return tenantUrl.replace('//localhost:', '//127.0.0.1:');
}

/** @throws UserError where the resources refer to something that is not there */
export function tenantOf(
  lookup: Lookup,
  provider: {
    readonly domain: string;
    readonly issuerDomain: string | undefined;
    readonly secondIssuerDomain?: string | undefined;
  },
): Tenant {
  const scopes = [
    ...lookup('auth0:index/resourceServerScopes:ResourceServerScopes').flatMap(({ inputs }) =>
      inputs.scopes.map(({ name }) => ({ api: inputs.resourceServerIdentifier, name })),
    ),
    ...lookup('auth0:index/resourceServerScope:ResourceServerScope').map(({ inputs }) => ({
      api: inputs.resourceServerIdentifier,
      name: inputs.scope,
    })),
  ];
  const thirdParties = lookup('auth0:index/client:Client')
    .filter(({ inputs }) => !inputs.isFirstParty)
    .map(({ id }) => id);
  const enabledIn = (connectionId: string): string[] => [
    ...lookup('auth0:index/connectionClients:ConnectionClients')
      .filter(({ inputs }) => inputs.connectionId === connectionId)
      .flatMap(({ inputs }) => inputs.enabledClients),
    ...lookup('auth0:index/connectionClient:ConnectionClient')
      .filter(({ inputs }) => inputs.connectionId === connectionId)
      .map(({ inputs }) => inputs.clientId),
  ];
  const held = [
    ...lookup('auth0:index/rolePermissions:RolePermissions').flatMap(({ inputs: { roleId, permissions } }) =>
      permissions.map(({ name, resourceServerIdentifier: audience }) => ({ roleId, name, audience })),
    ),
    ...lookup('auth0:index/rolePermission:RolePermission').map(({ inputs }) => ({
      roleId: inputs.roleId,
      name: inputs.permission,
      audience: inputs.resourceServerIdentifier,
    })),
  ];
  const assigned = [
    ...lookup('auth0:index/userRoles:UserRoles').flatMap(({ inputs: { userId, roles } }) =>
      roles.map((roleId) => ({ userId, roleId })),
    ),
    ...lookup('auth0:index/userRole:UserRole').map(({ inputs }) => inputs),
  ];
  const tenants = lookup('auth0:index/tenant:Tenant');
  if (tenants.length > 1) throw new UserError('The program declares the Auth0 tenant more than once.');

  const tenant: Tenant = {
    domain: provider.domain,
    issuerDomain: provider.issuerDomain ?? provider.domain,
    ...(provider.secondIssuerDomain !== undefined && { secondIssuerDomain: provider.secondIssuerDomain }),
    resourceServers: lookup('auth0:index/resourceServer:ResourceServer').map(({ inputs }) => ({
      identifier: inputs.identifier,
      scopes: scopes.filter(({ api }) => api === inputs.identifier).map(({ name }) => name),
      enforcePolicies: inputs.enforcePolicies,
      permissionsInToken: inputs.tokenDialect === 'access_token_authz',
      tokenLifetime: inputs.tokenLifetime,
      clientPolicy: inputs.subjectTypeAuthorization.client.policy,
      userPolicy: inputs.subjectTypeAuthorization.user.policy,
      allowOfflineAccess: inputs.allowOfflineAccess ?? false,
      skipsConsent: inputs.skipConsentForVerifiableFirstPartyClients ?? true,
    })),
    clients: lookup('auth0:index/client:Client').map(({ name, id, inputs, outputs, formerly }) => ({
      clientId: id,
      name: inputs.name,
      logicalName: name,
      formerly,
      firstParty: inputs.isFirstParty,
      legacy: inputs.isFirstParty && inputs.oidcConformant !== true,
      grantTypes: inputs.grantTypes,
      ...(inputs.clientMetadata && { metadata: inputs.clientMetadata }),
      ...credentialsOf(lookup, { id, name, inputs, outputs }),
      idTokenLifetime:
        inputs.jwtConfiguration.lifetimeInSeconds ??
        (inputs.isFirstParty ? DEFAULT_ID_TOKEN_LIFETIME : THIRD_PARTY_ID_TOKEN_LIFETIME),
      login: loginOf(inputs),
    })),
    grants: lookup('auth0:index/clientGrant:ClientGrant').map(({ inputs }) => inputs),
    connections: [
      ...lookup('auth0:index/connection:Connection').map(({ id, inputs }) => ({
        id,
        name: inputs.name,
        // Source: https://auth0.com/docs/authenticate/identity-providers/promote-connections-to-domain-level
        clientIds: [...enabledIn(id), ...(inputs.isDomainConnection === true ? thirdParties : [])],
        bruteForceProtection: inputs.options?.bruteForceProtection ?? true,
      })),
      ...lookup('auth0:index/getConnection:getConnection').map(({ id, name }) => ({
        id,
        name,
        clientIds: [...enabledIn(id), ...thirdParties],
        bruteForceProtection: true,
      })),
    ],
    roles: lookup('auth0:index/role:Role').map(({ id, name, inputs }) => ({
      id,
      name: inputs.name,
      logicalName: name,
      permissions: held
        .filter(({ roleId }) => roleId === id)
        .map(({ name: permission, audience }) => ({ name: permission, audience })),
    })),
    users: lookup('auth0:index/user:User').map(({ id, inputs }) => ({
      userId: id,
      email: inputs.email,
      emailVerified: inputs.emailVerified ?? false,
      connection: inputs.connectionName,
      password: inputs.password,
      blocked: inputs.blocked ?? false,
      name: inputs.name ?? inputs.email,
      nickname: inputs.nickname ?? inputs.email.split('@')[0] ?? inputs.email,
      picture: inputs.picture,
      givenName: inputs.givenName,
      familyName: inputs.familyName,
      userMetadata: inputs.userMetadata,
      appMetadata: inputs.appMetadata,
      roleIds: assigned.filter(({ userId }) => userId === id).map(({ roleId }) => roleId),
    })),
    defaultDirectory: tenants[0]?.inputs.defaultDirectory,
    actions: actionsOf(lookup),
  };
  refuseTwice(lookup);
  refuseDangling(tenant, lookup);
  return tenant;
}

/** Without ClientCredentials, Auth0 gives a client a secret, unless it is one that can keep none. */
function credentialsOf(
  lookup: Lookup,
  { id, name, inputs, outputs }: Pick<Emulated<'auth0:index/client:Client'>, 'id' | 'name' | 'inputs' | 'outputs'>,
): Pick<Client, 'secret' | 'isPublic' | 'keys'> {
  const found = lookup('auth0:index/clientCredentials:ClientCredentials').filter((one) => one.inputs.clientId === id);
  if (found.length > 1) {
    throw new UserError(`The client "${name}" has ${found.length} ClientCredentials; each would undo the other's.`);
  }
  const [credentials] = found;
  const declared = credentials?.inputs.privateKeyJwt?.credentials;
  if (declared !== undefined) return { secret: '', isPublic: false, keys: declared.map(keyOf) };
  const isPublic =
    credentials === undefined ? isPublicType(inputs) : credentials.inputs.authenticationMethod === 'none';
  const secret = (credentials?.outputs ?? outputs)['clientSecret'];
  return { secret: isPublic || typeof secret !== 'string' ? '' : secret, isPublic };
}

type Credential = NonNullable<
  InputsOf<'auth0:index/clientCredentials:ClientCredentials'>['privateKeyJwt']
>['credentials'][number];

/** Auth0 identifies a key by its thumbprint. Source: RFC 7638 */
function keyOf({ pem, algorithm, expiresAt }: Credential): ClientKey {
  const { e, kty, n } = createPublicKey(pem).export({ format: 'jwk' });
  const kid = createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url');
  return { kid, pem, algorithm, ...(expiresAt !== undefined && { expiresAt }) };
}

function isPublicType({ appType }: ClientInputs): boolean {
  return appType === 'spa' || appType === 'native';
}

type ClientInputs = InputsOf<'auth0:index/client:Client'>;

function loginOf(inputs: ClientInputs): LoginSettings {
  return {
    callbacks: inputs.callbacks ?? [],
    logoutUrls: inputs.allowedLogoutUrls ?? [],
    origins: [...(inputs.allowedOrigins ?? []), ...(inputs.webOrigins ?? [])],
    webOrigins: inputs.webOrigins ?? [],
    skipsConfirmation: inputs.skipNonVerifiableCallbackUriConfirmationPrompt === 'true',
    keepsErrors: (inputs.redirectionPolicy ?? defaultPolicy(inputs)) === 'open_redirect_protection',
    refresh: refreshOf(inputs),
  };
}

/** Source: https://auth0.com/docs/get-started/applications/third-party-applications/user-consent-and-third-party-applications */
function defaultPolicy({ isFirstParty }: ClientInputs): ClientInputs['redirectionPolicy'] {
  return isFirstParty ? 'allow_always' : 'open_redirect_protection';
}

/** What the tenant was captured to set where a client says nothing of it. */
function refreshOf(inputs: ClientInputs): RefreshSettings {
  const { refreshToken, isFirstParty } = inputs;
  if (refreshToken === undefined) {
    return isFirstParty
      ? { rotates: false, leeway: 0, lifetime: undefined, idleLifetime: undefined }
      : {
          rotates: isPublicType(inputs),
          leeway: 0,
          lifetime: MAX_REFRESH_LIFETIME,
          idleLifetime: DEFAULT_REFRESH_LIFETIME,
        };
  }
  const expires = refreshToken.expirationType === 'expiring';
  const { infiniteTokenLifetime, infiniteIdleTokenLifetime } = refreshToken;
  return {
    rotates: refreshToken.rotationType === 'rotating',
    leeway: refreshToken.leeway ?? 0,
    lifetime:
      expires && infiniteTokenLifetime !== true ? (refreshToken.tokenLifetime ?? DEFAULT_REFRESH_LIFETIME) : undefined,
    idleLifetime:
      expires && infiniteIdleTokenLifetime !== true
        ? (refreshToken.idleTokenLifetime ?? DEFAULT_IDLE_REFRESH_LIFETIME)
        : undefined,
  };
}

/** What Auth0 has once: it would refuse the second, or each deployment would undo what the other resource wrote. */
function refuseTwice(lookup: Lookup): void {
  const names: readonly string[] = [
    ...lookup('auth0:index/resourceServer:ResourceServer').map(({ inputs }) => `the API ${inputs.identifier}`),
    ...lookup('auth0:index/resourceServerScopes:ResourceServerScopes').map(
      ({ inputs }) => `the scopes of the API ${inputs.resourceServerIdentifier}`,
    ),
    ...lookup('auth0:index/resourceServerScope:ResourceServerScope').map(
      ({ inputs }) => `the scope ${inputs.scope} of the API ${inputs.resourceServerIdentifier}`,
    ),
    ...lookup('auth0:index/clientGrant:ClientGrant').map(
      ({ inputs }) => `the ${inputs.subjectType} grant of ${inputs.audience} to the client ${inputs.clientId}`,
    ),
    ...lookup('auth0:index/connection:Connection').map(({ inputs }) => `the connection ${inputs.name}`),
    ...lookup('auth0:index/connectionClients:ConnectionClients').map(
      ({ inputs }) => `the enabled clients of the connection ${inputs.connectionId}`,
    ),
    ...lookup('auth0:index/role:Role').map(({ inputs }) => `the role ${inputs.name}`),
    ...lookup('auth0:index/rolePermissions:RolePermissions').map(
      ({ inputs }) => `the permissions of the role ${inputs.roleId}`,
    ),
    ...lookup('auth0:index/user:User').map(({ inputs }) => `the user ${inputs.email} of ${inputs.connectionName}`),
    ...lookup('auth0:index/userRoles:UserRoles').map(({ inputs }) => `the roles of the user ${inputs.userId}`),
  ];
  const twice = names.filter((name, index) => names.indexOf(name) < index);
  if (twice.length > 0) throw new UserError(`The program declares more than once: ${twice.join('; ')}.`);
}

/** A reference to what is not declared would be an error of the cloud's, in the middle of `pulumi up`. */
function refuseDangling(tenant: Tenant, lookup: Lookup): void {
  const audiences = new Set(tenant.resourceServers.map(({ identifier }) => identifier));
  const clientIds = new Set(tenant.clients.map(({ clientId }) => clientId));
  const connections = new Set(tenant.connections.map(({ name }) => name));
  const roleIds = new Set(tenant.roles.map(({ id }) => id));
  const scopes = new Set(
    tenant.resourceServers.flatMap(({ identifier, scopes: names }) => names.map((name) => `${identifier} ${name}`)),
  );
  const references: readonly (readonly [from: string, to: string, exists: boolean])[] = [
    ...[
      ...lookup('auth0:index/resourceServerScopes:ResourceServerScopes'),
      ...lookup('auth0:index/resourceServerScope:ResourceServerScope'),
    ].map(({ name, inputs }) => {
      const to = inputs.resourceServerIdentifier;
      return [`the scopes "${name}"`, `the API ${to}`, audiences.has(to)] as const;
    }),
    ...lookup('auth0:index/clientCredentials:ClientCredentials').map(
      ({ name, inputs: { clientId } }) =>
        [`the credentials "${name}"`, `the client ${clientId}`, clientIds.has(clientId)] as const,
    ),
    ...lookup('auth0:index/clientGrant:ClientGrant').flatMap(({ name, inputs }) => [
      [`the client grant "${name}"`, `the API ${inputs.audience}`, audiences.has(inputs.audience)] as const,
      [`the client grant "${name}"`, `the client ${inputs.clientId}`, clientIds.has(inputs.clientId)] as const,
      ...inputs.scopes.map(
        (scope) =>
          [`the client grant "${name}"`, `the scope ${scope}`, scopes.has(`${inputs.audience} ${scope}`)] as const,
      ),
    ]),
    ...tenant.roles.flatMap(({ logicalName, permissions }) =>
      permissions.map(
        ({ name, audience }) =>
          [
            `the role "${logicalName}"`,
            `the permission ${name} of ${audience}`,
            scopes.has(`${audience} ${name}`),
          ] as const,
      ),
    ),
    ...lookup('auth0:index/connectionClients:ConnectionClients').flatMap(({ name, inputs }) => [
      [
        `the enabled clients "${name}"`,
        `the connection ${inputs.connectionId}`,
        tenant.connections.some(({ id }) => id === inputs.connectionId),
      ] as const,
      ...inputs.enabledClients.map(
        (id) => [`the enabled clients "${name}"`, `the client ${id}`, clientIds.has(id)] as const,
      ),
    ]),
    ...lookup('auth0:index/connectionClient:ConnectionClient').flatMap(({ name, inputs }) => [
      [
        `the enabled client "${name}"`,
        `the connection ${inputs.connectionId}`,
        tenant.connections.some(({ id }) => id === inputs.connectionId),
      ] as const,
      [`the enabled client "${name}"`, `the client ${inputs.clientId}`, clientIds.has(inputs.clientId)] as const,
    ]),
    ...tenant.users.flatMap(({ email, connection, roleIds: ids }) => [
      [`the user ${email}`, `the connection ${connection}`, connections.has(connection)] as const,
      ...ids.map((id) => [`the user ${email}`, `the role ${id}`, roleIds.has(id)] as const),
    ]),
    ...(tenant.defaultDirectory === undefined
      ? []
      : [
          [
            'the tenant',
            `the connection ${tenant.defaultDirectory}`,
            connections.has(tenant.defaultDirectory),
          ] as const,
        ]),
  ];
  const dangling = references.filter(([, , exists]) => !exists);
  if (dangling.length > 0) {
    throw new UserError('The program refers to what it does not declare:', {
      problems: dangling.map(([from, to]) => ({ place: from, message: `refers to ${to}, which is not there` })),
    });
  }
}
