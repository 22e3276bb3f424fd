import type { HttpApi, Route } from '../model/http-api.ts';
import type { Model } from '../model/model.ts';
import { clientName } from '../model/names.ts';

/** The most changes to name. */
const NAMED = 6;

/**
 * Returns one line on what a reload changed: `+ POST /orders, ~ function shop, - client web`.
 * It says so if callers see no change.
 * @param files the path of each client's `.env` file
 */
export function changesLine(before: Model, after: Model, files: ReadonlyMap<string, string> = new Map()): string {
  const fileOf = (name: string): string => {
    const file = files.get(name.replace(/^client /, ''));
    return name.startsWith('client ') && file !== undefined ? ` (its .env file: ${file})` : '';
  };
  const [old, now] = [partsOf(before), partsOf(after)];
  const changes = [
    ...[...now.keys()].filter((name) => !old.has(name)).map((name) => `+ ${name}${fileOf(name)}`),
    ...[...now]
      .filter(([name, text]) => old.has(name) && old.get(name) !== text)
      .map(([name]) => `~ ${name}${grantChange(name, before, after)}`),
    ...[...old.keys()].filter((name) => !now.has(name)).map((name) => `- ${name}`),
  ];
  if (changes.length === 0) return 'no change for callers';
  return shortened(changes, ', ');
}

function shortened(all: readonly string[], separator: string): string {
  const more = all.length > NAMED ? [`and ${all.length - NAMED} more`] : [];
  return [...all.slice(0, NAMED), ...more].join(separator);
}

/** Returns the scopes that a client's grants gained and lost: ` gains read:user and loses write:user`. */
function grantChange(part: string, before: Model, after: Model): string {
  const scopesIn = (model: Model): string[] => {
    const own = model.tenant.grants.filter(({ clientId }) => part === `client ${clientName(model, clientId)}`);
    return [...new Set(own.flatMap(({ scopes }) => scopes))];
  };
  const [old, now] = [scopesIn(before), scopesIn(after)];
  const words = (verb: string, some: readonly string[], others: readonly string[]): string[] => {
    const scopes = some.filter((scope) => !others.includes(scope));
    return scopes.length === 0 ? [] : [` ${verb} ${shortened(scopes, ' ')}`];
  };
  return [...words('gains', now, old), ...words('loses', old, now)].join(' and');
}

function partsOf(model: Model): Map<string, string> {
  const { apis, tenant } = model;
  const { resourceServers, clients, grants, users, roles, actions, connections, ...settings } = tenant;
  const several = apis.length > 1;
  return new Map<string, string>([
    ...apis.flatMap((api) => apiParts(api, several ? ` of ${api.name}` : '')),
    ...resourceServers.flatMap(({ scopes, ...server }): Part[] => [
      ...scopes.map((scope): Part => [
        `permission ${scope}${resourceServers.length > 1 ? ` of ${server.identifier}` : ''}`,
        '',
      ]),
      [`Auth0 API ${server.identifier}`, textOf(server)],
    ]),
    ...clients.map((one): Part => {
      const own = grants.filter(({ clientId }) => clientId === one.clientId);
      return [`client ${clientName(model, one.clientId)}`, textOf([one, own])];
    }),
    ...users.map((one): Part => [`user ${one.email}`, textOf(one)]),
    ...roles.map((one): Part => [`role ${one.name}`, textOf(one)]),
    ...actions.map((one): Part => [`Action ${one.name}`, textOf(one)]),
    ...connections.map((one): Part => [`connection ${one.name}`, textOf(one)]),
    ['settings of the tenant', textOf(settings)],
  ]);
}

type Part = [name: string, text: string];

function apiParts({ routes, idleFunctions, ...settings }: HttpApi, of: string): Part[] {
  const functions = routes.flatMap(({ integration }) =>
    integration.kind === 'function' ? [integration.function] : [],
  );
  return [
    ...routes.map((route): Part => [route.routeKey + of, textOf(withoutFunction(route))]),
    ...functions.map((one): Part => [`function ${one.logicalName}`, textOf(one)]),
    ...idleFunctions.map((name): Part => [`function ${name}`, '']),
    [`settings of the API${of}`, textOf(settings)],
  ];
}

/** Removes a function's code from its routes: several may share it, and a change counts once. */
function withoutFunction({ integration, ...route }: Route): object {
  if (integration.kind !== 'function') return { ...route, integration };
  return { ...route, integration: { ...integration, function: integration.function.name } };
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) => (one instanceof Map ? [...one] : one));
}
