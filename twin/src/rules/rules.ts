import { ACCOUNT_RULES } from './accounts.ts';
import { ENTRANCE_RULES } from './entrances.ts';
import { PERMISSION_RULES } from './permissions.ts';
import { PRODUCTION_RULES } from './production.ts';
import type { Registered, RegisteredResource, Rule } from './registered.ts';
import { RESOURCE_TYPES } from '../resources/types.ts';
import { ROLE_RULES } from './roles.ts';
import { ROUTE_RULES } from './routes.ts';
import { SECRET_RULES } from './secrets.ts';
import { TENANT_RULES } from './tenant.ts';

export type { Registered, RegisteredResource } from './registered.ts';

/**
 * What holds of everything that the program registers, whatever the program becomes. The tests, the access report, the
 * twin and the tests on a real engine judge by this one list.
 */
export const RULES: readonly Rule[] = [
  ...ROUTE_RULES,
  ...ENTRANCE_RULES,
  ...TENANT_RULES,
  ...ACCOUNT_RULES,
  ...PERMISSION_RULES,
  ...ROLE_RULES,
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
export function violationsOf(registered: Registered): Violation[] {
  const all = { ...registered, resources: registered.resources.map(withDefaults) };
  return RULES.flatMap(({ name, check }) =>
    check(all).map(({ resource, message }) => ({
      rule: name,
      resource: resource === undefined ? 'the stack' : `${resource.type} "${resource.name}"`,
      message,
    })),
  );
}

/** A resource with what AWS or Auth0 fills in where an input is left out. What the schema rejects stays as it is. */
function withDefaults(resource: RegisteredResource): RegisteredResource {
  const entry = RESOURCE_TYPES.get(resource.type);
  if (entry === undefined || 'notEmulated' in entry) return resource;
  const { data } = entry.inputs.safeParse(resource.inputs);
  return data === undefined ? resource : { ...resource, inputs: data as RegisteredResource['inputs'] };
}
