import type { Cors } from '../model/http-api.ts';
import { headerValues, type GatewayRequest } from './request.ts';
import type { GatewayResponse } from './response.ts';

type CorsRequest = Pick<GatewayRequest, 'method' | 'rawHeaders'>;
type Header = readonly [name: string, value: string];

/** Source: https://fetch.spec.whatwg.org/#cors-preflight-request */
export function isPreflight({ method, rawHeaders }: CorsRequest): boolean {
  const has = (name: string): boolean => headerValues(rawHeaders, name).length > 0;
  return method === 'OPTIONS' && has('origin') && has('access-control-request-method');
}

/**
 * The gateway's own response to a preflight. It needs neither an integration nor an OPTIONS route.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 */
export function preflightResponse(request: CorsRequest, cors: Cors): GatewayResponse {
  const origin = allowedOrigin(request, cors);
  if (origin === undefined) return { status: 204, headers: [], body: '' };
  return {
    status: 204,
    headers: [
      ...originHeaders(origin, cors),
      ...listed('access-control-allow-methods', cors.allowMethods),
      ...listed('access-control-allow-headers', cors.allowHeaders),
      ...(cors.maxAge === undefined ? [] : [['access-control-max-age', String(cors.maxAge)] as const]),
    ],
    body: '',
  };
}

/** How a preflight compares with the API's CORS configuration, for the log. */
export function preflightNote(request: CorsRequest, cors: Cors): string {
  const [origin = ''] = headerValues(request.rawHeaders, 'origin');
  const [method = ''] = headerValues(request.rawHeaders, 'access-control-request-method');
  const names = headerValues(request.rawHeaders, 'access-control-request-headers').flatMap((value) => value.split(','));
  const allows = (allowed: readonly string[], value: string): boolean =>
    (allowed.includes('*') && !cors.allowCredentials) ||
    allowed.some((each) => each.toLowerCase() === value.toLowerCase());
  const header = names.map((name) => name.trim()).find((name) => name !== '' && !allows(cors.allowHeaders, name));
  const found =
    allowedOrigin(request, cors) === undefined
      ? 'not in allowOrigins'
      : !allows(cors.allowMethods, method) && !['GET', 'HEAD', 'POST'].includes(method)
        ? `${method} is not in allowMethods`
        : header === undefined
          ? 'allowed'
          : `${header} is not in allowHeaders`;
  return `preflight from ${origin}: ${found}`;
}

/** An integration's response with the configured CORS headers instead of those that the backend set. */
export function withCors(response: GatewayResponse, request: CorsRequest, cors: Cors): GatewayResponse {
  const origin = allowedOrigin(request, cors);
  const kept = response.headers.filter(([name]) => !name.startsWith('access-control-'));
  const added =
    origin === undefined
      ? []
      : [...originHeaders(origin, cors), ...listed('access-control-expose-headers', cors.exposeHeaders)];
  return { ...response, headers: [...kept, ...added] };
}

/** The value of `access-control-allow-origin`; undefined if the request's origin is not allowed. */
function allowedOrigin({ rawHeaders }: CorsRequest, { allowOrigins }: Cors): string | undefined {
  const [origin] = headerValues(rawHeaders, 'origin');
  if (origin === undefined) return undefined;
  if (allowOrigins.includes('*')) return '*';
  // `https://*` stands for any origin of that scheme.
  return allowOrigins.some((allowed) => allowed === origin || isOfScheme(origin, allowed)) ? origin : undefined;
}

function isOfScheme(origin: string, allowed: string): boolean {
  return /^https?:\/\/\*$/.test(allowed) && origin.startsWith(allowed.slice(0, -1));
}

function originHeaders(origin: string, { allowCredentials }: Cors): Header[] {
  const header: Header = ['access-control-allow-origin', origin];
  return allowCredentials ? [header, ['access-control-allow-credentials', 'true']] : [header];
}

function listed(name: string, values: readonly string[]): Header[] {
  return values.length === 0 ? [] : [[name, values.join(',')]];
}
