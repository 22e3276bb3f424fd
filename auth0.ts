import * as pulumi from '@pulumi/pulumi';
import { declareApplication, type Application } from './program/auth0/application.ts';
import { audienceNames, type DeclaredApi, type Side } from './program/auth0/side.ts';
import { declareClaims } from './program/auth0/claims.ts';
import { declareConnections, declareUsers, type DeclaredRole, type TestUser } from './program/auth0/users.ts';
import { mayRefresh } from './program/config/login-rules.ts';
import { services } from './program/services.ts';
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
    const within: Side = { parent: this, side: name, settings };

    const first = declareApi(within, contract, settings.audience, true);
    const second = settings.secondAudience && declareApi(within, contract, settings.secondAudience, false);
    const apis = [first, ...(second ? [second] : [])];
    this.applications = settings.clients.map((client) => declareApplication(client, within, apis));
    const roles = declareRoles(within, contract, apis);
    this.users = declareUsers(within, declareConnections(within, this.applications), roles);
    declareClaims(within, contract);

    this.audience = first.identifier;
    this.secondAudience = second ? second.identifier : undefined;
    this.issuer = `https://${settings.issuerDomain}/`;
    this.tokenUrl = `${this.issuer}oauth/token`;
    this.registerOutputs({ audience: this.audience, issuer: this.issuer, tokenUrl: this.tokenUrl });
  }
}

/** Declares an Auth0 API, with all its permissions in one resource to save API calls. */
function declareApi(
  { parent, side, settings }: Side,
  contract: Contract,
  audience: string,
  isFirst: boolean,
): DeclaredApi {
  const named = audienceNames(audience, isFirst, settings.secondAudience === undefined);
  const [logicalName, aliases] = named(side);
  const { identifier } = new services.auth0.ResourceServer(
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
    { parent, aliases, protect: settings.production },
  );
  const permissions = new services.auth0.ResourceServerScopes(
    logicalName,
    {
      resourceServerIdentifier: identifier,
      scopes: Object.entries(contract.permissions).map(([scope, description]) => ({ name: scope, description })),
    },
    { parent, aliases },
  );
  return { identifier, permissions, named };
}

/** Declares the roles. One without permissions has no resource for them: the provider gives an empty list no ID. */
function declareRoles(
  { parent, side, settings: { stack } }: Side,
  contract: Contract,
  apis: readonly DeclaredApi[],
): ReadonlyMap<string, DeclaredRole> {
  return new Map(
    Object.entries(contract.roles).map(([key, names]) => {
      const name = `${side}-${key}`;
      const description = `${key} of ${pulumi.getProject()}, stack ${stack}`;
      const role = new services.auth0.Role(name, { name: `${key} (${stack})`, description }, { parent });
      if (names.length === 0) return [key, { role, held: [] }];
      const permissions = apis.flatMap(({ identifier }) =>
        names.map((permission) => ({ name: permission, resourceServerIdentifier: identifier })),
      );
      const options = { parent, dependsOn: apis.map((api) => api.permissions) };
      return [
        key,
        { role, held: [new services.auth0.RolePermissions(name, { roleId: role.id, permissions }, options)] },
      ];
    }),
  );
}
