import { z } from 'zod';
import { parseRouteKey, type ParsedRouteKey } from '../../../limits/route-key.ts';
import { judgeEach, ofType, type Finding, type Registered, type Rule } from './registered.ts';

const ROUTE = 'aws:apigatewayv2/route:Route';

/** Whether requests to the path of one route may come to the other, where the first does not take their method. */
function covers(open: ParsedRouteKey, other: ParsedRouteKey): boolean {
  if (open.kind === 'default') return true;
  if (open.kind !== 'path' || other.kind !== 'path') return false;
  const last = open.segments.at(-1);
  const isGreedy = last?.kind === 'greedy';
  if (open.method !== 'ANY' && !(isGreedy && open.method === other.method)) return false;
  const fixed = isGreedy ? open.segments.slice(0, -1) : open.segments;
  const reaches = isGreedy
    ? other.segments.length > fixed.length
    : other.segments.length === fixed.length && other.segments.at(-1)?.kind !== 'greedy';
  return (
    reaches &&
    fixed.every((segment, index) => {
      const there = other.segments[index];
      return segment.kind !== 'literal' || there?.kind !== 'literal' || segment.text === there.text;
    })
  );
}

function overProtected(all: Registered): Finding[] {
  const shown = z.object({ apiId: z.unknown(), routeKey: z.string() });
  const keys = ofType(all, ROUTE).flatMap(({ inputs }) => {
    const read = shown.safeParse(inputs).data;
    return read === undefined || inputs['authorizationType'] !== 'JWT' ? [] : [read];
  });
  return judgeEach(all, ROUTE, shown, ({ apiId, routeKey }, { inputs }) => {
    if (inputs['authorizationType'] === 'JWT') return undefined;
    const parsed = parseRouteKey(routeKey);
    const covered = keys.find((key) => key.apiId === apiId && covers(parsed, parseRouteKey(key.routeKey)));
    return covered === undefined
      ? undefined
      : `${routeKey} is open, and takes what ${covered.routeKey} does not: other methods or paths of a protected route`;
  });
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
    says: 'No open route with ANY, {name+} or $default takes requests to the path of a protected route.',
    check: overProtected,
  },
  { name: 'TLS of today', says: "The API's domain speaks TLS 1.2 or newer.", check: oldTls },
];
