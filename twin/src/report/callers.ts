import { OIDC_SCOPES } from '../../../limits/oidc-scopes.ts';
import { clientNames, named } from '../model/names.ts';
import { NO_LOGIN, type Client, type ResourceServer, type Role, type Tenant, type User } from '../model/tenant.ts';
import type { Parameters } from '../tenant/parameters.ts';
import { PASSWORD_REALM } from '../tenant/password.ts';

export interface Ask {
  /** The declared tenant; for a role, with an added user who has the role. */
  readonly tenant: Tenant;
  readonly client: Client;
  readonly api: ResourceServer;
  /**
   * The parameters of `/oauth/token` without the client's credentials, or those of `/authorize` for a login in a
   * browser. They may include a user's password: never print them.
   */
  readonly parameters: Parameters;
  readonly user?: User;
}

type LoginFlow = 'password' | 'authorization_code';

export type Who =
  /** A service with client credentials. Without a `grantType`, the client cannot request a token. */
  | { readonly kind: 'client'; readonly client: Client; readonly grantType: string | undefined }
  /** A user with only this role, in a client's browser login; without a flow, in an application of your own. */
  | { readonly kind: 'role'; readonly role: Role; readonly flow: LoginFlow | undefined }
  /** A declared user. Client and flow are absent if no client has a grant to log users in. */
  | {
      readonly kind: 'user';
      readonly user: User;
      readonly client: Client | undefined;
      readonly flow: LoginFlow | undefined;
    }
  | { readonly kind: 'anyone' };

export type Caller = Who & {
  readonly name: string;
  /** The name of the client that a user logs in through; otherwise empty. */
  readonly through: string;
  readonly asks: readonly Ask[];
};

const SERVICE = 'client_credentials';
const PASSWORD_GRANTS = [PASSWORD_REALM, 'password'] as const;

/**
 * Returns the callers in the order of the report's columns: each client with each of its grants, each role, each role
 * and user with each client that logs users in, and anyone.
 * @param stack removed from other names, so that stacks can be compared
 */
export function callersOf(tenant: Tenant, stack: string): Caller[] {
  const clients = clientNames(tenant, stack);
  const roles = named(tenant.roles, stack, ({ name }) => name);
  const users = named(tenant.users, stack, ({ email }) => email);
  const logins = clients.flatMap(({ declared: client, name }) =>
    flowsOf(client).map((flow) => ({ client, name, flow })),
  );
  const browsers = logins.filter(({ flow }) => flow === 'authorization_code');
  return [
    ...clients.flatMap(({ declared, name }) => clientCallers(tenant, declared, name)),
    ...roles.map(({ declared, name }) => roleCaller(tenant, declared, name)),
    ...roles.flatMap(({ declared, name }) => browsers.map((login) => roleCaller(tenant, declared, name, login))),
    ...users.flatMap(({ declared, name }) => userCallers(tenant, declared, name, logins)),
    { kind: 'anyone', name: '', through: '', asks: [] },
  ];
}

function clientCallers(tenant: Tenant, client: Client, name: string): Caller[] {
  // Each declared user has a column for this client, and for a browser login so has each role.
  const flows = flowsOf(client).filter(
    (flow) => tenant.users.length === 0 && (flow === 'password' || tenant.roles.length === 0),
  );
  const service = client.grantTypes.filter((grantType) => grantType === SERVICE);
  const grantTypes = client.grantTypes.length === 0 ? [undefined] : [...service, ...flows];
  return grantTypes.map((grantType) => {
    const asks = grantType === SERVICE ? serviceAsks(tenant, client) : [];
    return { kind: 'client', client, grantType, name, through: '', asks };
  });
}

interface Login {
  readonly client: Client;
  readonly name: string;
  readonly flow: LoginFlow;
}

function flowsOf(client: Client): LoginFlow[] {
  const inBrowser: LoginFlow[] = client.grantTypes.includes('authorization_code') ? ['authorization_code'] : [];
  return passwordGrantsOf(client).length > 0 ? ['password', ...inBrowser] : inBrowser;
}

/** A service that requests no scope gets its whole grant. */
function serviceAsks(tenant: Tenant, client: Client): Ask[] {
  return tenant.resourceServers.map((api) => {
    return {
      tenant,
      client,
      api,
      parameters: new Map([
        ['grant_type', SERVICE],
        ['audience', api.identifier],
      ]),
    };
  });
}

function roleCaller(tenant: Tenant, role: Role, name: string, login?: Login): Caller {
  const asks = roleAsks(tenant, role, login?.client);
  return { kind: 'role', role, name, flow: login?.flow, through: login?.name ?? '', asks };
}

function userCallers(tenant: Tenant, user: User, name: string, logins: readonly Login[]): Caller[] {
  if (logins.length === 0) {
    return [{ kind: 'user', user, client: undefined, flow: undefined, name, through: '', asks: [] }];
  }
  return logins.map(({ client, name: through, flow }) => {
    const asksFor = flow === 'password' ? userAsks : browserAsks;
    const asks = tenant.resourceServers.flatMap((api) => asksFor(tenant, client, user, api));
    return { kind: 'user', user, client, flow, name, through, asks };
  });
}

function passwordGrantsOf({ grantTypes }: Client): readonly string[] {
  return PASSWORD_GRANTS.filter((grant) => grantTypes.includes(grant));
}

/** Requests all scopes: the tenant grants the permitted ones. */
function userAsks(tenant: Tenant, client: Client, user: User, api: ResourceServer): Ask[] {
  return passwordGrantsOf(client).map((grantType) => {
    const parameters = {
      grant_type: grantType,
      audience: api.identifier,
      username: user.email,
      password: user.password,
      scope: [...api.scopes, ...OIDC_SCOPES].join(' '),
      ...(grantType === PASSWORD_REALM && { realm: user.connection }),
    };
    return { tenant, client, api, parameters: new Map(Object.entries(parameters)) };
  });
}

/** A PKCE challenge for requests that are decided but not played. A played login has its own. */
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

function browserAsks(tenant: Tenant, client: Client, user: User, api: ResourceServer): Ask[] {
  const [callback] = client.login.callbacks;
  const parameters = {
    response_type: 'code',
    client_id: client.clientId,
    // An example of the URLs that a wildcard matches.
    ...(callback !== undefined && { redirect_uri: callback.replace('*', 'any') }),
    audience: api.identifier,
    scope: [...api.scopes, ...OIDC_SCOPES].join(' '),
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
  };
  return [{ tenant, client, api, user, parameters: new Map(Object.entries(parameters)) }];
}

/** Stands for any undeclared application, since a role may be used in any application of yours. */
const OWN_APPLICATION: Client = {
  clientId: 'an-application-of-your-own',
  name: 'an application of your own',
  logicalName: 'own',
  formerly: [],
  firstParty: true,
  grantTypes: [PASSWORD_REALM],
  secret: '',
  isPublic: false,
  idTokenLifetime: 36_000,
  login: NO_LOGIN,
};

/**
 * Returns the requests of a user who has only the role. The user logs in through an application of your own or any
 * declared application, since an API may require a grant that only declared applications have.
 * @param browser the only client to log in through, in a browser
 */
function roleAsks(tenant: Tenant, role: Role, browser: Client | undefined): Ask[] {
  const user: User = {
    userId: 'auth0|a-user-with-one-role',
    email: 'one-role@example.com',
    emailVerified: true,
    connection: 'users',
    password: 'unused password',
    blocked: false,
    name: 'one-role@example.com',
    nickname: 'one-role',
    picture: undefined,
    roleIds: [role.id],
  };
  const own = tenant.clients.filter(({ firstParty }) => firstParty);
  const clients =
    browser === undefined
      ? [OWN_APPLICATION, ...own.map((client) => ({ ...client, grantTypes: [PASSWORD_REALM] }))]
      : [browser];
  const clientIds = clients.map(({ clientId }) => clientId);
  const connections = [{ id: 'users', name: 'users', clientIds, bruteForceProtection: true }];
  const withUser = { ...tenant, clients, connections, users: [user] };
  const asksFor = browser === undefined ? userAsks : browserAsks;
  return tenant.resourceServers.flatMap((api) => clients.flatMap((client) => asksFor(withUser, client, user, api)));
}
