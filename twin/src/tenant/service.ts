import type { Tenant } from '../model/tenant.ts';
import type { RunAction } from './action-process.ts';
import type { LoginAttempts } from './login-attempts.ts';
import type { LoginState } from './login-state.ts';
import type { SigningKeys } from './signing-key.ts';

/** A serving tenant. */
export interface TenantService {
  readonly tenant: Tenant;
  readonly signing: SigningKeys;
  readonly logins: LoginAttempts;
  readonly state: LoginState;
  readonly runAction: RunAction;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}
