import type { Tenant, User } from '../model/tenant.ts';
import { refusals } from './errors.ts';
import type { LoginAttempts } from './login-attempts.ts';
import { sameText } from './same-text.ts';

interface Attempt {
  readonly tenant: Tenant;
  readonly logins: LoginAttempts;
  readonly connections: readonly string[];
  readonly username: string;
  readonly password: string;
}

/**
 * Checks a user's password in these databases, and counts failures. The returned user may be blocked.
 * @throws TokenError for a wrong password, or after too many failures
 */
export function checkPassword({ tenant, logins, connections, username, password }: Attempt): User {
  if (connections.some((name) => logins.areTooMany(name, username))) return refusals.tooManyAttempts();
  const found = tenant.users.filter(
    (user) => connections.includes(user.connection) && user.email.toLowerCase() === username.toLowerCase(),
  );
  // Compare even for an unknown user, so that the response time reveals nothing.
  const [user] = (found.length === 0 ? [undefined] : found).filter((user) => sameText(password, user?.password ?? ''));
  if (user === undefined) {
    for (const { name, bruteForceProtection } of tenant.connections) {
      if (bruteForceProtection && connections.includes(name)) logins.failed(name, username);
    }
    return refusals.wrongPassword();
  }
  logins.succeeded(user.connection, username);
  return user;
}
