import { UserError } from '../common/user-error.ts';
import type { Lookup } from '../resources/lookup.ts';
import { TYPE } from '../resources/tokens.ts';
import type { EmulatedType, InputsOf } from '../resources/types.ts';
import type { Tenant } from './tenant.ts';

/**
 * Rejects two resources for the same Auth0 object: Auth0 would reject the second, or the two would overwrite each other,
 * as a list and single entries of one owner do.
 * Source: https://www.pulumi.com/registry/packages/auth0/api-docs/rolepermissions/
 * @throws UserError listing all duplicates
 */
export function refuseDuplicates(lookup: Lookup): void {
  const all = <T extends EmulatedType>(type: T, describe: (inputs: InputsOf<T>) => string): string[] =>
    lookup(type).map(({ inputs }) => describe(inputs));
  const names = [
    ...all(TYPE.resourceServer, ({ identifier }) => `the API ${identifier}`),
    ...all(TYPE.resourceServerScopes, scopesOf),
    ...all(
      TYPE.resourceServerScope,
      (scope) => `the scope ${scope.scope} of the API ${scope.resourceServerIdentifier}`,
    ),
    ...all(
      TYPE.clientGrant,
      (grant) => `the ${grant.subjectType} grant of ${grant.audience} to the client ${grant.clientId}`,
    ),
    ...all(TYPE.connection, ({ name }) => `the connection ${name}`),
    ...all(TYPE.connectionClients, clientsOf),
    ...all(TYPE.role, ({ name }) => `the role ${name}`),
    ...all(TYPE.rolePermissions, permissionsOf),
    ...all(TYPE.user, ({ email, connectionName }) => `the user ${email} of ${connectionName}`),
    ...all(TYPE.userRoles, rolesOf),
    // Auth0 accepts a duplicate of these, but deleting either resource removes the access for both.
    ...all(
      TYPE.rolePermission,
      (held) => `the permission ${held.permission} of ${held.resourceServerIdentifier} for the role ${held.roleId}`,
    ),
    ...all(TYPE.userRole, ({ userId, roleId }) => `the role ${roleId} of the user ${userId}`),
    ...all(
      TYPE.connectionClient,
      (enabled) => `the client ${enabled.clientId} of the connection ${enabled.connectionId}`,
    ),
  ];
  const duplicates = names.filter((name, index) => names.indexOf(name) < index);
  if (duplicates.length > 0) throw new UserError(`The program declares more than once: ${duplicates.join('; ')}.`);

  const both = (lists: readonly string[], singles: readonly string[]): string[] =>
    lists.filter((name) => singles.includes(name));
  const mixed = [
    ...both(all(TYPE.resourceServerScopes, scopesOf), all(TYPE.resourceServerScope, scopesOf)),
    ...both(all(TYPE.connectionClients, clientsOf), all(TYPE.connectionClient, clientsOf)),
    ...both(all(TYPE.rolePermissions, permissionsOf), all(TYPE.rolePermission, permissionsOf)),
    ...both(all(TYPE.userRoles, rolesOf), all(TYPE.userRole, rolesOf)),
  ];
  if (mixed.length > 0) {
    throw new UserError(
      `The program declares both a list and single entries, which remove each other: ${mixed.join('; ')}.`,
    );
  }
}

const scopesOf = (scopes: { readonly resourceServerIdentifier: string }): string =>
  `the scopes of the API ${scopes.resourceServerIdentifier}`;
const clientsOf = ({ connectionId }: { readonly connectionId: string }): string =>
  `the enabled clients of the connection ${connectionId}`;
const permissionsOf = ({ roleId }: { readonly roleId: string }): string => `the permissions of the role ${roleId}`;
const rolesOf = ({ userId }: { readonly userId: string }): string => `the roles of the user ${userId}`;

type Reference = readonly [target: string, exists: boolean];

/**
 * Rejects references to undeclared resources, which would otherwise fail in the middle of `pulumi up`.
 * @throws UserError listing all such references
 */
export function refuseDangling(
  { resourceServers, clients, connections, roles, users, defaultDirectory }: Tenant,
  lookup: Lookup,
): void {
  const api = (id: string): Reference => [`the API ${id}`, resourceServers.some(({ identifier }) => identifier === id)];
  const client = (id: string): Reference => [`the client ${id}`, clients.some(({ clientId }) => clientId === id)];
  const connectionId = (id: string): Reference => [
    `the connection ${id}`,
    connections.some((known) => known.id === id),
  ];
  const connection = (name: string): Reference => [
    `the connection ${name}`,
    connections.some((known) => known.name === name),
  ];
  const role = (id: string): Reference => [`the role ${id}`, roles.some((known) => known.id === id)];
  const hasScope = (audience: string, scope: string): boolean =>
    resourceServers.some(({ identifier, scopes }) => identifier === audience && scopes.includes(scope));

  const problems: { readonly place: string; readonly message: string }[] = [];
  const refer = (place: string, references: readonly Reference[]): void => {
    const missing = references.filter(([, exists]) => !exists);
    problems.push(...missing.map(([target]) => ({ place, message: `refers to ${target}, which does not exist` })));
  };
  const from = <T extends EmulatedType>(type: T, label: string, to: (inputs: InputsOf<T>) => Reference[]): void =>
    lookup(type).forEach(({ name, inputs }) => refer(`${label} "${name}"`, to(inputs)));

  from(TYPE.resourceServerScopes, 'the scopes', (inputs) => [api(inputs.resourceServerIdentifier)]);
  from(TYPE.resourceServerScope, 'the scopes', (inputs) => [api(inputs.resourceServerIdentifier)]);
  from(TYPE.clientCredentials, 'the credentials', ({ clientId }) => [client(clientId)]);
  from(TYPE.clientGrant, 'the client grant', ({ audience, clientId, scopes }) => [
    api(audience),
    client(clientId),
    ...scopes.map((scope): Reference => [`the scope ${scope}`, hasScope(audience, scope)]),
  ]);
  for (const { logicalName, permissions } of roles) {
    refer(
      `the role "${logicalName}"`,
      permissions.map(({ name, audience }) => [`the permission ${name} of ${audience}`, hasScope(audience, name)]),
    );
  }
  from(TYPE.connectionClients, 'the enabled clients', (inputs) => [
    connectionId(inputs.connectionId),
    ...inputs.enabledClients.map(client),
  ]);
  from(TYPE.connectionClient, 'the enabled client', (inputs) => [
    connectionId(inputs.connectionId),
    client(inputs.clientId),
  ]);
  for (const user of users) refer(`the user ${user.email}`, [connection(user.connection), ...user.roleIds.map(role)]);
  if (defaultDirectory !== undefined) refer('the tenant', [connection(defaultDirectory)]);
  if (problems.length > 0) throw new UserError('The program refers to what it does not declare:', { problems });
}
