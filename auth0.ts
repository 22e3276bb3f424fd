import * as auth0 from '@pulumi/auth0';
import * as pulumi from '@pulumi/pulumi';
import { declareApplication, type Application } from './program/auth0/application.ts';
import { audienceNames, type DeclaredApi } from './program/auth0/audience-names.ts';
import { declareClaims } from './program/auth0/claims.ts';
import { declareConnections, declareUsers, type DeclaredRole, type TestUser } from './program/auth0/users.ts';
import { mayRefresh } from './program/config/login-rules.ts';
import type { Contract } from './program/contract/define-contract.ts';
import type { Settings } from './settings.ts';

interface Auth0SideArgs {
  readonly contract: Contract;
  readonly settings: Settings;
}

/** Declares the Auth0 side: the APIs with their permissions, the clients, roles, connections and users. */
export class Auth0Side extends pulumi.ComponentResource {
  /** The identifier as Auth0 returns it, which tokens carry as `aud`. */
  readonly audience: pulumi.Output<string>;
  readonly secondAudience: pulumi.Output<string> | undefined;
  /** The `iss` of a token, with Auth0's trailing slash. */
  readonly issuer: string;
  readonly tokenUrl: string;
  readonly applications: readonly Application[];
  readonly users: readonly TestUser[];

  constructor(name: string, { contract, settings }: Auth0SideArgs, options?: pulumi.ComponentResourceOptions) {
    super('auth0-http-api:index:Auth0Side', name, {}, options);
    const within: Within = { component: this, name, contract, settings };

    const first = declareApi(within, settings.audience, true);
    const second = settings.secondAudience === undefined ? [] : [declareApi(within, settings.secondAudience, false)];
    const apis = [first, ...second];
    const surroundings = { parent: this, side: name, settings };
    this.applications = settings.clients.map((client) => declareApplication(client, { ...surroundings, apis }));
    const roles = declareRoles(within, apis);
    this.users = declareUsers(surroundings, declareConnections(surroundings, this.applications), roles);
    declareClaims(surroundings, contract);

    this.audience = first.identifier;
    this.secondAudience = second[0]?.identifier;
    this.issuer = `https://${settings.issuerDomain}/`;
    this.tokenUrl = `${this.issuer}oauth/token`;
    this.registerOutputs({ audience: this.audience, issuer: this.issuer, tokenUrl: this.tokenUrl });
  }
}

interface Within extends Auth0SideArgs {
  readonly component: Auth0Side;
  readonly name: string;
}

/** Declares an Auth0 API, with all its permissions in one resource to save API calls. */
function declareApi({ component, name, contract, settings }: Within, audience: string, isFirst: boolean): DeclaredApi {
  const named = audienceNames(audience, isFirst, settings.secondAudience === undefined);
  const [logicalName, aliases] = named(name);
  const { identifier } = new auth0.ResourceServer(
    logicalName,
    {
      name: `${pulumi.getProject()} (${settings.stack})`,
      identifier: audience,
      signingAlg: 'RS256',
      allowOfflineAccess: settings.clients.some(mayRefresh),
      enforcePolicies: true,
      tokenDialect: 'access_token',
      tokenLifetime: settings.tokenLifetime,
      // Auth0 rejects a browser lifetime above the lifetime itself; its default is two hours.
      tokenLifetimeForWeb: Math.min(settings.tokenLifetime, 7200),
      subjectTypeAuthorization: {
        client: { policy: 'require_client_grant' },
        user: { policy: settings.userAccess === 'deny' ? 'deny_all' : 'allow_all' },
      },
    },
    { parent: component, aliases, protect: settings.production },
  );
  const permissions = new auth0.ResourceServerScopes(
    logicalName,
    {
      resourceServerIdentifier: identifier,
      scopes: Object.entries(contract.permissions).map(([scope, description]) => ({ name: scope, description })),
    },
    { parent: component, aliases },
  );
  return { identifier, permissions, named };
}

/**
 * Declares the roles. A role without permissions gets no permissions resource: the provider gives an empty list no ID.
 */
function declareRoles(
  { component, name, contract, settings }: Within,
  apis: readonly DeclaredApi[],
): ReadonlyMap<string, DeclaredRole> {
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
            permissions: apis.flatMap(({ identifier }) =>
              names.map((permission) => ({ name: permission, resourceServerIdentifier: identifier })),
            ),
          },
          { parent: component, dependsOn: apis.map(({ permissions }) => permissions) },
        );
      return [key, { role, held: names.length === 0 ? [] : [declareHeld()] }];
    }),
  );
}
