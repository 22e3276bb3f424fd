import { UserError } from '../common/user-error.ts';
import type { Recorded } from '../evaluate/recorded.ts';
import type { Lookup } from '../resources/lookup.ts';
import { TYPE } from '../resources/tokens.ts';
import { actionsOf } from './actions.ts';
import { clientsOf } from './clients.ts';
import { refuseDangling, refuseDuplicates } from './tenant-references.ts';
import type { Tenant } from './tenant.ts';

/**
 * @param audience that of the stack's own API, which comes first
 * @throws UserError for a duplicate, and for a reference to a resource that is not declared
 */
export function tenantOf(
  lookup: Lookup,
  { domain, issuerDomain = domain, secondIssuerDomain }: Recorded['providers']['auth0'],
  audience?: unknown,
): Tenant {
  const [declared, ...more] = lookup(TYPE.tenant);
  if (more.length > 0) throw new UserError('The program declares the Auth0 tenant more than once.');
  const tenant: Tenant = {
    domain,
    issuerDomain,
    ...(secondIssuerDomain !== undefined && { secondIssuerDomain }),
    resourceServers: resourceServersOf(lookup).toSorted(
      (a, b) => Number(b.identifier === audience) - Number(a.identifier === audience),
    ),
    clients: clientsOf(lookup),
    grants: lookup(TYPE.clientGrant).map(({ inputs }) => inputs),
    connections: connectionsOf(lookup),
    roles: rolesOf(lookup),
    users: usersOf(lookup),
    defaultDirectory: declared?.inputs.defaultDirectory,
    actions: actionsOf(lookup),
  };
  refuseDuplicates(lookup);
  refuseDangling(tenant, lookup);
  return tenant;
}

function resourceServersOf(lookup: Lookup): Tenant['resourceServers'] {
  const scopes = [
    ...lookup(TYPE.resourceServerScopes).flatMap(({ inputs }) =>
      inputs.scopes.map(({ name }) => ({ api: inputs.resourceServerIdentifier, name })),
    ),
    ...lookup(TYPE.resourceServerScope).map(({ inputs }) => ({
      api: inputs.resourceServerIdentifier,
      name: inputs.scope,
    })),
  ];
  return lookup(TYPE.resourceServer).map(({ inputs }) => ({
    identifier: inputs.identifier,
    scopes: scopes.filter(({ api }) => api === inputs.identifier).map(({ name }) => name),
    enforcePolicies: inputs.enforcePolicies,
    permissionsInToken: inputs.tokenDialect === 'access_token_authz',
    tokenLifetime: inputs.tokenLifetime,
    clientPolicy: inputs.subjectTypeAuthorization.client.policy,
    userPolicy: inputs.subjectTypeAuthorization.user.policy,
    allowOfflineAccess: inputs.allowOfflineAccess ?? false,
    skipsConsent: inputs.skipConsentForVerifiableFirstPartyClients ?? true,
  }));
}

/** Source: https://auth0.com/docs/authenticate/identity-providers/promote-connections-to-domain-level */
function connectionsOf(lookup: Lookup): Tenant['connections'] {
  const thirdParties = lookup(TYPE.client)
    .filter(({ inputs }) => !inputs.isFirstParty)
    .map(({ id }) => id);
  const enabled = [
    ...lookup(TYPE.connectionClients).flatMap(({ inputs: { connectionId, enabledClients } }) =>
      enabledClients.map((clientId) => ({ connectionId, clientId })),
    ),
    ...lookup(TYPE.connectionClient).map(({ inputs }) => inputs),
  ];
  const connection = (id: string, name: string, isDomainConnection = false, bruteForceProtection = true) => ({
    id,
    name,
    clientIds: [
      ...enabled.filter(({ connectionId }) => connectionId === id).map(({ clientId }) => clientId),
      ...(isDomainConnection ? thirdParties : []),
    ],
    bruteForceProtection,
  });
  return [
    ...lookup(TYPE.connection).map(({ id, inputs: { name, isDomainConnection, options } }) =>
      connection(id, name, isDomainConnection, options?.bruteForceProtection),
    ),
    ...lookup(TYPE.getConnection).map(({ id, name }) => connection(id, name, true)),
  ];
}

function rolesOf(lookup: Lookup): Tenant['roles'] {
  const permissions = [
    ...lookup(TYPE.rolePermissions).flatMap(({ inputs: { roleId, permissions } }) =>
      permissions.map(({ name, resourceServerIdentifier: audience }) => ({ roleId, name, audience })),
    ),
    ...lookup(TYPE.rolePermission).map(({ inputs: { roleId, permission, resourceServerIdentifier: audience } }) => ({
      roleId,
      name: permission,
      audience,
    })),
  ];
  return lookup(TYPE.role).map(({ id, name: logicalName, inputs }) => ({
    id,
    name: inputs.name,
    logicalName,
    permissions: permissions.filter(({ roleId }) => roleId === id).map(({ name, audience }) => ({ name, audience })),
  }));
}

function usersOf(lookup: Lookup): Tenant['users'] {
  const assigned = [
    ...lookup(TYPE.userRoles).flatMap(({ inputs: { userId, roles } }) => roles.map((roleId) => ({ userId, roleId }))),
    ...lookup(TYPE.userRole).map(({ inputs }) => inputs),
  ];
  return lookup(TYPE.user).map(({ id, inputs: { connectionName: connection, ...user } }) => ({
    ...user,
    userId: id,
    connection,
    emailVerified: user.emailVerified ?? false,
    blocked: user.blocked ?? false,
    name: user.name ?? user.email,
    nickname: user.nickname ?? user.email.split('@')[0] ?? user.email,
    picture: user.picture,
    roleIds: assigned.filter(({ userId }) => userId === id).map(({ roleId }) => roleId),
  }));
}
