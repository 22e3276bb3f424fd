import type { Recorded } from '@auth0-http-api/twin';
import { RightsError } from './rights-error.ts';

/** The work of a pipeline application: deploy, preview a pull request, or compare the cloud with `main`. */
export type Work = 'deploy' | 'preview' | 'drift';

const READ = ['read'] as const;
const EDIT = ['read', 'update'] as const;
const ALL = ['create', 'read', 'update', 'delete'] as const;

type Verbs = typeof READ | typeof EDIT | typeof ALL;

/**
 * The scopes of Auth0's Management API that the provider needs, by resource type. A type that is missing here is an
 * error.
 * Sources: https://github.com/auth0/terraform-provider-auth0/tree/main/internal/auth0 for the calls, and for the scopes
 * of each call https://auth0.com/docs/api/management/v2
 */
export const SCOPES: Readonly<Record<string, Readonly<Record<string, Verbs>>>> = {
  'auth0:index/action:Action': { actions: ALL },
  'auth0:index/client:Client': { clients: ALL },
  'auth0:index/clientCredentials:ClientCredentials': { clients: EDIT, client_credentials: EDIT, client_keys: EDIT },
  'auth0:index/clientGrant:ClientGrant': { client_grants: ALL },
  'auth0:index/connection:Connection': { connections: ALL },
  'auth0:index/connectionClient:ConnectionClient': { connections: EDIT },
  'auth0:index/connectionClients:ConnectionClients': { connections: EDIT },
  'auth0:index/getConnection:getConnection': { connections: READ },
  'auth0:index/resourceServer:ResourceServer': { resource_servers: ALL },
  'auth0:index/resourceServerScopes:ResourceServerScopes': { resource_servers: EDIT },
  'auth0:index/role:Role': { roles: ALL },
  'auth0:index/rolePermissions:RolePermissions': { roles: EDIT },
  'auth0:index/tenant:Tenant': { tenant_settings: EDIT },
  'auth0:index/triggerAction:TriggerAction': { actions: EDIT, triggers: EDIT },
  'auth0:index/user:User': { users: ALL },
  'auth0:index/userRoles:UserRoles': { users: EDIT, roles: READ },
};

/** With this scope a preview could read the deployer's secret; a refresh needs it. */
const SECRETS = 'read:client_keys';

/**
 * Returns the Management API scopes that these stacks need for a kind of work, sorted.
 * @throws RightsError for a resource type without a row in the table
 */
export function scopesOf(stacks: readonly Recorded[], work: Work): string[] {
  const scopes = stacks
    .flatMap(({ resources }) => resources.filter(({ type }) => type.startsWith('auth0:')))
    .flatMap(({ type, inputs }) => {
      const row = SCOPES[type];
      if (row === undefined)
        throw new RightsError(`commands/rights/scopes.ts has no ${type}; add what its provider calls`);
      // Such a client's public keys are separate credentials.
      const keys = inputs['authenticationMethod'] === 'private_key_jwt' && { client_credentials: ALL };
      return Object.entries({ ...row, ...keys }).flatMap(([entity, verbs]) => verbs.map((verb) => `${verb}:${entity}`));
    })
    .filter((scope) => work === 'deploy' || scope.startsWith('read:'))
    .filter((scope) => work !== 'preview' || scope !== SECRETS);
  return [...new Set(scopes)].toSorted();
}
