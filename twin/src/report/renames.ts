import { routeShape } from '../../../limits/route-key.ts';
import type { Backend, Rename, Report } from './data.ts';
import { code } from './markdown.ts';
import { backendText } from './texts.ts';

/** The routes that go elsewhere, and the functions that are gone, as sentences. */
export function backendChanges(before: Report, after: Report): string[] {
  const moved = after.routes.flatMap(({ route, backend }) => {
    const former = before.routes.find((one) => one.route === route)?.backend;
    return former === undefined || backendText(former) === backendText(backend)
      ? []
      : [`${code(route)} goes to the ${backendText(backend)}, no longer to the ${backendText(former)}`];
  });
  const kept = functionsOf(after);
  const gone = [...new Set(functionsOf(before))].filter((name) => !kept.includes(name));
  return [...moved, ...gone.map((name) => `the function ${code(name)} is gone, and its log with it`)];
}

function functionsOf({ routes, idleFunctions }: Report): string[] {
  const served = routes.flatMap(({ backend }) => (backend.kind === 'function' ? [backend.name] : []));
  return [...served, ...idleFunctions];
}

/** A renamed client or function, or a route of which only parameters have new names. */
type Renamed = Rename | { readonly kind: 'route'; readonly before: string; readonly now: string };

/** What has another name in the new report and keeps its identity. */
export function newRenames(before: Report, after: Report): Renamed[] {
  const known = before.renamed.map((one) => JSON.stringify(one));
  return [...after.renamed.filter((one) => !known.includes(JSON.stringify(one))), ...routeRenames(before, after)];
}

function routeRenames(before: Report, after: Report): Renamed[] {
  const old = before.routes.map(({ route }) => route);
  return after.routes.flatMap(({ route }): Renamed[] => {
    if (old.includes(route)) return [];
    const former = old.find((one) => routeShape(one) === routeShape(route));
    return former === undefined ? [] : [{ kind: 'route', before: former, now: route }];
  });
}

/** An older report in the names of today. */
export function inNewNames(report: Report, renames: readonly Renamed[]): Report {
  const named = (kind: Renamed['kind'], name: string): string =>
    renames.find((one) => one.kind === kind && one.before === name)?.now ?? name;
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
    routes: report.routes.map((one) => ({ ...one, route: named('route', one.route), backend: backend(one.backend) })),
    idleFunctions: report.idleFunctions.map((name) => named('function', name)),
  };
}

export function renameText({ kind, before, now }: Renamed): string {
  if (kind === 'route') return `the route ${code(before)} is renamed ${code(now)}, and takes the same requests`;
  const kept = kind === 'client' ? 'its id and its secret' : 'its log';
  return `the ${kind} ${code(before)} is called ${code(now)} now, and keeps ${kept}`;
}
