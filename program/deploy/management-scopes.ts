/** What a set of credentials for Auth0's Management API is for. */
export type ScopeUse = 'deploy' | 'preview' | 'drift';

/** The scopes for a resource type: of a preview, which reads nothing secret, of a refresh, and of an update. */
interface TypeScopes {
  readonly preview: readonly string[];
  /** In addition to those of a preview. */
  readonly drift?: readonly string[];
  /** In addition to both. */
  readonly deploy: readonly string[];
}

/** Read, and everything else, of an entity that the type creates and deletes. */
const owned = (entity: string): TypeScopes => ({
  preview: [`read:${entity}`],
  deploy: [`create:${entity}`, `update:${entity}`, `delete:${entity}`],
});
/** Read and update of something that another type creates, or that always exists. */
const property = (entity: string): TypeScopes => ({ preview: [`read:${entity}`], deploy: [`update:${entity}`] });

/**
 * The Management API's scopes for each resource type of the program, by the type without `auth0:index/`.
 * Source: the scopes of each call at https://auth0.com/docs/api/management/v2, and the calls of each resource at
 * https://github.com/auth0/terraform-provider-auth0/tree/main/internal/auth0
 */
export const MANAGEMENT_SCOPES: Readonly<Record<string, TypeScopes>> = {
  'action:Action': owned('actions'),
  'client:Client': owned('clients'),
  // A refresh without read:client_keys would write an empty secret into the state.
  'clientCredentials:ClientCredentials': {
    preview: ['read:clients', 'read:client_credentials'],
    drift: ['read:client_keys'],
    deploy: ['update:clients', 'update:client_credentials', 'update:client_keys'],
  },
  'clientGrant:ClientGrant': owned('client_grants'),
  'connection:Connection': owned('connections'),
  'connectionClient:ConnectionClient': property('connections'),
  'connectionClients:ConnectionClients': property('connections'),
  'resourceServer:ResourceServer': owned('resource_servers'),
  'resourceServerScopes:ResourceServerScopes': property('resource_servers'),
  'role:Role': owned('roles'),
  'rolePermissions:RolePermissions': property('roles'),
  'tenant:Tenant': property('tenant_settings'),
  'triggerAction:TriggerAction': {
    preview: ['read:actions', 'read:triggers'],
    deploy: ['update:actions', 'update:triggers'],
  },
  'user:User': owned('users'),
  'userRoles:UserRoles': { preview: ['read:users', 'read:roles'], deploy: ['update:users'] },
};

/**
 * Returns the Management API's scopes that credentials need, sorted.
 * @param types resource types, such as `auth0:index/client:Client`; types of other providers need none
 * @throws Error for a type of Auth0 without a row in the table
 */
export function managementScopes(types: readonly string[], use: ScopeUse): string[] {
  const scopes = types
    .filter((type) => type.startsWith('auth0:'))
    .flatMap((type) => {
      const row = MANAGEMENT_SCOPES[type.replace('auth0:index/', '')];
      if (row === undefined) throw new Error(`program/deploy/management-scopes.ts has no ${type}; add its scopes`);
      const { preview, drift = [], deploy } = row;
      return { preview, drift: [...preview, ...drift], deploy: [...preview, ...drift, ...deploy] }[use];
    });
  return [...new Set(scopes)].toSorted();
}
