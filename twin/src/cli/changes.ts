import type { HttpApi, Route } from '../model/http-api.ts';
import type { Model } from '../model/model.ts';
import { clientName } from '../model/names.ts';

/** The most changes to name. */
const NAMED = 6;

/**
 * Returns one line on what a reload changed: `+ POST /orders, ~ function shop, - client web`.
 * It says so if callers see no change.
 */
export function changesLine(before: Model, after: Model): string {
  const [old, now] = [partsOf(before), partsOf(after)];
  const changes = [
    ...[...now.keys()].filter((name) => !old.has(name)).map((name) => `+ ${name}`),
    ...[...now].filter(([name, text]) => old.has(name) && old.get(name) !== text).map(([name]) => `~ ${name}`),
    ...[...old.keys()].filter((name) => !now.has(name)).map((name) => `- ${name}`),
  ];
  if (changes.length === 0) return 'no change for callers';
  const more = changes.length > NAMED ? [`and ${changes.length - NAMED} more`] : [];
  return [...changes.slice(0, NAMED), ...more].join(', ');
}

function partsOf(model: Model): Map<string, string> {
  const { apis, tenant } = model;
  const { resourceServers, clients, grants, users, roles, actions, connections, ...settings } = tenant;
  const ofApi = ({ name }: HttpApi): string => (apis.length > 1 ? ` of ${name}` : '');
  const ofServer = (identifier: string): string => (resourceServers.length > 1 ? ` of ${identifier}` : '');
  const parts: readonly (readonly [name: string, value: unknown])[] = [
    ...apis.flatMap((api) => apiParts(api, ofApi(api))),
    ...resourceServers.flatMap(({ scopes, ...server }) => [
      ...scopes.map((scope) => [`permission ${scope}${ofServer(server.identifier)}`, ''] as const),
      [`Auth0 API ${server.identifier}`, server] as const,
    ]),
    ...clients.map((client) => {
      const own = grants.filter(({ clientId }) => clientId === client.clientId);
      return [`client ${clientName(model, client.clientId)}`, [client, own]] as const;
    }),
    ...users.map((user) => [`user ${user.email}`, user] as const),
    ...roles.map((role) => [`role ${role.name}`, role] as const),
    ...actions.map((action) => [`Action ${action.name}`, action] as const),
    ...connections.map((connection) => [`connection ${connection.name}`, connection] as const),
    ['settings of the tenant', settings],
  ];
  return new Map(parts.map(([name, value]) => [name, textOf(value)]));
}

function apiParts({ routes, ...settings }: HttpApi, of: string): (readonly [string, unknown])[] {
  const functions = routes.flatMap(({ integration }) =>
    integration.kind === 'function' ? [integration.function] : [],
  );
  return [
    ...routes.map((route) => [route.routeKey + of, withoutFunction(route)] as const),
    ...functions.map((each) => [`function ${each.logicalName}`, each] as const),
    [`settings of the API${of}`, settings],
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
