import type * as auth0 from '@pulumi/auth0';
import * as pulumi from '@pulumi/pulumi';
import { logsUsersIn } from '../config/login-rules.ts';
import { services } from '../services.ts';
import { UserError } from '../user-error.ts';
import type { Application } from './application.ts';
import type { Side } from './side.ts';

/** A test user of the stack. */
export interface TestUser {
  readonly email: string;
  readonly roles: readonly string[];
  readonly connection: pulumi.Output<string>;
  readonly password: pulumi.Output<string>;
}

/** A role and its permissions resource, if it has permissions. */
export interface DeclaredRole {
  readonly role: auth0.Role;
  readonly held: readonly auth0.RolePermissions[];
}

/** Databases by name; `undefined` is the program's own. */
type Databases = ReadonlyMap<string | undefined, { name: pulumi.Output<string>; enabled: readonly pulumi.Resource[] }>;

/** Enables the login connections for every client that logs users in. */
export function declareConnections(within: Side, applications: readonly Application[]): Databases {
  const allowed = applications.filter(({ settings }) => logsUsersIn(settings));
  if (allowed.length === 0) return new Map();
  const { connections } = within.settings;
  return connections.length === 0
    ? new Map([[undefined, declareDatabase(within, allowed)]])
    : new Map(connections.map((name) => [name, enableConnection(within, name, allowed)]));
}

/** Declares the program's own database, which the tenant's other applications cannot use. */
function declareDatabase({ parent, side, settings }: Side, allowed: readonly Application[]) {
  const { signUp, passwordPolicy } = settings.database;
  const connection = new services.auth0.Connection(
    side,
    {
      // Auth0 allows letters and digits, with single hyphens between them.
      name: `${pulumi.getProject()}-${settings.stack}`.replace(/[^A-Za-z0-9]+/g, '-').replace(/-$/, ''),
      strategy: 'auth0',
      options: { disableSignup: !signUp, passwordPolicy, bruteForceProtection: true },
      // Third parties can use only domain-level connections. Source:
      // https://auth0.com/docs/authenticate/identity-providers/promote-connections-to-domain-level
      isDomainConnection: allowed.some(isThird),
    },
    { parent, protect: settings.production },
  );
  const firstParties = allowed.filter((application) => !isThird(application)).map(({ clientId }) => clientId);
  // Auth0 rejects an empty list.
  const enabled =
    firstParties.length === 0
      ? []
      : [
          new services.auth0.ConnectionClients(
            side,
            { connectionId: connection.id, enabledClients: firstParties },
            { parent },
          ),
        ];
  if (settings.defaultDirectory) {
    new services.auth0.Tenant(side, { defaultDirectory: connection.name }, { parent, dependsOn: enabled });
  }
  return { name: connection.name, enabled };
}

/** Enables a connection with one resource for each client, so that the connection keeps its other clients. */
function enableConnection({ parent, side, settings }: Side, name: string, allowed: readonly Application[]) {
  const found = services.auth0.getConnectionOutput({ name, skipEnabledClients: true }, { parent });
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
    .filter((application) => !isThird(application))
    .map(
      ({ clientId, settings: client }) =>
        new services.auth0.ConnectionClient(`${side}-${client.name}-${name}`, { connectionId, clientId }, { parent }),
    );
  return { name: connectionId.apply(() => name), enabled };
}

function isThird({ settings }: Application): boolean {
  return settings.party === 'third';
}

/** Declares the stack's users outside production, each with a generated password. */
export function declareUsers(
  { parent, side, settings }: Side,
  databases: Databases,
  roles: ReadonlyMap<string, DeclaredRole>,
): TestUser[] {
  return settings.users.map(({ email, roles: keys, connection, suffix }) => {
    const database = databases.get(connection);
    if (database === undefined) throw new Error(`no database for ${email}`);
    const logicalName = `${side}${suffix}`;
    const password = new services.random.RandomPassword(
      logicalName,
      // Special characters that need no quoting in a shell.
      { length: 32, minLower: 1, minUpper: 1, minNumeric: 1, minSpecial: 1, overrideSpecial: '-_.' },
      { parent },
    );
    const user = new services.auth0.User(
      logicalName,
      { connectionName: database.name, email, emailVerified: true, password: password.result },
      // Renaming a connection replaces it, and Auth0 deletes its users: none are left to update.
      // A refresh cannot read passwords, so after a failed change the state would keep a wrong one.
      {
        parent,
        dependsOn: [...database.enabled],
        replaceOnChanges: ['connectionName', 'password'],
        deleteBeforeReplace: true,
      },
    );
    const assigned = keys.map((key) => roles.get(key)).filter((role) => role !== undefined);
    if (assigned.length > 0) {
      new services.auth0.UserRoles(
        logicalName,
        { userId: user.id, roles: assigned.map(({ role }) => role.id) },
        { parent, dependsOn: assigned.flatMap(({ held }) => held) },
      );
    }
    return { email, roles: keys, connection: user.connectionName, password: pulumi.secret(password.result) };
  });
}
