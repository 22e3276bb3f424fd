import * as auth0 from '@pulumi/auth0';
import * as pulumi from '@pulumi/pulumi';
import * as random from '@pulumi/random';
import { logsUsersIn } from '../config/login-rules.ts';
import { UserError } from '../user-error.ts';
import type { Settings } from '../../settings.ts';
import type { Application } from './application.ts';

/** A user to try a stack with. */
export interface TestUser {
  readonly email: string;
  readonly roles: readonly string[];
  readonly connection: pulumi.Output<string>;
  readonly password: pulumi.Output<string>;
}

/** A role, and the resource that gives it its permissions, where it has any. */
export interface DeclaredRole {
  readonly role: auth0.Role;
  readonly held: readonly auth0.RolePermissions[];
}

interface Surroundings {
  readonly parent: pulumi.Resource;
  /** The name of the tree that the resources hang in. */
  readonly side: string;
  readonly settings: Settings;
}

/** Databases by name; undefined is the program's own. */
type Databases = ReadonlyMap<string | undefined, { name: pulumi.Output<string>; enabled: readonly pulumi.Resource[] }>;

/** Enables the connections that users log in with for the clients that log users in. */
export function declareConnections(within: Surroundings, applications: readonly Application[]): Databases {
  const allowed = applications.filter(({ settings }) => logsUsersIn(settings));
  if (allowed.length === 0) return new Map();
  const { connections } = within.settings;
  return connections.length === 0
    ? new Map([[undefined, declareDatabase(within, allowed)]])
    : new Map(connections.map((name) => [name, enableConnection(within, name, allowed)]));
}

/** A database of the program's own, so that no other application of the tenant can log its users in. */
function declareDatabase({ parent, side, settings }: Surroundings, allowed: readonly Application[]) {
  const { signUp, passwordPolicy } = settings.database;
  const connection = new auth0.Connection(
    side,
    {
      // Auth0 takes letters and digits, and hyphens between them.
      name: `${pulumi.getProject()}-${settings.stack}`.replace(/[^A-Za-z0-9]+/g, '-').replace(/-$/, ''),
      strategy: 'auth0',
      options: { disableSignup: !signUp, passwordPolicy, bruteForceProtection: true },
      // Third parties log users in with no other. Source: https://auth0.com/docs/authenticate/identity-providers/promote-connections-to-domain-level
      isDomainConnection: allowed.some(isThird),
    },
    { parent, protect: settings.production },
  );
  const firstParties = allowed.filter((one) => !isThird(one)).map(({ clientId }) => clientId);
  // Auth0 refuses an empty list.
  const enabled =
    firstParties.length === 0
      ? []
      : [new auth0.ConnectionClients(side, { connectionId: connection.id, enabledClients: firstParties }, { parent })];
  if (settings.defaultDirectory) {
    new auth0.Tenant(side, { defaultDirectory: connection.name }, { parent, dependsOn: enabled });
  }
  return { name: connection.name, enabled };
}

/** One resource for each client, so that whatever else the connection is enabled for stays. */
function enableConnection({ parent, side, settings }: Surroundings, name: string, allowed: readonly Application[]) {
  const found = auth0.getConnectionOutput({ name, skipEnabledClients: true }, { parent });
  const connectionId = found.apply(({ id, strategy, isDomainConnection }) => {
    const fail = (why: string): never => {
      throw new UserError('stack-file', `Pulumi.${settings.stack}.yaml, api:connections: ${name} ${why}`);
    };
    if (strategy !== 'auth0' && settings.users.some(({ connection }) => connection === name)) {
      fail(`is not a database (its strategy is ${strategy}), so no user of api:users can be created there`);
    }
    if (!isDomainConnection && allowed.some(isThird)) {
      fail('is not promoted to the domain level, so no third party can log users in with it; promote it at Auth0');
    }
    return id;
  });
  const enabled = allowed
    .filter((one) => !isThird(one))
    .map(
      ({ clientId, settings: client }) =>
        new auth0.ConnectionClient(`${side}-${client.name}-${name}`, { connectionId, clientId }, { parent }),
    );
  return { name: connectionId.apply(() => name), enabled };
}

function isThird({ settings }: Application): boolean {
  return settings.party === 'third';
}

/** Declares the users of a stack outside production, each with a generated password. */
export function declareUsers(
  within: Surroundings,
  databases: Databases,
  roles: ReadonlyMap<string, DeclaredRole>,
): TestUser[] {
  return within.settings.users.map(({ email, roles: keys, connection, suffix }) => {
    const { parent, side } = within;
    const database = databases.get(connection);
    if (database === undefined) throw new Error(`no database for ${email}`);
    const logicalName = `${side}${suffix}`;
    const password = new random.RandomPassword(
      logicalName,
      // Only such special characters as a shell leaves alone, so that it can be pasted.
      { length: 32, minLower: 1, minUpper: 1, minNumeric: 1, minSpecial: 1, overrideSpecial: '-_.' },
      { parent },
    );
    const user = new auth0.User(
      logicalName,
      { connectionName: database.name, email, emailVerified: true, password: password.result },
      // A renamed connection is another one, and Auth0 deletes a connection's users with it: there is none left to update.
      // No refresh reads a password, so after a refused change of it the state would keep one that Auth0 does not have.
      {
        parent,
        dependsOn: [...database.enabled],
        replaceOnChanges: ['connectionName', 'password'],
        deleteBeforeReplace: true,
      },
    );
    const assigned = keys.map((key) => roles.get(key)).filter((role) => role !== undefined);
    // As with permissions of a role, none are no resource.
    if (assigned.length > 0) {
      new auth0.UserRoles(
        logicalName,
        { userId: user.id, roles: assigned.map(({ role }) => role.id) },
        { parent, dependsOn: assigned.flatMap(({ held }) => held) },
      );
    }
    return { email, roles: keys, connection: user.connectionName, password: pulumi.secret(password.result) };
  });
}
