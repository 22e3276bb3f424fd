import { METHODS } from '../../../limits/route-key.ts';
import type { HttpApi, Route } from '../model/http-api.ts';
import { matchRoute } from '../gateway/match.ts';

/** A request that a route takes, or why there is none. */
export type Sample =
  | { readonly kind: 'request'; readonly method: string; readonly path: string }
  | { readonly kind: 'none'; readonly why: string };

/** Methods that change nothing. Source: RFC 9110, section 9.2.1 */
const SAFE = ['GET', 'HEAD', 'OPTIONS'];
const CHANGING = METHODS.filter((method) => method !== 'ANY' && !SAFE.includes(method));

/** Paths that a `$default` route may be reached by. */
const DEFAULT_PATHS = ['/', '/verify', '/verify/verify/verify/verify'];

/**
 * A request for a route: one that no other route takes, and that changes nothing unless that is allowed.
 * @param examples route key to a path with its parameters filled in
 */
export function sampleOf(
  { routes }: HttpApi,
  route: Route,
  examples: ReadonlyMap<string, string>,
  allMethods: boolean,
): Sample {
  const { match, routeKey } = route;
  const methods = match.kind === 'path' && match.method !== 'ANY' ? [match.method] : [...SAFE, ...CHANGING];
  const allowed = methods.filter((method) => allMethods || SAFE.includes(method));
  if (allowed.length === 0) return none(`${methods.join()} may change something; --all-methods calls it`);
  const path = match.kind === 'path' ? pathOf(route, examples) : undefined;
  if (match.kind === 'path' && path === undefined) {
    return none(
      `its path has no example: write examplePaths: { '${routeKey}': '/…' } in twin.config.ts, or give the contract's route examples`,
    );
  }
  for (const candidate of path === undefined ? DEFAULT_PATHS : [path]) {
    const segments = candidate === '/' ? [] : candidate.slice(1).split('/').map(decodeURIComponent);
    const method = allowed.find((one) => matchRoute(routes, one, segments)?.route === route);
    if (method !== undefined) return { kind: 'request', method, path: candidate };
  }
  return none('every request for it that changes nothing is taken by another route');
}

function pathOf({ routeKey, match }: Route, examples: ReadonlyMap<string, string>): string | undefined {
  const isPlain = match.kind === 'path' && match.segments.every(({ kind }) => kind === 'literal');
  return isPlain ? routeKey.replace(/^\S+ /, '') : examples.get(routeKey);
}

function none(why: string): Sample {
  return { kind: 'none', why };
}
