import { UserError } from '../common/user-error.ts';
import type { Lookup } from '../resources/lookup.ts';
import { actionsOf } from './actions.ts';
import { clientsOf } from './clients.ts';
import type { Tenant } from './tenant.ts';

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
    clients: clientsOf(lookup),
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
      problems: dangling.map(([from, to]) => ({ place: from, message: `refers to ${to}, which does not exist` })),
    });
  }
}
