import { ACCOUNT_RULES } from './accounts.ts';
import { ENTRANCE_RULES } from './entrances.ts';
import { PERMISSION_RULES } from './permissions.ts';
import { PRODUCTION_RULES } from './production.ts';
import type { Registered, RegisteredResource, Rule } from './rule.ts';
import { RESOURCE_TYPES } from '../resources/types.ts';
import { ROLE_RULES } from './roles.ts';
import { ROUTE_RULES } from './routes.ts';
import { SECRET_RULES } from './secrets.ts';
import { TENANT_RULES } from './tenant.ts';

export type { Registered, RegisteredResource } from './rule.ts';

/**
 * The rules for everything that a program registers. The policy pack, the tests, the access report and the twin use this
 * list.
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

/** A violated rule, and where. It contains no value of a resource that may be secret. */
export interface Violation {
  readonly rule: string;
  /** Type and name of the resource, or the stack. */
  readonly resource: string;
  readonly message: string;
}

/** Checks what a program registered, from a recording of the twin or an engine's state, against all rules. */
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

/** A resource with the defaults of AWS or Auth0. Inputs that the schema rejects stay as they are. */
function withDefaults(resource: RegisteredResource): RegisteredResource {
  const entry = RESOURCE_TYPES.get(resource.type);
  if (entry === undefined || 'notEmulated' in entry) return resource;
  const { data } = entry.inputs.safeParse(resource.inputs);
  return data === undefined ? resource : { ...resource, inputs: data as RegisteredResource['inputs'] };
}
