import { UserError } from '../common/user-error.ts';
import type { Lookup } from '../resources/lookup.ts';
import { TYPE } from '../resources/tokens.ts';
import type { EmulatedType, InputsOf } from '../resources/types.ts';
import type { Tenant } from './tenant.ts';

/** What a resource is in Auth0, which can have it once. */
const OBJECTS = {
  [TYPE.resourceServer]: ({ identifier }) => `the API ${identifier}`,
  [TYPE.resourceServerScopes]: ({ resourceServerIdentifier: api }) => `the scopes of the API ${api}`,
  [TYPE.resourceServerScope]: ({ scope, resourceServerIdentifier: api }) => `the scope ${scope} of the API ${api}`,
  [TYPE.clientGrant]: ({ subjectType, audience, clientId }) =>
    `the ${subjectType} grant of ${audience} to the client ${clientId}`,
  [TYPE.connection]: ({ name }) => `the connection ${name}`,
  [TYPE.connectionClients]: ({ connectionId }) => `the enabled clients of the connection ${connectionId}`,
  [TYPE.role]: ({ name }) => `the role ${name}`,
  [TYPE.rolePermissions]: ({ roleId }) => `the permissions of the role ${roleId}`,
  [TYPE.user]: ({ email, connectionName }) => `the user ${email} of ${connectionName}`,
  [TYPE.userRoles]: ({ userId }) => `the roles of the user ${userId}`,
  // Auth0 accepts a duplicate of these, but deleting either resource removes the access for both.
  [TYPE.rolePermission]: ({ permission, resourceServerIdentifier: api, roleId }) =>
    `the permission ${permission} of ${api} for the role ${roleId}`,
  [TYPE.userRole]: ({ userId, roleId }) => `the role ${roleId} of the user ${userId}`,
  [TYPE.connectionClient]: ({ clientId, connectionId }) => `the client ${clientId} of the connection ${connectionId}`,
} as const satisfies { readonly [T in EmulatedType]?: (inputs: InputsOf<T>) => string };

type Named = keyof typeof OBJECTS;

/** The lists, each with its single entries, which name their owner by the same input. */
const LISTS: readonly (readonly [list: Named, single: Named])[] = [
  [TYPE.resourceServerScopes, TYPE.resourceServerScope],
  [TYPE.connectionClients, TYPE.connectionClient],
  [TYPE.rolePermissions, TYPE.rolePermission],
  [TYPE.userRoles, TYPE.userRole],
];

/**
 * Rejects two resources for the same Auth0 object: Auth0 would reject the second, or the two would overwrite each other,
 * as a list and single entries of one owner do.
 * Source: https://www.pulumi.com/registry/packages/auth0/api-docs/rolepermissions/
 * @throws UserError listing all duplicates
 */
export function refuseDuplicates(lookup: Lookup): void {
  const objects = (type: Named, as = type): string[] =>
    lookup<Named>(type).map(({ inputs }) => (OBJECTS[as] as (inputs: unknown) => string)(inputs));
  const names = (Object.keys(OBJECTS) as Named[]).flatMap((type) => objects(type));
  const duplicates = names.filter((name, index) => names.indexOf(name) < index);
  if (duplicates.length > 0) throw new UserError(`The program declares more than once: ${duplicates.join('; ')}.`);

  const mixed = LISTS.flatMap(([list, single]) => objects(list).filter((name) => objects(single, list).includes(name)));
  if (mixed.length > 0) {
    throw new UserError(
      `The program declares both a list and single entries, which remove each other: ${mixed.join('; ')}.`,
    );
  }
}

type Reference = readonly [target: string, exists: boolean];

/**
 * Rejects references to undeclared resources, which would otherwise fail in the middle of `pulumi up`.
 * @throws UserError listing all such references
 */
export function refuseDangling(
  { resourceServers, clients, connections, roles, users, defaultDirectory }: Tenant,
  lookup: Lookup,
): void {
  const to =
    <T>(what: string, all: readonly T[], idOf: (declared: T) => string) =>
    (id: string): Reference => [`the ${what} ${id}`, all.some((declared) => idOf(declared) === id)];
  const api = to('API', resourceServers, ({ identifier }) => identifier);
  const client = to('client', clients, ({ clientId }) => clientId);
  const connectionId = to('connection', connections, ({ id }) => id);
  const connection = to('connection', connections, ({ name }) => name);
  const role = to('role', roles, ({ id }) => id);
  const hasScope = (audience: string, scope: string): boolean =>
    resourceServers.some(({ identifier, scopes }) => identifier === audience && scopes.includes(scope));

  const problems: { readonly place: string; readonly message: string }[] = [];
  const refer = (place: string, references: readonly Reference[]): void => {
    const missing = references.filter(([, exists]) => !exists);
    problems.push(...missing.map(([target]) => ({ place, message: `refers to ${target}, which does not exist` })));
  };
  const from = <T extends EmulatedType>(type: T, label: string, refers: (inputs: InputsOf<T>) => Reference[]): void =>
    lookup(type).forEach(({ name, inputs }) => refer(`${label} "${name}"`, refers(inputs)));

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
  if (problems.length > 0) throw new UserError('The program refers to undeclared resources:', { problems });
}
