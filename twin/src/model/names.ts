import { byText } from '../common/order.ts';
import type { Model } from './model.ts';
import type { Client, Role, Tenant, User } from './tenant.ts';

interface Named<T> {
  readonly declared: T;
  readonly name: string;
}

/**
 * Returns each item with its name, sorted. The name lacks the stack's suffix, unless two would then be equal. If two full
 * names are equal, uses logical names instead, and for users email addresses with connections.
 */
export function named<T extends Client | Role | User>(
  all: readonly T[],
  stack: string,
  nameOf: (declared: T) => string,
): readonly Named<T>[] {
  const suffix = ` (${stack})`;
  const short = (declared: T): string =>
    nameOf(declared).endsWith(suffix) ? nameOf(declared).slice(0, -suffix.length) : nameOf(declared);
  const apart = (declared: T): string =>
    'logicalName' in declared ? declared.logicalName : `${declared.email} of ${declared.connection}`;
  const isUnique = (variant: (declared: T) => string): boolean => new Set(all.map(variant)).size === all.length;
  const chosen = [short, nameOf].find(isUnique) ?? apart;
  return all.map((declared) => ({ declared, name: chosen(declared) })).toSorted((a, b) => byText(a.name, b.name));
}

export function clientNames({ clients }: Pick<Tenant, 'clients'>, stack: string): readonly Named<Client>[] {
  return named(clients, stack, ({ name }) => name);
}

const NAMES = new WeakMap<Tenant['clients'], ReadonlyMap<unknown, string>>();

/**
 * Returns a client's name as in the reports; for an unknown id, the id. Only the tenant's pages and Actions use the full
 * name at Auth0, which ends with the stack's name.
 */
export function clientName({ tenant, stack }: Pick<Model, 'tenant' | 'stack'>, id: unknown): string | undefined {
  const { clients } = tenant;
  let names = NAMES.get(clients);
  if (names === undefined) {
    names = new Map(clientNames(tenant, stack).map(({ declared, name }) => [declared.clientId, name]));
    NAMES.set(clients, names);
  }
  return names.get(id) ?? (typeof id === 'string' ? id : undefined);
}
