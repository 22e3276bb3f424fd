import type { HttpApi } from '../model/http-api.ts';
import type { Claims, Decision } from './decision.ts';
import { scopesOf } from './judge.ts';
import { headerValues, queryParameters, type GatewayRequest, type Target } from './request.ts';

interface Context {
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
  { api, requestId, traceId, time }: Context,
): Record<string, unknown> {
  const { stage } = api;
  const stagePrefix = stage.name === '$default' ? '' : `/${stage.name}`;
  const rawPath = stagePrefix + path;
  const headers = headersOf(request, api.host, traceId);
  const cookies = headerValues(request.rawHeaders, 'cookie').flatMap((value) => value.split('; '));
  const query = joined(queryParameters(rawQuery));
  const isText = isTextType(headers['content-type']);
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
      ...authorizerContext(decision),
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
    ...(request.body.length > 0 && { body: request.body.toString(isText ? 'utf8' : 'base64') }),
    ...(Object.keys(decision.pathParameters).length > 0 && { pathParameters: decision.pathParameters }),
    isBase64Encoded: request.body.length > 0 && !isText,
    ...(stage.variables && { stageVariables: stage.variables }),
  };
}

/** Absent on a route without an authorizer. */
function authorizerContext({ route, claims }: Decision): object {
  if (route?.authorizer === undefined || claims === undefined) return {};
  // Null unless the route itself names scopes; then all of the token's, not only those that matched.
  const scopes = route.scopes.length > 0 ? scopesOf(claims) : null;
  return { authorizer: { jwt: { claims: claimTexts(claims), scopes } } };
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

/** Names in lower case, repeated ones joined; the cookies are elsewhere, and what the gateway sets is set. */
function headersOf(request: GatewayRequest, host: string, traceId: string): Record<string, string> {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    const name = (request.rawHeaders[at] ?? '').toLowerCase();
    if (!NOT_PASSED_ON.includes(name)) pairs.push([name, request.rawHeaders[at + 1] ?? '']);
  }
  const headers = joined(pairs);
  const forwarded = headers['x-forwarded-for'];
  return {
    ...headers,
    'content-length': String(request.body.length),
    host,
    'x-amzn-trace-id': headers['x-amzn-trace-id'] ?? `Root=${traceId}`,
    'x-forwarded-for': forwarded === undefined ? request.sourceIp : `${forwarded}, ${request.sourceIp}`,
    'x-forwarded-port': '443',
    'x-forwarded-proto': 'https',
  };
}

/** They belong to the connection, or go into the event elsewhere. */
const NOT_PASSED_ON: readonly string[] = ['connection', 'cookie', 'keep-alive', 'te', 'transfer-encoding', 'upgrade'];

function joined(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const all = values.get(name);
    if (all === undefined) values.set(name, [value]);
    else all.push(value);
  }
  return Object.fromEntries([...values].map(([name, all]) => [name, all.join(',')]));
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
