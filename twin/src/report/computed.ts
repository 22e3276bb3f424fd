import type { Report } from './data.ts';
import { code, codes } from './markdown.ts';
import type { Item } from './reading.ts';
import { backendText, heading, isAllowed, needsText, permissionText, whyText } from './texts.ts';

/** The facts that follow from other parts of a report, in Markdown. */
export const COMPUTED = {
  violations: ({ violations }) =>
    violations.map(({ rule, resource, message }) => ({ of: code(resource), is: code(`${rule}: ${message}`) })),
  exceptions: ({ exceptions }) => exceptions.map(({ key, reason }) => ({ of: code(key), is: code(reason) })),
  needs: ({ routes }) => routes.map(({ route, needs }) => ({ of: code(route), is: needsText(needs) })),
  trusted: ({ trusted }) =>
    trusted.flatMap(({ issuer, audiences }) =>
      audiences.map((audience) => ({ is: `audience ${code(audience)} of issuer ${code(issuer)}` })),
    ),
  issuer: ({ issuer }) => [{ is: code(issuer) }],
  lifetimes: ({ lifetimes }) => lifetimes.map(({ api, seconds }) => ({ of: code(api), is: `${seconds} s` })),
  uninvoked: ({ routes }) => keys(routes.filter(({ mayInvoke }) => !mayInvoke)),
  backends: ({ routes }) => routes.map(({ route, backend }) => ({ of: code(route), is: backendText(backend) })),
  functions: ({ routes }) => {
    const served = routes.flatMap(({ backend }) => (backend.kind === 'function' ? [backend.name] : []));
    return [...new Set(served)].map((name) => ({ is: code(name) }));
  },
  publicRoutes: ({ routes }) => keys(routes.filter(({ needs }) => needs === 'public')),
  uncalledRoutes: ({ routes }) => keys(routes.filter(({ cells }) => !cells.some(isAllowed))),
  unusedPermissions: ({ unusedPermissions }) =>
    unusedPermissions.map((permission) => ({ is: permissionText(permission) })),
  idleCallers: ({ callers, routes }) =>
    callers.flatMap((caller, index) => {
      const verdicts = routes.flatMap(({ cells }) => cells[index] ?? []);
      const isIdle = !verdicts.some((verdict) => verdict.kind !== 'public' && isAllowed(verdict));
      return caller.kind !== 'anyone' && isIdle ? [{ is: heading(caller) }] : [];
    }),
  // Leaves out a missing scope: it follows from the route's scopes.
  refusals: ({ callers, routes }) =>
    callers.flatMap((caller, index) => {
      const closed = routes.flatMap(({ route, cells }) => {
        const verdict = cells[index];
        return verdict === undefined || verdict.kind === 'public' ? [] : [{ route, verdict }];
      });
      const refused = closed.filter(({ verdict }) => 'check' in verdict || ('why' in verdict && verdict.why !== ''));
      return [...Map.groupBy(refused, ({ verdict }) => whyText(verdict))].map(([why, some]) => {
        const names = some.map(({ route }) => route);
        return {
          of: names.length === closed.length ? why : `${why}, for ${codes(names, ', ')}`,
          is: heading(caller),
        };
      });
    }),
  actions: ({ actions }) =>
    actions.map(({ trigger, name, decides }) => ({
      of: `${trigger} ${code(name)}`,
      is: decides ? 'may deny access or change scopes, which the table does not show' : 'changes no verdict',
    })),
  claims: ({ claims }) => claims.map(({ name, source }) => ({ of: code(name), is: code(source) })),
  origins: ({ origins }) => origins.map((origin) => ({ is: code(origin) })),
  callbacks: ({ logins }) => logins.flatMap(({ client, callbacks }) => listed(client, callbacks)),
  logoutUrls: ({ logins }) => logins.flatMap(({ client, logoutUrls }) => listed(client, logoutUrls)),
  loginOrigins: ({ logins }) => logins.flatMap(({ client, origins }) => listed(client, origins)),
  renames: ({ renamed }) => renamed.map(({ kind, before, now }) => ({ of: `${kind} ${code(before)}`, is: code(now) })),
} as const satisfies Record<string, (report: Report) => readonly Item[]>;

export type ComputedFact = keyof typeof COMPUTED;

function keys(routes: Report['routes']): Item[] {
  return routes.map(({ route }) => ({ is: code(route) }));
}

function listed(client: string, all: readonly string[]): Item[] {
  return all.map((url) => ({ of: code(client), is: code(url) }));
}
