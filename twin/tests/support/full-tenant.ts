import type { Client, ClientGrant, ResourceServer, Tenant } from '../../src/model/tenant.ts';
import { PASSWORD_REALM } from '../../src/tenant/password.ts';
import { plainApi, plainClient, plainTenant, plainUser } from './plain-tenant.ts';

/** The API of a token request that names no other. */
export const MAIN = 'https://main.example.com';
export const PASSWORD = 'Correct-horse-1';

const PASSWORD_GRANTS = ['password', PASSWORD_REALM];

const apiUrl = (name: string): string => `https://${name}.example.com`;

const FURTHER_APIS: Readonly<Record<string, Partial<ResourceServer>>> = {
  closed: { clientPolicy: 'deny_all', userPolicy: 'deny_all' },
  granted: { userPolicy: 'require_client_grant' },
  open: { enforcePolicies: false },
  authz: { permissionsInToken: true },
};

/** One client of each kind, with its name as its id. */
const CLIENTS: Readonly<Record<string, Partial<Client>>> = {
  'test-app': {},
  login: { grantTypes: PASSWORD_GRANTS },
  machine: { grantTypes: ['client_credentials'] },
  ungranted: { grantTypes: ['client_credentials'] },
  partner: { firstParty: false },
};

export const secretOf = (clientId: string): string => `the secret of ${clientId}`;

const grant = (
  clientId: string,
  audience: string,
  scopes: readonly string[],
  subjectType: ClientGrant['subjectType'] = 'client',
): ClientGrant => ({ clientId, audience, scopes, subjectType });

const further = Object.keys(FURTHER_APIS);

/** Returns a tenant in which a request can reach each response of the token endpoint. */
export const fullTenant = (change: Partial<Tenant> = {}): Tenant =>
  plainTenant({
    resourceServers: [
      plainApi({
        identifier: MAIN,
        scopes: ['read:user', 'write:user', 'read:appointments'],
        tokenLifetime: 3600,
      }),
      ...further.map((name) =>
        plainApi({ identifier: apiUrl(name), scopes: ['read', 'write', 'admin'], ...FURTHER_APIS[name] }),
      ),
    ],
    clients: Object.entries(CLIENTS).map(([name, rest]) =>
      plainClient({ clientId: name, name, logicalName: name, secret: secretOf(name), ...rest }),
    ),
    grants: [
      grant('test-app', MAIN, ['read:user', 'write:user']),
      grant('machine', MAIN, []),
      grant('partner', MAIN, ['read:user']),
      ...further.flatMap((name) => [
        grant('test-app', apiUrl(name), ['read', 'write']),
        grant('test-app', apiUrl(name), ['read'], 'user'),
      ]),
    ],
    connections: [
      { id: 'con_1', name: 'users', clientIds: ['test-app', 'login'], bruteForceProtection: true },
      { id: 'con_2', name: 'lenient', clientIds: ['test-app'], bruteForceProtection: false },
      { id: 'con_3', name: 'disabled', clientIds: [], bruteForceProtection: true },
    ],
    roles: [
      {
        id: 'editor',
        name: 'editor',
        logicalName: 'editor',
        permissions: further.flatMap((name) =>
          ['read', 'write'].map((scope) => ({ name: scope, audience: apiUrl(name) })),
        ),
      },
    ],
    users: [
      fullUser('editor', 1, {
        name: 'Ed Itor',
        nickname: 'ed',
        picture: 'https://example.com/ed.png',
        roleIds: ['editor'],
      }),
      fullUser('blocked', 2, { blocked: true }),
      fullUser('unlucky', 3),
      fullUser('lenient', 4, { connection: 'lenient' }),
      fullUser('disabled', 5, { connection: 'disabled' }),
    ],
    ...change,
  });

/** A user with this name, whose id has this number. */
export function fullUser(
  name: string,
  number: number,
  change: Parameters<typeof plainUser>[0] = {},
): Tenant['users'][number] {
  const userId = `auth0|${String(number).padStart(24, '0')}`;
  return plainUser({ userId, email: `${name}@example.com`, password: PASSWORD, name, roleIds: [], ...change });
}

/** Parameters of a token request, without the client's credentials. */
export type TokenParameters = Readonly<Record<string, unknown>>;

export const machine = (change: TokenParameters = {}): TokenParameters => ({
  grant_type: 'client_credentials',
  ...change,
});

/** Returns the request of a user in the default directory. */
export const login = (name: string, change: TokenParameters = {}): TokenParameters => ({
  grant_type: 'password',
  username: `${name}@example.com`,
  password: PASSWORD,
  ...change,
});

/** Returns the request of a user in the database of this name. */
export const realmLogin = (name: string, realm: string | undefined, change: TokenParameters = {}): TokenParameters =>
  login(name, { grant_type: PASSWORD_REALM, realm, ...change });

/** Returns the audience and scope parameters for one of the full tenant's APIs. */
export const api = (name: string, scope?: string): TokenParameters => ({ audience: apiUrl(name), scope });
