import { changesState, coversPathOf, parseRouteKey } from '../../limits/route-key.ts';
import { problem, type Problem } from '../user-error.ts';

/** What a reason depends on. */
interface Access {
  readonly scopes: readonly string[] | 'any token' | 'public';
  readonly reason?: string;
}
interface Routes {
  readonly routes: Readonly<Record<string, Access>>;
}

/** What a route asks of a caller: nothing, any token, or a scope. */
function demandOf({ scopes }: Access): number {
  return scopes === 'public' ? 0 : scopes === 'any token' ? 1 : 2;
}

/**
 * Returns why a production stack needs a reason for a route, by route key: any token may change state, or requests to a
 * protected route's path that it does not take itself, like `GET /admin/` and `HEAD /admin`, get in here.
 */
export function reasonsNeeded({ routes }: Routes): ReadonlyMap<string, string> {
  const all = Object.entries(routes).map(([key, route]) => ({
    key,
    parsed: parseRouteKey(key),
    demand: demandOf(route),
  }));
  const needed = new Map<string, string>();
  for (const { key, parsed, demand } of all) {
    const covered = all.find((other) => other.demand > demand && coversPathOf(parsed, other.parsed));
    if (covered !== undefined) {
      needed.set(key, `it opens the path of ${covered.key} to other methods, or with another slash`);
    } else if (demand === 1 && changesState(parsed)) needed.set(key, 'any token may change state');
  }
  return needed;
}

/** Returns the reasons that no route needs. */
export function unusedReasons(contract: Routes): Problem[] {
  const needed = reasonsNeeded(contract);
  return Object.entries(contract.routes).flatMap(([key, { reason }]) =>
    reason === undefined || needed.has(key)
      ? []
      : [
          problem(
            'unused',
            `contract.ts, routes, ${JSON.stringify(key)}, reason`,
            'the route needs no reason; remove it',
          ),
        ],
  );
}
