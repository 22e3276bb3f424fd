import type { RouteMatch } from '../model/http-api.ts';
import type { HttpIntegration } from '../model/integrations.ts';
import type { BackendAnswer, BackendRequest } from './backend.ts';
import type { Claims, Decision } from './decision.ts';
import { claimText } from './event.ts';
import { decoded, headerValues, type GatewayRequest, type Target } from './request.ts';
import { isSendable, OWN_HEADERS, type GatewayResponse } from './response.ts';

interface Context {
  /** The API's own host. */
  readonly host: string;
  readonly traceId: string;
}

/** Headers of the connection. */
const HOP_BY_HOP: readonly string[] = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** Headers of the connection, and those that the gateway sets itself. */
const NOT_PASSED_ON: readonly string[] = [...HOP_BY_HOP, 'content-length', 'expect', 'forwarded', 'host', 'via'];

/**
 * The request to an HTTP endpoint: the caller's, with the headers that the program maps.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-http.html
 * @returns undefined if a mapped claim is not a valid header value
 */
export function forwardedRequest(
  { method, rawHeaders, body, sourceIp }: GatewayRequest,
  target: Target,
  { claims, route }: Decision,
  { path, headers }: HttpIntegration,
  { host, traceId }: Context,
): BackendRequest | undefined {
  const mapped = headers.flatMap(({ name, claim }) => mappedHeader(name, claim, claims));
  if (!mapped.every(isSendable)) return undefined;
  const dropped = new Set([...NOT_PASSED_ON, ...headers.map(({ name }) => name), ...hopByHop(rawHeaders)]);
  const passed = pairsOf(rawHeaders).filter(([name]) => !dropped.has(name.toLowerCase()));
  const query = target.rawQuery === '' ? '' : `?${target.rawQuery}`;
  const hasTrace = passed.some(([name]) => name.toLowerCase() === 'x-amzn-trace-id');
  const sized = body.length > 0 || !['GET', 'HEAD', 'DELETE', 'OPTIONS'].includes(method);
  return {
    method,
    target: pathOf(path, target, route) + query,
    rawHeaders: [
      ...passed.flat(),
      ...mapped.flat(),
      ...(hasTrace ? [] : ['x-amzn-trace-id', `Root=${traceId}`]),
      'forwarded',
      `by=${host};for=${sourceIp};host=${host};proto=https`,
      'via',
      'HTTP/1.1 AmazonAPIGateway',
      ...(sized ? ['content-length', String(body.length)] : []),
    ],
    body,
  };
}

type Header = readonly [name: string, value: string];

/** Omits a header whose claim is missing; the caller's own header of that name is removed in any case. */
function mappedHeader(name: string, claim: string | undefined, claims: Claims | undefined): Header[] {
  const value =
    claim === undefined || claims === undefined || !Object.hasOwn(claims, claim) ? undefined : claims[claim];
  // Node writes each character of a header as one byte.
  return (value ?? null) === null ? [] : [[name, Buffer.from(claimText(value)).toString('latin1')]];
}

/** The backend's path with the route's parameters encoded again; an encoded slash stays encoded. */
function pathOf(template: string | undefined, target: Target, route: Decision['route']): string {
  if (template === undefined) return target.kind === 'path' ? `/${target.rawSegments.join('/')}` : target.path;
  const parameters = route === undefined ? {} : sentParameters(route.match, target);
  return template.replace(/\{([^}]*)\}/g, (_whole, name: string) =>
    (parameters[name] ?? '').split('/').map(encoded).join('/'),
  );
}

/** @param segment as sent, since decoding makes `%252f` and `%2f` the same */
function encoded(segment: string): string {
  return segment
    .split(/(%2f)/i)
    .map((part) => (/^%2f$/i.test(part) ? part : encodeURIComponent(decoded(part) ?? part)))
    .join('');
}

/** The values of the route's `{name}` and `{name+}`, as sent. */
function sentParameters(match: RouteMatch, target: Target): Record<string, string> {
  if (match.kind === 'default' || target.kind === 'malformed') return {};
  const { rawSegments } = target;
  return Object.fromEntries(
    match.segments.flatMap((segment, at) => {
      if (segment.kind === 'literal') return [];
      return [[segment.name, segment.kind === 'greedy' ? rawSegments.slice(at).join('/') : (rawSegments[at] ?? '')]];
    }),
  );
}

/** Whether a segment is `.` or `..` once the backend decodes it again, as in `..%2fadmin`; it would leave the route's prefix. */
export function hasHiddenDots(target: Target): boolean {
  if (target.kind === 'malformed') return false;
  return target.segments.some((segment) =>
    segment
      .replace(/%(2f|5c)/gi, '/')
      .split(/[/\\]/)
      .some((part) => /^(\.|%2e){1,2}$/i.test(part)),
  );
}

export function forwardedResponse({
  status,
  rawHeaders,
  body,
}: Extract<BackendAnswer, { kind: 'answered' }>): GatewayResponse {
  const dropped = new Set([...OWN_HEADERS, ...HOP_BY_HOP, ...hopByHop(rawHeaders)]);
  const headers = pairsOf(rawHeaders).map(([name, value]) => [name.toLowerCase(), value] as const);
  return { status, headers: headers.filter(([name]) => !dropped.has(name)), body };
}

/** The headers that a Connection header marks as hop-by-hop. Source: RFC 9110, section 7.6.1 */
function hopByHop(rawHeaders: readonly string[]): string[] {
  return headerValues(rawHeaders, 'connection')
    .flatMap((value) => value.toLowerCase().split(','))
    .map((name) => name.trim());
}

function pairsOf(rawHeaders: readonly string[]): Header[] {
  return rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ''] as const] : []));
}
