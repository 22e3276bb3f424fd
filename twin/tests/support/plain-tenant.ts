import { NO_LOGIN, type Client, type ResourceServer, type Tenant, type User } from '../../src/model/tenant.ts';
import { actionRunner } from '../../src/tenant/action-process.ts';
import type { TenantService } from '../../src/tenant/service.ts';
import { LoginAttempts } from '../../src/tenant/login-attempts.ts';
import { loginState } from '../../src/tenant/login-state.ts';

export const AUDIENCE = 'https://api.example.com';

export const plainApi = (change: Partial<ResourceServer> = {}): ResourceServer => ({
  identifier: AUDIENCE,
  scopes: ['read', 'write'],
  enforcePolicies: true,
  permissionsInToken: false,
  tokenLifetime: 600,
  clientPolicy: 'require_client_grant',
  userPolicy: 'allow_all',
  allowOfflineAccess: false,
  skipsConsent: true,
  ...change,
});

export const plainClient = (change: Partial<Client> = {}): Client => ({
  clientId: 'client',
  name: 'Client',
  logicalName: 'client',
  formerly: [],
  firstParty: true,
  grantTypes: ['client_credentials', 'password', 'http://auth0.com/oauth/grant-type/password-realm'],
  secret: 'the secret of the client',
  isPublic: false,
  idTokenLifetime: 36_000,
  login: NO_LOGIN,
  ...change,
});

export const plainUser = (change: Partial<User> = {}): User => ({
  userId: 'auth0|000000000000000000000001',
  email: 'user@example.com',
  emailVerified: true,
  connection: 'users',
  password: 'the password of the user',
  blocked: false,
  name: 'User',
  nickname: 'user',
  picture: undefined,
  roleIds: ['role'],
  ...change,
});

/** A tenant without a program: one API, one client with a grant for it, one user with a role. */
export const plainTenant = (change: Partial<Tenant> = {}): Tenant => ({
  domain: 'tenant.eu.auth0.com',
  issuerDomain: 'tenant.eu.auth0.com',
  resourceServers: [plainApi()],
  clients: [plainClient()],
  grants: [{ clientId: 'client', audience: AUDIENCE, scopes: ['read'], subjectType: 'client' }],
  connections: [{ id: 'con_1', name: 'users', clientIds: ['client'], bruteForceProtection: true }],
  roles: [{ id: 'role', name: 'role', logicalName: 'role', permissions: [{ name: 'read', audience: AUDIENCE }] }],
  users: [plainUser()],
  defaultDirectory: 'users',
  actions: [],
  ...change,
});

/** Returns the running tenant. Its tokens are unsigned JSON claims: signing would take most of a property's time. */
export function serviceOf(tenant: Tenant, clock: () => number = Date.now): TenantService {
  const key = {
    kid: 'kid',
    publicJwk: {},
    sign: async (claims: object) => JSON.stringify(claims),
    signatureOf: () => Buffer.alloc(0),
  };
  return {
    tenant,
    signing: { current: key, published: [] },
    logins: new LoginAttempts(),
    state: loginState(clock),
    runAction: actionRunner(() => undefined, new AbortController().signal),
    clock,
  };
}
