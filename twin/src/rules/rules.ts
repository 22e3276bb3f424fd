import { PERMISSION_RULES } from './permissions.ts';
import { PRODUCTION_RULES } from './production.ts';
import type { Registered, Rule } from './registered.ts';
import { ROUTE_RULES } from './routes.ts';
import { SECRET_RULES } from './secrets.ts';
import { TENANT_RULES } from './tenant.ts';

/**
 * What holds of everything that the program registers, whatever the program becomes. The tests, the access report, the
 * twin and the tests on a real engine judge by this one list.
 */
export const RULES: readonly Rule[] = [
  ...ROUTE_RULES,
  ...TENANT_RULES,
  ...PERMISSION_RULES,
  ...SECRET_RULES,
  ...PRODUCTION_RULES,
];

/** A rule that does not hold, and where. No value of a resource that may be secret is in it. */
export interface Violation {
  readonly rule: string;
  /** Type and name of the resource, or the stack. */
  readonly resource: string;
  readonly message: string;
}

/** Judges by every rule what a program registered: a recording of the twin's, or a real engine's state. */
export function violationsOf(all: Registered): Violation[] {
  return RULES.flatMap(({ name, check }) =>
    check(all).map(({ resource, message }) => ({
      rule: name,
      resource: resource === undefined ? 'the stack' : `${resource.type} "${resource.name}"`,
      message,
    })),
  );
}
