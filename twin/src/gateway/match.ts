import type { Route } from '../model/http-api.ts';
import { METHODS, type Segment } from '../../../limits/route-key.ts';
import { parseTarget, type GatewayRequest } from './request.ts';

/** The matching route, with the values of its variables. */
export interface Match {
  readonly route: Route;
  /** The values of `{name}` and `{name+}`, decoded. */
  readonly pathParameters: Readonly<Record<string, string>>;
}

/**
 * Finds the route by API Gateway's priority: the exact method before ANY, a full match before a greedy one, from left to
 * right a literal before a variable, and `$default` last.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html#http-api-develop-routes.evaluation
 */
export function matchRoute(routes: readonly Route[], method: string, segments: readonly string[]): Match | undefined {
  let best: { match: Match; rank: string } | undefined;
  for (const route of routes) {
    const pathParameters = parametersOf(route, method, segments);
    if (pathParameters === undefined) continue;
    const rank = rankOf(route);
    if (best === undefined || rank < best.rank) best = { match: { route, pathParameters }, rank };
  }
  return best?.match;
}

/** The route of a request that is not yet parsed. */
export function routeOf(
  { method, target }: Pick<GatewayRequest, 'method' | 'target'>,
  routes: readonly Route[],
): Route | undefined {
  const parsed = parseTarget(target);
  return parsed.kind === 'path' ? matchRoute(routes, method, parsed.segments)?.route : undefined;
}

function parametersOf(
  { match }: Route,
  method: string,
  segments: readonly string[],
): Record<string, string> | undefined {
  // API Gateway has no methods such as `TRACE` or `PROPFIND`, and no source says that ANY matches them.
  if (method === 'ANY' || !METHODS.some((known) => known === method)) return undefined;
  if (match.kind === 'default') return {};
  if (match.method !== 'ANY' && match.method !== method) return undefined;
  const parameters: [name: string, value: string][] = [];
  for (const [index, declared] of match.segments.entries()) {
    if (declared.kind === 'greedy') {
      const rest = segments.slice(index);
      if (rest.every((segment) => segment === '')) return undefined;
      parameters.push([declared.name, rest.join('/')]);
      return Object.fromEntries(parameters);
    }
    const segment = segments[index];
    if (segment === undefined || segment === '') return undefined;
    if (declared.kind === 'literal' && declared.text !== segment) return undefined;
    if (declared.kind === 'variable') parameters.push([declared.name, segment]);
  }
  return segments.length === match.segments.length ? Object.fromEntries(parameters) : undefined;
}

/** A string that sorts before those of routes with a lower priority. */
function rankOf({ match }: Route): string {
  if (match.kind === 'default') return '9';
  const method = match.method === 'ANY' ? '1' : '0';
  const greedy = match.segments.at(-1)?.kind === 'greedy' ? '1' : '0';
  return method + greedy + match.segments.map((segment) => SEGMENT_RANK[segment.kind]).join('');
}

const SEGMENT_RANK: Readonly<Record<Segment['kind'], string>> = { literal: '0', variable: '1', greedy: '2' };
