import type { HttpApi } from '../model/http-api.ts';
import type { Claims, Decision } from './decision.ts';
import { scopesOf } from './judge.ts';
import { headerValues, queryParameters, type GatewayRequest, type Target } from './request.ts';

/** What an event contains besides the request. */
export interface EventContext {
  readonly api: HttpApi;
  readonly requestId: string;
  readonly traceId: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/**
 * The event of payload format 2.0; empty fields are absent.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function eventOf(
  request: GatewayRequest,
  { path, rawQuery }: Target,
  decision: Decision,
  { api, requestId, traceId, time }: EventContext,
): Record<string, unknown> {
  const { stage } = api;
  const rawPath = stagePrefix(api) + path;
  const { cookie: _, ...headers } = mapped(headersOf(request, api.host, traceId), (values) => values.join(','));
  const cookies = headerValues(request.rawHeaders, 'cookie').flatMap((value) => value.split('; '));
  const query = mapped(grouped(queryParameters(rawQuery)), (values) => values.join(','));
  const { body, isBase64Encoded } = bodyOf(request, headers['content-type']);
  const claims = claimsOf(decision);
  const routeKey = decision.route?.routeKey ?? '$default';
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString: rawQuery,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(Object.keys(query).length > 0 && { queryStringParameters: query }),
    requestContext: {
      accountId: api.accountId,
      apiId: api.apiId,
      ...(claims && { authorizer: { jwt: claims } }),
      domainName: api.host,
      domainPrefix: api.host.split('.')[0],
      http: {
        method: request.method,
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId,
      routeKey,
      stage: stage.name,
      time: commonLogTime(time),
      timeEpoch: time,
    },
    ...(body !== null && { body }),
    ...(Object.keys(decision.pathParameters).length > 0 && { pathParameters: decision.pathParameters }),
    isBase64Encoded,
    ...(stage.variables && { stageVariables: stage.variables }),
  };
}

/** Returns what `rawPath` begins with: the name of a named stage, at a domain too, and never a base path. */
function stagePrefix({ stage }: HttpApi): string {
  return stage.name === '$default' ? '' : `/${stage.name}`;
}

/** The authorizer's part of the event; undefined on a route without an authorizer. */
export function claimsOf({ route, claims }: Decision): object | undefined {
  if (route?.authorizer === undefined || claims === undefined) return undefined;
  // All scopes of the token, but only if the route requires any; else null.
  const scopes = route.scopes.length > 0 ? scopesOf(claims) : null;
  return { claims: claimTexts(claims), scopes };
}

/** The body of the event; null if the request has none. */
export function bodyOf(
  { body }: GatewayRequest,
  contentType: string | undefined,
): { readonly body: string | null; readonly isBase64Encoded: boolean } {
  if (body.length === 0) return { body: null, isBase64Encoded: false };
  const isText = isTextType(contentType);
  return { body: body.toString(isText ? 'utf8' : 'base64'), isBase64Encoded: !isText };
}

/** Every claim as a string, without those that are null. */
export function claimTexts(claims: Claims): Record<string, string> {
  const texts = Object.entries(claims).filter(([, value]) => value !== null);
  return Object.fromEntries(texts.map(([name, value]) => [name, claimText(value)]));
}

/** Formats a value as Go does, which is how the service writes claims: `[a b]` for a list. */
export function claimText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map(claimText).join(' ')}]`;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value).toString();
  return JSON.stringify(value);
}

/** Values by name, in the order of the request. */
type Grouped = ReadonlyMap<string, readonly string[]>;

/** The headers of the event by lower-case name, including those that the gateway sets. */
export function headersOf(request: GatewayRequest, host: string, traceId: string): Grouped {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    const name = (request.rawHeaders[at] ?? '').toLowerCase();
    if (!NOT_PASSED_ON.includes(name)) pairs.push([name, request.rawHeaders[at + 1] ?? '']);
  }
  const headers = grouped(pairs);
  const forwarded = headers.get('x-forwarded-for');
  return headers
    .set('content-length', [String(request.body.length)])
    .set('host', [host])
    .set('x-amzn-trace-id', headers.get('x-amzn-trace-id') ?? [`Root=${traceId}`])
    .set('x-forwarded-for', [
      forwarded === undefined ? request.sourceIp : `${forwarded.join(',')}, ${request.sourceIp}`,
    ])
    .set('x-forwarded-port', ['443'])
    .set('x-forwarded-proto', ['https']);
}

/** Headers of the connection. */
const NOT_PASSED_ON: readonly string[] = ['connection', 'keep-alive', 'te', 'transfer-encoding', 'upgrade'];

export function grouped(pairs: readonly (readonly [string, string])[]): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const all = values.get(name);
    if (all === undefined) values.set(name, [value]);
    else all.push(value);
  }
  return values;
}

export function mapped<T>(values: Grouped, change: (values: readonly string[]) => T): Record<string, T> {
  return Object.fromEntries([...values].map(([name, all]) => [name, change(all)]));
}

/** All other bodies are base64, including form bodies and bodies without a type (measured). */
function isTextType(contentType: string | undefined): boolean {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  return type.startsWith('text/') || ['application/json', 'application/xml', 'application/javascript'].includes(type);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** A time in milliseconds as `12/Mar/2020:19:03:58 +0000`. */
export function commonLogTime(time: number): string {
  const date = new Date(time);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}`;
  return `${day}:${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`;
}
