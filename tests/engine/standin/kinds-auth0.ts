import { isDeepStrictEqual } from 'node:util';
import { refers, type Change, type Kind } from './kind.ts';
import { ofType, valueOf, type Resource } from './services.ts';

const API = 'auth0:index/resourceServer:ResourceServer';
const SCOPES = 'auth0:index/resourceServerScopes:ResourceServerScopes';
const CLIENT = 'auth0:index/client:Client';
const GRANT = 'auth0:index/clientGrant:ClientGrant';
const CONNECTION = 'auth0:index/connection:Connection';
const ENABLED_CLIENTS = 'auth0:index/connectionClients:ConnectionClients';
const ACTION = 'auth0:index/action:Action';
const ROLE = 'auth0:index/role:Role';
const USER = 'auth0:index/user:User';

/** The Auth0 types that the program uses. A new type needs a line here, and its outputs in `twin/src/resources/auth0.ts`. */
export const AUTH0: Readonly<Record<string, Kind>> = {
  [API]: { fixed: ['identifier'], unique: ['identifier'] },
  [SCOPES]: {
    fixed: ['resourceServerIdentifier'],
    property: true,
    refers: [refers(API, 'resourceServerIdentifier', 'identifier')],
    refuses: otherScopes,
  },
  [CLIENT]: {
    fixed: [],
    secrets: ['signingKeys'],
    // Source: https://auth0.com/docs/get-started/applications/third-party-applications/security-controls
    refuses: ({ inputs, before }) =>
      before !== undefined && valueOf(before, 'isFirstParty') !== inputs['isFirstParty']
        ? '400 Bad Request: is_first_party cannot be changed'
        : undefined,
  },
  'auth0:index/clientCredentials:ClientCredentials': {
    fixed: ['clientId'],
    secrets: ['clientSecret'],
    given: ['clientSecret'],
    property: true,
    refers: [refers(CLIENT, 'clientId', 'clientId')],
  },
  [GRANT]: {
    fixed: ['clientId', 'audience', 'subjectType'],
    refers: [refers(CLIENT, 'clientId', 'clientId'), refers(API, 'audience', 'identifier')],
    refuses: ({ inputs, resources }) => undeclared(resources, inputs['audience'], inputs['scopes']),
    // The provider takes an existing grant as it is, its scopes included (resource_grant.go).
    takes: ({ inputs, resources }) =>
      ofType(resources, GRANT).find((grant) =>
        ['clientId', 'audience', 'subjectType'].every((input) => valueOf(grant, input) === inputs[input]),
      ),
  },
  [CONNECTION]: {
    fixed: ['name', 'strategy'],
    unique: ['name'],
    // Auth0 deletes the users of a database with it.
    takesAlong: (connection, resources) =>
      ofType(resources, USER).filter((user) => valueOf(user, 'connectionName') === valueOf(connection, 'name')),
  },
  [ENABLED_CLIENTS]: {
    fixed: ['connectionId'],
    property: true,
    refers: [refers(CONNECTION, 'connectionId'), refers(CLIENT, 'enabledClients', 'clientId')],
    // Seen with 3.49: the update sends the difference, here an empty list (resource_clients.go).
    refusesUnchanged: '400 Bad Request: Payload validation error: expected a non-empty array',
    refuses: otherClients,
  },
  // Its connection may be one that the program only looks up.
  'auth0:index/connectionClient:ConnectionClient': {
    fixed: ['connectionId', 'clientId'],
    property: true,
    refers: [refers(CLIENT, 'clientId', 'clientId')],
  },
  [ACTION]: { fixed: [] },
  'auth0:index/triggerAction:TriggerAction': {
    fixed: ['trigger', 'actionId'],
    property: true,
    refers: [refers(ACTION, 'actionId')],
  },
  [ROLE]: { fixed: [] },
  'auth0:index/rolePermissions:RolePermissions': {
    fixed: ['roleId'],
    property: true,
    // Seen with 3.49: an update without a difference writes nothing, and leaves the planned permissions in the state.
    keepsPlan: true,
    refers: [refers(ROLE, 'roleId')],
    refuses: ({ inputs, resources }) => {
      const permissions = inputs['permissions'] as readonly { name: string; resourceServerIdentifier: string }[];
      if (permissions.length === 0) return NO_ID;
      return permissions
        .map(({ name, resourceServerIdentifier }) => undeclared(resources, resourceServerIdentifier, [name]))
        .find((reason) => reason !== undefined);
    },
  },
  [USER]: {
    // The provider updates a user whose connection is another one, and by then the user is gone.
    fixed: [],
    unique: ['connectionName', 'email'],
    writeOnly: ['password'],
    refers: [refers(CONNECTION, 'connectionName', 'name')],
  },
  'auth0:index/userRoles:UserRoles': {
    fixed: ['userId'],
    property: true,
    keepsPlan: true,
    refers: [refers(USER, 'userId'), refers(ROLE, 'roles')],
    refuses: ({ inputs }) => ((inputs['roles'] as readonly string[]).length === 0 ? NO_ID : undefined),
  },
  'auth0:index/tenant:Tenant': {
    fixed: [],
    property: true,
    // The resource has no deletion at Auth0: the tenant goes on naming the connection, also when that is gone.
    remains: true,
    refers: [refers(CONNECTION, 'defaultDirectory', 'name')],
  },
};

/** What the bridge says of a resource that the provider left without an id, as it does with an empty list. */
const NO_ID = 'expected non-empty ID for new state during Create';

/** The bulk resource does not wipe what another resource declared (terraform-provider-auth0#939); their order counts. */
function otherScopes({ inputs, before, resources }: Change): string | undefined {
  if (before !== undefined) return undefined;
  const existing = scopesOf(resources, inputs['resourceServerIdentifier']);
  const declared = inputs['scopes'] as readonly Scope[];
  return existing.length === 0 || isDeepStrictEqual(existing, declared)
    ? undefined
    : 'Resource Server with non empty scopes: the resource already exists with other scopes; import it';
}

/** The bulk resource refuses to disable the clients enabled outside the program, and compares them in order. */
function otherClients({ inputs, before, resources }: Change): string | undefined {
  if (before !== undefined) return undefined;
  const existing = ofType(resources, ENABLED_CLIENTS).find(({ id }) => id === inputs['connectionId']);
  const enabled = (existing ? valueOf(existing, 'enabledClients') : []) as readonly string[];
  return enabled.length === 0 || isDeepStrictEqual(enabled, inputs['enabledClients'])
    ? undefined
    : 'Connection with non empty enabled clients: the connection already has other clients; import it';
}

interface Scope {
  readonly name: string;
  readonly description?: string;
}

function scopesOf(resources: ReadonlyMap<string, Resource>, identifier: unknown): readonly Scope[] {
  const declared = ofType(resources, SCOPES).find(({ id }) => id === identifier);
  return declared ? (valueOf(declared, 'scopes') as readonly Scope[]) : [];
}

function undeclared(resources: ReadonlyMap<string, Resource>, audience: unknown, scopes: unknown): string | undefined {
  const known = scopesOf(resources, audience).map(({ name }) => name);
  const missing = (scopes as readonly string[]).filter((scope) => !known.includes(scope));
  return missing.length === 0
    ? undefined
    : `400 Bad Request: the API ${String(audience)} has no scope ${missing.join(', ')}`;
}
