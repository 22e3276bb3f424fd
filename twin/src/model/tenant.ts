import type { ASSERTION_ALGORITHMS } from '../../../limits/auth0.ts';
import type { Action } from './actions.ts';

export interface Tenant {
  /** The tenant's own domain, from the provider's configuration. */
  readonly domain: string;
  /** The domain that issues tokens: the custom domain, if the tenant has one. */
  readonly issuerDomain: string;
  /** A second domain: tokens requested there have it as their issuer. */
  readonly secondIssuerDomain?: string | undefined;
  readonly resourceServers: readonly ResourceServer[];
  readonly clients: readonly Client[];
  readonly grants: readonly ClientGrant[];
  readonly connections: readonly Connection[];
  readonly roles: readonly Role[];
  readonly users: readonly User[];
  /** The connection that plain `grant_type=password` logs in against. */
  readonly defaultDirectory: string | undefined;
  /** In the order in which they run. */
  readonly actions: readonly Action[];
}

/** An API in Auth0. Source: https://auth0.com/docs/get-started/apis/api-settings */
export interface ResourceServer {
  readonly identifier: string;
  readonly scopes: readonly string[];
  /** RBAC: a user's token has no scope beyond the user's permissions. */
  readonly enforcePolicies: boolean;
  /** Whether the token also has the claim `permissions` (`access_token_authz`). */
  readonly permissionsInToken: boolean;
  /** Seconds. */
  readonly tokenLifetime: number;
  readonly clientPolicy: 'require_client_grant' | 'deny_all';
  readonly userPolicy: 'allow_all' | 'require_client_grant' | 'deny_all';
  /** Whether refresh tokens are issued for it. */
  readonly allowOfflineAccess: boolean;
  /** Whether users of a first-party application see no consent page. */
  readonly skipsConsent: boolean;
}

/** An application, with the secret of the stack's outputs: never log it. */
export interface Client {
  readonly clientId: string;
  readonly name: string;
  /** The resource's name in the program. */
  readonly logicalName: string;
  /** Former names there, by which the engine recognizes it. */
  readonly formerly: readonly string[];
  readonly firstParty: boolean;
  /**
   * Whether Auth0's older pipeline, which the twin lacks, handles a request without an audience.
   * Source: https://auth0.com/docs/api/management/v2/clients/post-clients (oidc_conformant)
   */
  readonly legacy?: boolean;
  readonly grantTypes: readonly string[];
  /** `event.client.metadata` of an Action. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Empty for a public client and for one with keys. */
  readonly secret: string;
  /** The public keys of a client that authenticates with `private_key_jwt`; absent for any other client. */
  readonly keys?: readonly ClientKey[];
  /** Whether it has no credentials, like an application in a browser or on a device. */
  readonly isPublic: boolean;
  /** Seconds. */
  readonly idTokenLifetime: number;
  readonly login: LoginSettings;
}

/** A public key of a client. Source: https://auth0.com/docs/get-started/applications/configure-private-key-jwt */
export interface ClientKey {
  /** The key's thumbprint; an assertion's `kid` may name it. */
  readonly kid: string;
  readonly pem: string;
  readonly algorithm: (typeof ASSERTION_ALGORITHMS)[number];
  /** In ISO 8601; absent for a key that does not expire. */
  readonly expiresAt?: string;
}

export interface LoginSettings {
  readonly callbacks: readonly string[];
  readonly logoutUrls: readonly string[];
  /** Further origins whose pages may send requests; the origins of callbacks always may. */
  readonly origins: readonly string[];
  /** Origins that may receive the response of a silent login. */
  readonly webOrigins: readonly string[];
  /** Whether a callback on localhost needs no confirmation page. */
  readonly skipsConfirmation: boolean;
  /** Whether the tenant shows a user's error on its own page instead of sending it to the callback. */
  readonly keepsErrors: boolean;
  readonly refresh: RefreshSettings;
}

/** How a client's refresh tokens rotate and expire. Times are in seconds; undefined is no limit. */
export interface RefreshSettings {
  readonly rotates: boolean;
  /** How long after an exchange the previous token may be used again. */
  readonly leeway: number;
  readonly lifetime: number | undefined;
  readonly idleLifetime: number | undefined;
}

/** The login settings of a client through which no user logs in. */
export const NO_LOGIN: LoginSettings = {
  callbacks: [],
  logoutUrls: [],
  origins: [],
  webOrigins: [],
  skipsConfirmation: false,
  keepsErrors: false,
  refresh: { rotates: false, leeway: 0, lifetime: undefined, idleLifetime: undefined },
};

/** The scopes that a client may request of an API: for itself, or on behalf of users. */
export interface ClientGrant {
  readonly clientId: string;
  readonly audience: string;
  readonly scopes: readonly string[];
  readonly subjectType: 'client' | 'user';
}

/** A database of users, and the clients that it is enabled for. */
export interface Connection {
  readonly id: string;
  readonly name: string;
  readonly clientIds: readonly string[];
  readonly bruteForceProtection: boolean;
}

/** A scope of an API. Two APIs may have scopes with the same name. */
export interface Permission {
  readonly name: string;
  readonly audience: string;
}

export interface Role {
  readonly id: string;
  readonly name: string;
  readonly logicalName: string;
  readonly permissions: readonly Permission[];
}

/** A user of a connection, with the password: never log it. */
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

export function asSecondIssuer(tenant: Tenant): Tenant {
  return { ...tenant, issuerDomain: tenant.secondIssuerDomain ?? tenant.issuerDomain };
}

/** The twin's host as the tenant's second issuer; the first one's is localhost. */
export const SECOND_ISSUER_HOST = '127.0.0.1';

/** Returns the URL of the tenant's second issuer on the twin. */
export function secondIssuerUrl(tenantUrl: string): string {
  return tenantUrl.replace('//localhost:', `//${SECOND_ISSUER_HOST}:`);
}
