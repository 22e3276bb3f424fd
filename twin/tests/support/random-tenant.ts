import * as fc from 'fast-check';
import type { Client, ClientGrant, ResourceServer, Role, Tenant, User } from '../../src/model/tenant.ts';
import { plainApi, plainClient, plainTenant, plainUser } from './plain-tenant.ts';

export const OIDC = ['openid', 'profile', 'email', 'address', 'phone'];

/** A tenant, one of its clients, users and APIs, and the requested scopes. */
export interface Case {
  readonly tenant: Tenant;
  readonly api: ResourceServer;
  readonly client: Client;
  readonly user: User;
  readonly requested: readonly string[];
}

export const wordsOf = (scope: unknown): string[] => (typeof scope === 'string' ? scope.split(' ') : []);

export const grantOf = ({ tenant, client, api }: Case, kind: ClientGrant['subjectType']): ClientGrant | undefined =>
  tenant.grants.find(
    ({ clientId, audience, subjectType }) =>
      clientId === client.clientId && audience === api.identifier && subjectType === kind,
  );

/** Returns the scopes of the API that the user can get through the client, in the API's order. */
export function obtainableScopes(random: Case, firstParty = true): string[] {
  const { tenant, api, user } = random;
  const held = tenant.roles.filter(({ id }) => user.roleIds.includes(id)).flatMap(({ permissions }) => permissions);
  const permitted = held.filter(({ audience }) => audience === api.identifier).map(({ name }) => name);
  const isLimited = !firstParty || api.userPolicy === 'require_client_grant';
  return api.scopes
    .filter((scope) => !api.enforcePolicies || permitted.includes(scope))
    .filter((scope) => !isLimited || grantOf(random, 'user')?.scopes.includes(scope) === true);
}

/** A few names, so that requested, declared and permitted scopes overlap; some are properties of every object. */
const permission = fc.constantFrom('read', 'write', 'admin', 'Read', 'constructor', '__proto__', 'é');
const requested = fc.oneof(
  fc.array(permission, { maxLength: 2 }),
  fc.array(fc.oneof(permission, fc.constantFrom(...OIDC, 'offline_access', 'nothing')), { maxLength: 8 }),
);

/** APIs with every combination of settings. */
const apis = fc
  .uniqueArray(
    fc.record({
      identifier: fc.constantFrom('https://a', 'https://a/', 'https://b', '__proto__'),
      scopes: fc.uniqueArray(permission, { maxLength: 6 }),
      enforcePolicies: fc.boolean(),
      permissionsInToken: fc.boolean(),
      clientPolicy: fc.constantFrom<ResourceServer['clientPolicy'][]>('require_client_grant', 'deny_all'),
      userPolicy: fc.constantFrom<ResourceServer['userPolicy'][]>('allow_all', 'require_client_grant', 'deny_all'),
    }),
    { minLength: 1, maxLength: 3, selector: ({ identifier }) => identifier },
  )
  .map((all) => all.map(plainApi));

const clients = fc
  .uniqueArray(fc.constantFrom('c1', 'c2', 'c3'), { minLength: 1 })
  .map((ids) => ids.map((clientId) => plainClient({ clientId, secret: `secret of ${clientId}` })));

/** Roles whose permissions their APIs have. */
function rolesOf(all: readonly ResourceServer[]): fc.Arbitrary<readonly Role[]> {
  const possible = all.flatMap(({ identifier, scopes }) => scopes.map((name) => ({ name, audience: identifier })));
  return fc
    .array(fc.subarray(possible), { maxLength: 4 })
    .map((roles) => roles.map((permissions, index) => ({ id: `r${index}`, name: 'r', logicalName: 'r', permissions })));
}

/** Grants of each kind for some clients and APIs. */
function grantsOf(all: readonly ResourceServer[], holders: readonly Client[]): fc.Arbitrary<readonly ClientGrant[]> {
  const possible = holders.flatMap(({ clientId }) =>
    all.flatMap(({ identifier: audience, scopes }) =>
      (['client', 'user'] as const).map((subjectType) =>
        fc.subarray([...scopes]).map((some) => ({ clientId, audience, scopes: some, subjectType })),
      ),
    ),
  );
  return fc.tuple(...possible).chain((grants) => fc.subarray(grants));
}

function usersOf(roles: readonly Role[]): fc.Arbitrary<readonly User[]> {
  const emails = fc.uniqueArray(fc.constantFrom('a@x', 'b@x', 'c@x'), { minLength: 1 });
  const assigned = fc.subarray(roles.map(({ id }) => id));
  return fc
    .tuple(emails, fc.tuple(assigned, assigned, assigned))
    .map(([names, roleIds]) =>
      names.map((email, index) =>
        plainUser({ userId: `auth0|${email}`, email, password: `password of ${email}`, roleIds: roleIds[index] ?? [] }),
      ),
    );
}

export const randomCase: fc.Arbitrary<Case> = fc
  .tuple(apis, clients)
  .chain(([resourceServers, holders]) =>
    fc.tuple(
      fc.constant(resourceServers),
      fc.constant(holders),
      grantsOf(resourceServers, holders),
      rolesOf(resourceServers).chain((roles) => fc.tuple(fc.constant(roles), usersOf(roles))),
    ),
  )
  .chain(([resourceServers, holders, grants, [roles, users]]) => {
    const clientIds = holders.map(({ clientId }) => clientId);
    const connections = [{ id: 'con_1', name: 'users', clientIds, bruteForceProtection: true }];
    return fc.record({
      tenant: fc.constant(plainTenant({ resourceServers, clients: holders, grants, roles, users, connections })),
      api: fc.constantFrom(...resourceServers),
      client: fc.constantFrom(...holders),
      user: fc.constantFrom(...users),
      requested,
    });
  });
