import { byText } from '../common/order.ts';
import type { Model } from './model.ts';
import type { Client, Role, Tenant, User } from './tenant.ts';

export interface Named<T> {
  readonly declared: T;
  readonly name: string;
}

/**
 * Returns names without the stack's name, sorted. If two would be equal, returns all in full, and then adds a
 * distinction.
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
  const unlike = (variant: (declared: T) => string): boolean => new Set(all.map(variant)).size === all.length;
  const chosen = [short, nameOf].find(unlike) ?? apart;
  return all.map((declared) => ({ declared, name: chosen(declared) })).toSorted((a, b) => byText(a.name, b.name));
}

export function clientNames({ clients }: Pick<Tenant, 'clients'>, stack: string): readonly Named<Client>[] {
  return named(clients, stack, ({ name }) => name);
}

const NAMES = new WeakMap<Tenant['clients'], ReadonlyMap<unknown, string>>();

/**
 * Returns the name of a client as the reports have it, or the id itself if it is another string. Only the tenant's pages
 * and Actions use the name in Auth0, which ends with the stack's.
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
