import type { Client, ResourceServer, Tenant, User } from '../model/tenant.ts';
import { refusals } from './errors.ts';
import type { LoginAttempts } from './login-attempts.ts';
import type { Parameters } from './parameters.ts';

/** A request that has come as far as a grant: the client is who it says. */
export interface GrantRequest {
  readonly tenant: Tenant;
  readonly client: Client;
  readonly parameters: Parameters;
  readonly logins: LoginAttempts;
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
  /** The claim `gty`. */
  readonly grantType: string;
  /** The claim `permissions`, where the API's dialect has it. */
  readonly permissions: readonly string[] | undefined;
}

/** @throws TokenError for an audience that no API of the tenant has */
export function apiFor(tenant: Tenant, audience: string): ResourceServer {
  return tenant.resourceServers.find(({ identifier }) => identifier === audience) ?? refusals.unknownAudience(audience);
}
