import { routeShape } from '../../../limits/route-key.ts';
import type { Backend, Rename, Report } from './data.ts';

/** Returns what has a new name and the same identity. For a route, only path parameters may be renamed. */
export function newRenames(before: Report, after: Report): Rename[] {
  const known = before.renamed.map((rename) => JSON.stringify(rename));
  return [...after.renamed.filter((rename) => !known.includes(JSON.stringify(rename))), ...routeRenames(before, after)];
}

function routeRenames(before: Report, after: Report): Rename[] {
  const old = before.routes.map(({ route }) => route);
  return after.routes.flatMap(({ route }): Rename[] => {
    if (old.includes(route)) return [];
    const former = old.find((candidate) => routeShape(candidate) === routeShape(route));
    return former === undefined ? [] : [{ kind: 'route', before: former, now: route }];
  });
}

export function inNewNames(report: Report, renames: readonly Rename[]): Report {
  const named = (kind: Rename['kind'], name: string): string =>
    renames.find((rename) => rename.kind === kind && rename.before === name)?.now ?? name;
  const backend = ({ kind, name }: Backend): Backend => ({
    kind,
    name: kind === 'function' ? named(kind, name) : name,
  });
  return {
    ...report,
    callers: report.callers.map((caller) => {
      if (caller.kind === 'client') return { ...caller, name: named('client', caller.name) };
      if (caller.kind === 'anyone' || caller.through === undefined) return caller;
      return { ...caller, through: named('client', caller.through) };
    }),
    logins: report.logins.map((login) => ({ ...login, client: named('client', login.client) })),
    routes: report.routes.map((route) => ({
      ...route,
      route: named('route', route.route),
      backend: backend(route.backend),
    })),
    // A function's role and log have its name, and a throttle has its route's.
    facts: Object.fromEntries(
      Object.entries(report.facts).map(([fact, items]) => [
        fact,
        items.map(({ of, is }) => ({ of: of && named('route', named('function', of)), is })),
      ]),
    ) as Report['facts'],
  };
}
