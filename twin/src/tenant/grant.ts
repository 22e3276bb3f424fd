import type { Client, ResourceServer, Tenant, User } from '../model/tenant.ts';
import type { TokenChanges } from './actions.ts';
import { refusals } from './errors.ts';
import type { LoginClaims, LoginState } from './login-state.ts';
import type { LoginAttempts } from './login-attempts.ts';
import type { Parameters } from './parameters.ts';
import type { Redeemable } from './refresh-tokens.ts';

/** A token request of an authenticated client. */
export interface GrantRequest {
  readonly tenant: Tenant;
  readonly client: Client;
  readonly parameters: Parameters;
  readonly logins: LoginAttempts;
  /** Codes and refresh tokens; absent in the report, which knows none. */
  readonly state?: LoginState;
}

export interface Granted {
  readonly client: Client;
  readonly subject: string;
  /** Absent for client_credentials. */
  readonly user: User | undefined;
  /** Absent if no audience was requested; the token is then opaque. */
  readonly api: ResourceServer | undefined;
  readonly scopes: readonly string[];
  /** Every scope that tokens of this login may ever have, whatever roles the user gets later. */
  readonly requested?: readonly string[];
  /** The claim `gty`; absent after a login in a browser. */
  readonly grantType: string | undefined;
  /** The claim `permissions`, if the API's dialect has it. */
  readonly permissions: readonly string[] | undefined;
  /** The login for the ID token; absent for the password grant. */
  readonly login?: LoginClaims;
  readonly code?: string;
  readonly refreshed?: Redeemable;
  readonly changes?: TokenChanges | undefined;
}

/** The access token's scopes: those granted, with the changes by Actions. Actions add none to a third party's token. */
export function accessScopes({ scopes, client, changes }: Granted): readonly string[] {
  if (changes === undefined) return scopes;
  const { added, removed } = changes;
  return [...new Set([...scopes, ...(client.firstParty ? added : [])])].filter((scope) => !removed.has(scope));
}

/**
 * Returns the API of an audience; undefined without an audience.
 * @throws TokenError for an audience that no API of the tenant has
 */
export function apiFor({ resourceServers }: Tenant, audience: string | undefined): ResourceServer | undefined {
  if (audience === undefined) return undefined;
  return resourceServers.find(({ identifier }) => identifier === audience) ?? refusals.unknownAudience(audience);
}

/** Returns the API that a user's request names. @throws TokenError as `apiFor`, and for a request in Auth0's older pipeline */
export function requestedApi(tenant: Tenant, client: Client, parameters: Parameters): ResourceServer | undefined {
  const audience = parameters.get('audience');
  return audience === undefined && client.legacy === true
    ? refusals.legacyPipeline(client.name)
    : apiFor(tenant, audience);
}
