import * as auth0 from '@pulumi/auth0';
import * as pulumi from '@pulumi/pulumi';
import * as random from '@pulumi/random';
import { declareApplication, type Application } from './program/auth0/application.ts';
import type { Contract } from './program/contract/define-contract.ts';
import type { Settings } from './settings.ts';

interface Auth0SideArgs {
  readonly contract: Contract;
  readonly settings: Settings;
}

/** The Auth0 side: the API with its permissions, who may ask for them, and where the stack has one the test user. */
export class Auth0Side extends pulumi.ComponentResource {
  /** The identifier that a token names as its audience, as Auth0 gave it back. */
  readonly audience: pulumi.Output<string>;
  /** What a token names as its issuer, with the slash that Auth0 puts at its end. */
  readonly issuer: string;
  readonly tokenUrl: string;
  readonly applications: readonly Application[];
  readonly testUser: TestUser | undefined;

  constructor(name: string, { contract, settings }: Auth0SideArgs, options?: pulumi.ComponentResourceOptions) {
    super('auth0-http-api:index:Auth0Side', name, {}, options);
    const within: Within = { component: this, name, contract, settings };

    const resourceServer = declareResourceServer(within);
    const permissions = declarePermissions(within, resourceServer);
    const surroundings = { parent: this, side: name, stack: settings.stack, protect: settings.production };
    this.applications = settings.clients.map((client) =>
      declareApplication(client, { ...surroundings, resourceServer, permissions }),
    );
    const roles = declareRoles(within, resourceServer, permissions);
    const users = declareUserDatabase(within, this.applications);
    this.testUser = users && declareTestUser(within, users, roles);

    this.audience = resourceServer.identifier;
    this.issuer = `https://${settings.issuerDomain}/`;
    this.tokenUrl = `${this.issuer}oauth/token`;
    this.registerOutputs({ audience: this.audience, issuer: this.issuer, tokenUrl: this.tokenUrl });
  }
}

interface TestUser {
  readonly email: pulumi.Output<string | undefined>;
  readonly connection: pulumi.Output<string>;
  readonly password: pulumi.Output<string>;
}

interface UserDatabase {
  readonly connection: auth0.Connection;
  readonly clients: auth0.ConnectionClients;
}

/** What every declaration below needs: the tree it hangs in, and what to declare. */
interface Within extends Auth0SideArgs {
  readonly component: Auth0Side;
  readonly name: string;
}

function declareResourceServer({ component, name, settings }: Within): auth0.ResourceServer {
  return new auth0.ResourceServer(
    name,
    {
      name: `${pulumi.getProject()} (${settings.stack})`,
      identifier: settings.audience,
      signingAlg: 'RS256',
      enforcePolicies: true,
      tokenDialect: 'access_token',
      tokenLifetime: settings.tokenLifetime,
      // Auth0 refuses a lifetime for browsers that is longer than the lifetime itself; its default is two hours.
      tokenLifetimeForWeb: Math.min(settings.tokenLifetime, 7200),
      subjectTypeAuthorization: {
        client: { policy: 'require_client_grant' },
        user: { policy: settings.userAccess === 'deny' ? 'deny_all' : 'allow_all' },
      },
    },
    { parent: component, protect: settings.production },
  );
}

/** All permissions in one resource: one call to Auth0, however many there are. */
function declarePermissions(
  { component, name, contract }: Within,
  resourceServer: auth0.ResourceServer,
): auth0.ResourceServerScopes {
  return new auth0.ResourceServerScopes(
    name,
    {
      resourceServerIdentifier: resourceServer.identifier,
      scopes: Object.entries(contract.permissions).map(([scope, description]) => ({ name: scope, description })),
    },
    { parent: component },
  );
}

/** A role that holds nothing is a role alone: the provider gives an empty list of permissions no id. */
function declareRoles(
  { component, name, contract, settings }: Within,
  resourceServer: auth0.ResourceServer,
  permissions: auth0.ResourceServerScopes,
): ReadonlyMap<string, { readonly role: auth0.Role; readonly held: readonly auth0.RolePermissions[] }> {
  return new Map(
    Object.entries(contract.roles).map(([key, names]) => {
      const role = new auth0.Role(
        `${name}-${key}`,
        {
          name: `${key} (${settings.stack})`,
          description: `${key} of ${pulumi.getProject()}, stack ${settings.stack}`,
        },
        { parent: component },
      );
      const declareHeld = (): auth0.RolePermissions =>
        new auth0.RolePermissions(
          `${name}-${key}`,
          {
            roleId: role.id,
            permissions: names.map((permission) => ({
              name: permission,
              resourceServerIdentifier: resourceServer.identifier,
            })),
          },
          { parent: component, dependsOn: permissions },
        );
      return [key, { role, held: names.length === 0 ? [] : [declareHeld()] }];
    }),
  );
}

/** A database of the program's own, so that no other application of the tenant can log its users in. */
function declareUserDatabase(
  { component, name, settings }: Within,
  applications: readonly Application[],
): UserDatabase | undefined {
  const allowed = applications.filter(({ grants }) => grants.includes('password'));
  if (allowed.length === 0) return undefined;
  const connection = new auth0.Connection(
    name,
    {
      // Auth0 takes letters and digits, and hyphens between them.
      name: `${pulumi.getProject()}-${settings.stack}`.replace(/[^A-Za-z0-9]+/g, '-').replace(/-$/, ''),
      strategy: 'auth0',
      options: { disableSignup: true, bruteForceProtection: true },
    },
    { parent: component },
  );
  const clients = new auth0.ConnectionClients(
    name,
    { connectionId: connection.id, enabledClients: allowed.map(({ clientId }) => clientId) },
    { parent: component },
  );
  if (settings.defaultDirectory) {
    new auth0.Tenant(name, { defaultDirectory: connection.name }, { parent: component, dependsOn: clients });
  }
  return { connection, clients };
}

function declareTestUser(
  { component, name, settings }: Within,
  { connection, clients }: UserDatabase,
  roles: ReturnType<typeof declareRoles>,
): TestUser | undefined {
  if (settings.testUser === undefined) return undefined;
  const password = new random.RandomPassword(
    name,
    // Only such special characters as a shell leaves alone, so that it can be pasted.
    { length: 32, minLower: 1, minUpper: 1, minNumeric: 1, minSpecial: 1, overrideSpecial: '-_.' },
    { parent: component },
  );
  const user = new auth0.User(
    name,
    {
      connectionName: connection.name,
      email: settings.testUser.email,
      emailVerified: true,
      password: password.result,
    },
    // A renamed connection is another one, and Auth0 deletes a connection's users with it: there is none left to update.
    { parent: component, dependsOn: clients, replaceOnChanges: ['connectionName'] },
  );
  const assigned = settings.testUser.roles.map((key) => roles.get(key)).filter((role) => role !== undefined);
  // As with permissions of a role, none are no resource.
  if (assigned.length > 0) {
    new auth0.UserRoles(
      name,
      { userId: user.id, roles: assigned.map(({ role }) => role.id) },
      { parent: component, dependsOn: assigned.flatMap(({ held }) => held) },
    );
  }
  return { email: user.email, connection: user.connectionName, password: pulumi.secret(password.result) };
}
