import { NO_LOGIN, type Client, type LoginSettings, type Tenant } from '../../src/model/tenant.ts';
import type { CodeFlow } from '../../src/verify/login.ts';
import { fullTenant, fullUser, PASSWORD, secretOf } from './full-tenant.ts';
import { plainApi, plainClient } from './plain-tenant.ts';

export const API = 'https://login.example.com';
export const STRICT = 'https://strict.example.com';

const GRANTS = ['authorization_code', 'refresh_token'];

const ROTATING = { rotates: true, leeway: 0, lifetime: 2_592_000, idleLifetime: 1_296_000 };

const loginClient = (name: string, login: Partial<LoginSettings>, change: Partial<Client> = {}): Client =>
  plainClient({
    clientId: name,
    name: `The ${name}`,
    logicalName: name,
    grantTypes: GRANTS,
    secret: secretOf(name),
    login: { ...NO_LOGIN, refresh: ROTATING, skipsConfirmation: true, ...login },
    ...change,
  });

const PUBLIC: Partial<Client> = { isPublic: true, secret: '' };

/** The callbacks of the login tenant's clients. */
export const CALLBACKS: Readonly<Record<string, string>> = {
  spa: 'http://localhost:5173',
  other: 'http://localhost:5174/callback',
  web: 'https://web.example.com/callback?from=auth0',
  local: 'http://localhost:8080/callback',
  native: 'com.example.app://callback',
  partner: 'https://partner.example.com/callback',
  wild: 'https://a1.wild.example.com/callback',
};

/** One client of each kind that logs users in, with its name as its id. */
const CLIENTS: readonly Client[] = [
  loginClient(
    'spa',
    {
      callbacks: ['http://localhost:5173', 'http://localhost:5173/second'],
      logoutUrls: ['http://localhost:5173', 'http://localhost:5173/Bye'],
      origins: ['http://localhost:5173', 'https://listed.example.com'],
      webOrigins: ['http://localhost:5173'],
    },
    PUBLIC,
  ),
  loginClient('other', { callbacks: ['http://localhost:5174/callback'], webOrigins: [] }, PUBLIC),
  loginClient('web', {
    callbacks: ['https://web.example.com/callback?from=auth0'],
    logoutUrls: ['https://web.example.com/bye?x=1'],
    refresh: { rotates: false, leeway: 0, lifetime: undefined, idleLifetime: undefined },
  }),
  loginClient('local', { callbacks: ['http://localhost:8080/callback'], skipsConfirmation: false }),
  loginClient('native', { callbacks: ['com.example.app://callback'], skipsConfirmation: false }, PUBLIC),
  loginClient('wild', { callbacks: ['https://*.wild.example.com/callback'] }),
  loginClient(
    'partner',
    {
      callbacks: ['https://partner.example.com/callback'],
      logoutUrls: ['https://partner.example.com/bye'],
      keepsErrors: true,
    },
    { ...PUBLIC, firstParty: false, idTokenLifetime: 3600 },
  ),
  loginClient('service', { callbacks: ['https://service.example.com'] }, { grantTypes: ['client_credentials'] }),
  loginClient(
    'legacy',
    { callbacks: ['https://legacy.example.com'] },
    { ...PUBLIC, grantTypes: ['client_credentials', ...GRANTS] },
  ),
];

/** Returns a tenant in which a request can reach each response of a login. */
export function loginTenant(change: Partial<Tenant> = {}): Tenant {
  const clientIds = CLIENTS.map(({ clientId }) => clientId);
  const permission = (name: string, audience: string): { name: string; audience: string } => ({ name, audience });
  return fullTenant({
    resourceServers: [
      ...fullTenant().resourceServers,
      plainApi({ identifier: API, scopes: ['read', 'write', 'admin'], allowOfflineAccess: true }),
      plainApi({ identifier: STRICT, scopes: ['read', 'write'], skipsConsent: false }),
    ],
    clients: [...fullTenant().clients.filter(({ clientId }) => clientId !== 'partner'), ...CLIENTS],
    grants: [
      ...fullTenant().grants,
      { clientId: 'partner', audience: API, scopes: ['read', 'admin'], subjectType: 'user' },
    ],
    connections: [
      { id: 'con_1', name: 'users', clientIds, bruteForceProtection: true },
      { id: 'con_2', name: 'others', clientIds: ['web'], bruteForceProtection: true },
      { id: 'con_3', name: 'disabled', clientIds: [], bruteForceProtection: true },
    ],
    roles: [
      {
        id: 'editor',
        name: 'editor',
        logicalName: 'editor',
        permissions: [permission('read', API), permission('write', API), permission('read', STRICT)],
      },
    ],
    users: [
      fullUser('editor', 1, { name: 'Ed Itor', nickname: 'ed', roleIds: ['editor'] }),
      fullUser('blocked', 2, { blocked: true }),
      fullUser('guest', 3),
      fullUser('stranger', 4, { connection: 'disabled' }),
      fullUser('other', 5, { connection: 'others' }),
    ],
    ...change,
  });
}

/** Returns a login to play against a tenant, by default the editor's. */
export function flowOf(
  client: string,
  fetch: (request: Request) => Promise<Response>,
  change: Partial<CodeFlow> & { readonly as?: string } = {},
): CodeFlow {
  const { clientId, secret } = CLIENTS.find((declared) => declared.clientId === client) ?? plainClient();
  const { as: name = 'editor', ...rest } = change;
  return {
    tenantUrl: 'http://localhost',
    client: { clientId, secret, redirectUri: CALLBACKS[client] ?? '' },
    user: { email: `${name}@example.com`, password: PASSWORD },
    audience: API,
    scope: 'openid read write admin',
    fetch,
    ...rest,
  };
}
