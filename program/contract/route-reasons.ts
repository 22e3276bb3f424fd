import { changesState, coversPathOf, parseRouteKey } from '../../limits/route-key.ts';
import { problem, type Problem } from '../user-error.ts';

interface Access {
  readonly scopes: readonly string[] | 'any token' | 'public';
  readonly reason?: string;
}
interface Routes {
  readonly routes: Readonly<Record<string, Access>>;
}

/** Returns how much a route requires of a caller: 0 nothing, 1 any token, 2 a scope. */
function demandOf({ scopes }: Access): number {
  return scopes === 'public' ? 0 : scopes === 'any token' ? 1 : 2;
}

/**
 * Returns problems for reasons that no route needs. Production requires a reason where any token may change state, and
 * where a route takes requests that a protected route at the same path leaves, like `GET /admin/` or `HEAD /admin`.
 */
export function unusedReasons({ routes }: Routes): Problem[] {
  const all = Object.entries(routes).map(([key, route]) => ({ key, parsed: parseRouteKey(key), route }));
  return all.flatMap(({ key, parsed, route }) => {
    const demand = demandOf(route);
    const needsReason =
      (demand === 1 && changesState(parsed)) ||
      all.some(
        (protectedRoute) => demandOf(protectedRoute.route) > demand && coversPathOf(parsed, protectedRoute.parsed),
      );
    if (route.reason === undefined || needsReason) return [];
    const place = `contract.ts, routes, ${JSON.stringify(key)}, reason`;
    return [problem('unused', place, 'the route needs no reason; remove it')];
  });
}
