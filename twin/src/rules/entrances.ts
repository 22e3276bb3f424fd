import { z } from 'zod';
import { coversPathOf, parseRouteKey } from '../../../limits/route-key.ts';
import { exceptionsOf } from './accepted.ts';
import { each, ofType, type Finding, type Registered, type Rule } from './rule.ts';
import { quickCreateInputs, quickRouteKey, routeInputs } from './routes.ts';
import { TYPE } from '../resources/tokens.ts';

type RouteInputs = z.infer<typeof routeInputs>;

/** Returns how much a route requires of a caller: 0 nothing, 1 any token of the audience, 2 a scope. */
function demandOf({ authorizationType, authorizationScopes }: RouteInputs): number {
  if (authorizationType !== 'JWT') return 0;
  return authorizationScopes.length === 0 ? 1 : 2;
}

function overProtected(all: Registered): Finding[] {
  const routes = ofType(all, TYPE.route).flatMap(({ inputs }) => routeInputs.safeParse(inputs).data ?? []);
  const problemOf = (route: RouteInputs): string | undefined => {
    if (demandOf(route) === 2 || Object.hasOwn(exceptionsOf(all), route.routeKey)) return undefined;
    const covered = routes.find(
      (candidate) =>
        candidate.apiId === route.apiId &&
        demandOf(candidate) > demandOf(route) &&
        coversPathOf(parseRouteKey(route.routeKey), parseRouteKey(candidate.routeKey)),
    );
    if (covered === undefined) return undefined;
    const who = demandOf(route) === 0 ? 'open to anyone' : 'open to any token';
    return `${route.routeKey} is ${who}, and matches what the protected ${covered.routeKey} does not: other methods or forms of its path`;
  };
  return [
    ...each(TYPE.route, routeInputs, problemOf)(all),
    ...each(TYPE.api, quickCreateInputs, (inputs, { id }) => {
      const routeKey = quickRouteKey(inputs);
      return routeKey === undefined ? undefined : problemOf(routeInputs.parse({ apiId: id, routeKey }));
    })(all),
  ];
}

export const ENTRANCE_RULES: readonly Rule[] = [
  {
    name: 'no open route over a protected one',
    says: 'An open route with ANY, {name+} or $default matches the path of a protected route only with a reason.',
    check: overProtected,
  },
  {
    name: 'TLS 1.2 or newer',
    says: "The API's domain speaks TLS 1.2 or newer.",
    check: each(
      TYPE.domainName,
      z.object({ domainNameConfiguration: z.object({ securityPolicy: z.string() }) }),
      ({ domainNameConfiguration: { securityPolicy } }) =>
        /^TLS_1_[01]$/.test(securityPolicy) ? `it speaks ${securityPolicy}` : undefined,
    ),
  },
];
