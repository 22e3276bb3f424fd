import type { Client, ResourceServer, Tenant, User } from '../model/tenant.ts';
import type { TokenChanges } from './actions.ts';
import type { LoginClaims } from './codes.ts';
import { refusals } from './errors.ts';
import type { LoginState } from './login-state.ts';
import type { LoginAttempts } from './login-attempts.ts';
import type { Parameters } from './parameters.ts';
import type { Redeemable } from './refresh-tokens.ts';

/** A request that has come as far as a grant: the client is who it says. */
export interface GrantRequest {
  readonly tenant: Tenant;
  readonly client: Client;
  readonly parameters: Parameters;
  readonly logins: LoginAttempts;
  /** Absent where no user has logged in: a decision without a tenant at work knows no code and no refresh token. */
  readonly state?: LoginState;
}

/** What a grant came to; the token is made of it. */
export interface Granted {
  readonly client: Client;
  readonly subject: string;
  /** The user who logged in; absent when a service asked for itself. */
  readonly user: User | undefined;
  /** Absent when no audience was asked for: the token is then an opaque one, for nobody's API. */
  readonly api: ResourceServer | undefined;
  readonly scopes: readonly string[];
  /** What a user's tokens of this login may ever hold, whatever roles the user has then. */
  readonly asked?: readonly string[];
  /** The claim `gty`; absent after a login in the browser. */
  readonly grantType: string | undefined;
  /** The claim `permissions`, where the API's dialect has it. */
  readonly permissions: readonly string[] | undefined;
  /** The login that the id token tells of; absent where a password was sent to the token endpoint. */
  readonly login?: LoginClaims;
  /** The code that was exchanged. */
  readonly code?: string;
  /** The refresh token that was sent, and every scope that the next ones may ask for. */
  readonly refreshed?: Redeemable;
  /** What Actions change. */
  readonly changes?: TokenChanges | undefined;
}

/** The scopes of the access token: those granted, and what Actions add and take away. No Action adds any to a third party's. */
export function accessScopes({ scopes, client, changes }: Granted): readonly string[] {
  if (changes === undefined) return scopes;
  const { added, removed } = changes;
  return [...new Set([...scopes, ...(client.firstParty ? added : [])])].filter((scope) => !removed.has(scope));
}

/** @throws TokenError for an audience that no API of the tenant has */
export function apiFor(tenant: Tenant, audience: string): ResourceServer {
  return tenant.resourceServers.find(({ identifier }) => identifier === audience) ?? refusals.unknownAudience(audience);
}
