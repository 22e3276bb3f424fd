import type { HttpApi } from '../model/http-api.ts';
import type { Claims, Decision } from './decision.ts';
import { scopesOf } from './judge.ts';
import { headerValues, queryParameters, type GatewayRequest, type Target } from './request.ts';

/** What an event says of a request besides the request itself. */
export interface EventContext {
  readonly api: HttpApi;
  readonly requestId: string;
  readonly traceId: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/**
 * The event that the Lambda function gets, payload format 2.0. What is empty is absent.
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

/** The start of every path of a named stage; empty for `$default`. */
export function stagePrefix({ stage }: HttpApi): string {
  return stage.name === '$default' ? '' : `/${stage.name}`;
}

/** What the authorizer adds to the event; undefined on a route without one. */
export function claimsOf({ route, claims }: Decision): object | undefined {
  if (route?.authorizer === undefined || claims === undefined) return undefined;
  // Null unless the route itself names scopes; then all of the token's, not only those that matched.
  const scopes = route.scopes.length > 0 ? scopesOf(claims) : null;
  return { claims: claimTexts(claims), scopes };
}

/** The body as the event has it; null where there is none. */
export function bodyOf(
  { body }: GatewayRequest,
  contentType: string | undefined,
): { readonly body: string | null; readonly isBase64Encoded: boolean } {
  if (body.length === 0) return { body: null, isBase64Encoded: false };
  const isText = isTextType(contentType);
  return { body: body.toString(isText ? 'utf8' : 'base64'), isBase64Encoded: !isText };
}

/** Every claim as a text; one that is null is left out. */
export function claimTexts(claims: Claims): Record<string, string> {
  const texts = Object.entries(claims).filter(([, value]) => value !== null);
  return Object.fromEntries(texts.map(([name, value]) => [name, claimText(value)]));
}

/** A value as Go prints it, which is how the service writes claims: a list in brackets, with spaces between. */
export function claimText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map(claimText).join(' ')}]`;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value).toString();
  return JSON.stringify(value);
}

/** Values by name, in the order in which they came. */
export type Grouped = ReadonlyMap<string, readonly string[]>;

/** The headers of the event by their names in lower case, those that the gateway sets included. */
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

/** They belong to the connection. */
const NOT_PASSED_ON: readonly string[] = ['connection', 'keep-alive', 'te', 'transfer-encoding', 'upgrade'];

/** The values of pairs by their name. */
export function grouped(pairs: readonly (readonly [string, string])[]): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const all = values.get(name);
    if (all === undefined) values.set(name, [value]);
    else all.push(value);
  }
  return values;
}

/** An object of what each name's values become. */
export function mapped<T>(values: Grouped, change: (values: readonly string[]) => T): Record<string, T> {
  return Object.fromEntries([...values].map(([name, all]) => [name, change(all)]));
}

/** Everything else is passed on in base64, form bodies and bodies without a type included. Measured. */
function isTextType(contentType: string | undefined): boolean {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  return type.startsWith('text/') || ['application/json', 'application/xml', 'application/javascript'].includes(type);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** `12/Mar/2020:19:03:58 +0000`, of milliseconds since 1970. */
export function commonLogTime(time: number): string {
  const date = new Date(time);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}`;
  return `${day}:${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`;
}
