import { z } from 'zod';
import { coversPathOf, parseRouteKey } from '../../../limits/route-key.ts';
import { exceptionsOf } from './accepted.ts';
import { judgeEach, ofType, type Finding, type Registered, type Rule } from './registered.ts';
import { quickCreateInputs, quickRouteKey, routeInputs } from './routes.ts';

const ROUTE = 'aws:apigatewayv2/route:Route';

type RouteInputs = z.infer<typeof routeInputs>;

/** What a route asks of a caller: nothing, any token of the audience, or a scope. */
function demandOf({ authorizationType, authorizationScopes }: RouteInputs): number {
  if (authorizationType !== 'JWT') return 0;
  return authorizationScopes.length === 0 ? 1 : 2;
}

function overProtected(all: Registered): Finding[] {
  const routes = ofType(all, ROUTE).flatMap(({ inputs }) => routeInputs.safeParse(inputs).data ?? []);
  const judge = (route: RouteInputs): string | undefined => {
    if (demandOf(route) === 2 || Object.hasOwn(exceptionsOf(all), route.routeKey)) return undefined;
    const covered = routes.find(
      (other) =>
        other.apiId === route.apiId &&
        demandOf(other) > demandOf(route) &&
        coversPathOf(parseRouteKey(route.routeKey), parseRouteKey(other.routeKey)),
    );
    if (covered === undefined) return undefined;
    const who = demandOf(route) === 0 ? 'open to anyone' : 'open to any token';
    return `${route.routeKey} is ${who}, and takes what ${covered.routeKey} does not: other methods or paths of a protected route`;
  };
  return [
    ...judgeEach(all, ROUTE, routeInputs, judge),
    ...judgeEach(all, 'aws:apigatewayv2/api:Api', quickCreateInputs, (inputs, { id }) => {
      const routeKey = quickRouteKey(inputs);
      return routeKey === undefined ? undefined : judge(routeInputs.parse({ apiId: id, routeKey }));
    }),
  ];
}

function oldTls(all: Registered): Finding[] {
  const inputs = z.object({ domainNameConfiguration: z.object({ securityPolicy: z.string() }) });
  return judgeEach(all, 'aws:apigatewayv2/domainName:DomainName', inputs, ({ domainNameConfiguration }) =>
    /^TLS_1_[01]$/.test(domainNameConfiguration.securityPolicy)
      ? `it speaks ${domainNameConfiguration.securityPolicy}`
      : undefined,
  );
}

/** What else callers can come in by. */
export const ENTRANCE_RULES: readonly Rule[] = [
  {
    name: 'no open route over a protected one',
    says: 'No open route with ANY, {name+} or $default takes requests to the path of a protected route, unless a reason says why.',
    check: overProtected,
  },
  { name: 'TLS of today', says: "The API's domain speaks TLS 1.2 or newer.", check: oldTls },
];
