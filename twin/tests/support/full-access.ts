import type { ProjectCopy } from '../../../tests/support/project.ts';

/** A stack with one client of each kind; `more.ts` below changes what a stack file cannot. */
const CLIENTS = `  api:clients:
    - { name: test-app, party: first, grants: [client_credentials, password], permissions: [read:user, write:user] }
    - { name: login, party: first, grants: [password], permissions: [] }
    - { name: machine, party: first, grants: [client_credentials], permissions: [] }
    - { name: ungranted, party: first, grants: [client_credentials], permissions: [read:user] }
    - { name: partner, party: third, grants: [client_credentials], permissions: [read:user] }
`;

const SECOND_PASSWORD = 'Correct-horse-1';

/** APIs, users and databases that the shipped program lacks. Each API has the permissions read, write and admin. */
const MORE = `
import * as auth0 from '@pulumi/auth0';

export const GRANT_TYPES = {
  machine: [],
  partner: ['client_credentials', 'password', 'http://auth0.com/oauth/grant-type/password-realm'],
};

const APIS = {
  closed: { client: 'deny_all', user: 'deny_all' },
  granted: { user: 'require_client_grant' },
  open: { enforcePolicies: false },
  authz: { tokenDialect: 'access_token_authz' },
};

export function declareMore(parent, applications, { connection }) {
  const { clientId } = applications.find(({ settings }) => settings.name === 'test-app');
  const permissions = [];
  for (const [name, settings] of Object.entries(APIS)) {
    const { client = 'require_client_grant', user = 'allow_all', ...rest } = settings;
    const { identifier: audience } = new auth0.ResourceServer(name, {
      identifier: 'https://' + name + '.example.com',
      signingAlg: 'RS256',
      enforcePolicies: true,
      tokenDialect: 'access_token',
      tokenLifetime: 600,
      subjectTypeAuthorization: { client: { policy: client }, user: { policy: user } },
      ...rest,
    }, { parent });
    new auth0.ResourceServerScopes(name, {
      resourceServerIdentifier: audience,
      scopes: ['read', 'write', 'admin'].map((name) => ({ name })),
    }, { parent });
    new auth0.ClientGrant(name, { clientId, audience, scopes: ['read', 'write'], subjectType: 'client' }, { parent });
    new auth0.ClientGrant(name + '-users', { clientId, audience, scopes: ['read'], subjectType: 'user' }, { parent });
    permissions.push(...['read', 'write'].map((name) => ({ name, resourceServerIdentifier: audience })));
  }
  const role = new auth0.Role('editor', { name: 'editor' }, { parent });
  new auth0.RolePermissions('editor', { roleId: role.id, permissions }, { parent });

  const lenient = new auth0.Connection('lenient', {
    name: 'lenient',
    strategy: 'auth0',
    options: { bruteForceProtection: false },
  }, { parent });
  new auth0.ConnectionClients('lenient', { connectionId: lenient.id, enabledClients: [clientId] }, { parent });
  const disabled = new auth0.Connection('disabled', { name: 'disabled', strategy: 'auth0' }, { parent });
  new auth0.ConnectionClients('disabled', { connectionId: disabled.id, enabledClients: [] }, { parent });

  const declareUser = (name, connectionName, rest = {}) =>
    new auth0.User(name, { connectionName, email: name + '@example.com', password: '${SECOND_PASSWORD}', ...rest }, { parent });
  const editor = declareUser('editor', connection, {
    name: 'Ed Itor',
    nickname: 'ed',
    picture: 'https://example.com/ed.png',
    emailVerified: true,
  });
  new auth0.UserRoles('editor', { userId: editor.id, roles: [role.id] }, { parent });
  declareUser('blocked', connection, { blocked: true });
  declareUser('unlucky', connection);
  declareUser('lenient', lenient.name);
  declareUser('disabled', disabled.name);
}
`;

const ROUTES = `
    'GET /test': { handler: 'test', scopes: ['read:user'] },
    'POST /test': { handler: 'test', scopes: ['write:user'] },
    'ANY /things/{id}': { handler: 'test', scopes: ['write:user', 'read:user'] },
    'GET /things/{id}/unused': { handler: 'test', scopes: ['read:appointments'] },
    'GET /any-token': { handler: 'test', scopes: ['read:appointments'] },
    'GET /other-audience/{rest+}': { handler: 'test', scopes: ['read:user'] },
    'GET /slashless-issuer': { handler: 'test', scopes: ['read:user'] },
    'GET /open': { handler: 'test', scopes: 'public' },
    $default: { handler: 'test', scopes: ['write:user'] },
  },
  roles: {
    writer: ['write:user'],
    idle: [],`;

/** Extends a copy's stack with callers and routes of every kind, some of them misconfigured. */
export function fillAccess(project: ProjectCopy): void {
  const stackFile = project.read('Pulumi.dev.yaml');
  project.write('Pulumi.dev.yaml', stackFile.replace(/ {2}api:clients:\n(?: {4}.*\n)+/, CLIENTS));
  project.write('more.ts', MORE);
  project.edit('auth0.ts', "from './settings.ts';", "from './settings.ts';\nimport { declareMore } from './more.ts';");
  const clients = 'program/auth0/application.ts';
  project.edit(
    clients,
    "from '../former-name.ts';",
    "from '../former-name.ts';\nimport { GRANT_TYPES } from '../../more.ts';",
  );
  project.edit(
    clients,
    'client.grants.flatMap(auth0GrantTypes)',
    'GRANT_TYPES[client.name] ?? client.grants.flatMap(auth0GrantTypes)',
  );
  project.edit(clients, 'subjectsOf({ grants, party }', 'subjectsOf({ name, grants, party }');
  project.edit(
    clients,
    "includes('client_credentials') ? (['client']",
    "includes('client_credentials') && name !== 'ungranted' ? (['client']",
  );
  project.edit(
    'auth0.ts',
    '    declareClaims(',
    '    declareMore(this, this.applications, this.users[0]!);\n    declareClaims(',
  );
  project.edit(
    'contract.ts',
    `\n    'GET /test': { handler: 'test', scopes: ['read:user'] },\n  },\n  roles: {`,
    ROUTES,
  );
  project.edit(
    'api.ts',
    '    const routes =',
    `    const otherAudience = declareAuthorizer({ ...within, name: 'other-audience', audience: 'https://unknown.example.com' }, api);
    const slashless = declareAuthorizer({ ...within, name: 'slashless', issuer: String(within.issuer).slice(0, -1) }, api);
    const others = { 'GET /other-audience/{rest+}': otherAudience, 'GET /slashless-issuer': slashless };
    const routes =`,
  );
  project.edit('api.ts', 'api, authorizer, integrations)', 'api, others[key] ?? authorizer, integrations)');
  project.edit(
    'api.ts',
    'authorizationScopes: [...route.scopes]',
    "authorizationScopes: routeKey === 'GET /any-token' ? [] : [...route.scopes]",
  );
}
