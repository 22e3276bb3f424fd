import type { ASSERTION_ALGORITHMS } from '../../../limits/auth0.ts';
import type { Action } from './actions.ts';

/** An Auth0 tenant, as far as the program declares it. */
export interface Tenant {
  /** The tenant's own domain, from the provider's configuration. */
  readonly domain: string;
  /** The domain that tokens are requested from: the custom domain, where the tenant has one. */
  readonly issuerDomain: string;
  /** A further domain, which names itself as the issuer of the tokens requested there. */
  readonly secondIssuerDomain?: string | undefined;
  readonly resourceServers: readonly ResourceServer[];
  readonly clients: readonly Client[];
  readonly grants: readonly ClientGrant[];
  readonly connections: readonly Connection[];
  readonly roles: readonly Role[];
  readonly users: readonly User[];
  /** The connection that plain `grant_type=password` logs in against. */
  readonly defaultDirectory: string | undefined;
  /** The Actions that it runs, in their order. */
  readonly actions: readonly Action[];
}

/** Returns the name of the client that a token's `azp` claim names, or the claim itself where it is another string. */
export function clientName({ clients }: Pick<Tenant, 'clients'>, azp: unknown): string | undefined {
  const name = clients.find(({ clientId }) => clientId === azp)?.name;
  return name ?? (typeof azp === 'string' ? azp : undefined);
}

/** An API in Auth0. Source: https://auth0.com/docs/get-started/apis/api-settings */
export interface ResourceServer {
  readonly identifier: string;
  readonly scopes: readonly string[];
  /** RBAC: a user's token holds no more than the user's permissions. */
  readonly enforcePolicies: boolean;
  /** `access_token_authz` puts the user's permissions into the token besides. */
  readonly permissionsInToken: boolean;
  /** Seconds. */
  readonly tokenLifetime: number;
  readonly clientPolicy: 'require_client_grant' | 'deny_all';
  readonly userPolicy: 'allow_all' | 'require_client_grant' | 'deny_all';
  /** Whether applications may get refresh tokens for it. */
  readonly allowOfflineAccess: boolean;
  /** Whether users of a first-party application are spared the consent page. */
  readonly skipsConsent: boolean;
}

/** An application. Its secret is that of the stack's outputs, and belongs into no log. */
export interface Client {
  readonly clientId: string;
  readonly name: string;
  /** The resource's name in the program. */
  readonly logicalName: string;
  /** The names that it had there before; an engine keeps it by them. */
  readonly formerly: readonly string[];
  readonly firstParty: boolean;
  /**
   * Whether a request that names no audience goes to Auth0's older pipeline, which the twin does not have.
   * Source: https://auth0.com/docs/api/management/v2/clients/post-clients (oidc_conformant)
   */
  readonly legacy?: boolean;
  readonly grantTypes: readonly string[];
  /** What an Action reads as `event.client.metadata`. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Empty for a client without one: a public client, and one with keys. */
  readonly secret: string;
  /** What verifies the assertions of a client that authenticates with `private_key_jwt`; absent for any other. */
  readonly keys?: readonly ClientKey[];
  /** Whether it proves itself with nothing, as an application in a browser or on a device. */
  readonly isPublic: boolean;
  /** Seconds that an id token lives. */
  readonly idTokenLifetime: number;
  readonly login: LoginSettings;
}

/** A public key of a client. Source: https://auth0.com/docs/get-started/applications/configure-private-key-jwt */
export interface ClientKey {
  /** The key's thumbprint, which an assertion may name. */
  readonly kid: string;
  readonly pem: string;
  readonly algorithm: (typeof ASSERTION_ALGORITHMS)[number];
  /** In ISO 8601; absent for a key that does not expire. */
  readonly expiresAt?: string;
}

/** How users log in through a client. */
export interface LoginSettings {
  readonly callbacks: readonly string[];
  readonly logoutUrls: readonly string[];
  /** Origins that may send it requests from a browser, besides those of its callbacks. */
  readonly origins: readonly string[];
  /** Origins that may take the answer of a silent login. */
  readonly webOrigins: readonly string[];
  /** Whether a callback on localhost is spared the confirmation page. */
  readonly skipsConfirmation: boolean;
  /** Whether an error that a user causes stays on a page of the tenant. */
  readonly keepsErrors: boolean;
  readonly refresh: RefreshSettings;
}

/** How a client's refresh tokens rotate and end. Times are in seconds; an absent one is no limit. */
export interface RefreshSettings {
  readonly rotates: boolean;
  /** How long after an exchange the previous token may be used again. */
  readonly leeway: number;
  readonly lifetime: number | undefined;
  readonly idleLifetime: number | undefined;
}

/** A client that logs no users in. */
export const NO_LOGIN: LoginSettings = {
  callbacks: [],
  logoutUrls: [],
  origins: [],
  webOrigins: [],
  skipsConfirmation: false,
  keepsErrors: false,
  refresh: { rotates: false, leeway: 0, lifetime: undefined, idleLifetime: undefined },
};

/** What a client may ask of an API: for itself, or on behalf of users. */
export interface ClientGrant {
  readonly clientId: string;
  readonly audience: string;
  readonly scopes: readonly string[];
  readonly subjectType: 'client' | 'user';
}

/** A database of users, and the clients that may log them in. */
export interface Connection {
  readonly id: string;
  readonly name: string;
  readonly clientIds: readonly string[];
  readonly bruteForceProtection: boolean;
}

/** A scope of one API: another API may have one of the same name. */
export interface Permission {
  readonly name: string;
  readonly audience: string;
}

/** Permissions under a name, which a user has as long as the user has the role. */
export interface Role {
  readonly id: string;
  readonly name: string;
  readonly logicalName: string;
  readonly permissions: readonly Permission[];
}

/** A user of a connection, with the password: never print it. */
export interface User {
  readonly userId: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly connection: string;
  readonly password: string;
  readonly blocked: boolean;
  readonly name: string;
  readonly nickname: string;
  readonly picture: string | undefined;
  readonly givenName?: string | undefined;
  readonly familyName?: string | undefined;
  readonly userMetadata?: Readonly<Record<string, unknown>> | undefined;
  readonly appMetadata?: Readonly<Record<string, unknown>> | undefined;
  readonly roleIds: readonly string[];
}

/** Returns the tenant with its second domain as the issuer, as requests to that domain see it. */
export function asSecondIssuer(tenant: Tenant): Tenant {
  return { ...tenant, issuerDomain: tenant.secondIssuerDomain ?? tenant.issuerDomain };
}

/** Returns the URL at which a twin's tenant is its second issuer: 127.0.0.1 in place of localhost. */
export function secondIssuerUrl(tenantUrl: string): string {
  return tenantUrl.replace('//localhost:', '//127.0.0.1:');
}
