import type { MiddlewareHandler } from 'hono';
import { didYouMean } from '../common/nearest.ts';
import { printable } from '../common/printable.ts';
import { withoutTokens } from '../common/token-text.ts';

/** A request to the tenant that was none for a token, for the log. */
export interface TenantRequest {
  readonly method: string;
  /** Without its query, and without a token in it. */
  readonly path: string;
  readonly status: number;
  /** What of the tenant took it, like `GET /userinfo`; empty where nothing did. */
  readonly endpoint: string;
  /** Why it was refused, in plain words; empty where it was not. */
  readonly reason: string;
  /** What else there is to say, such as parameters without effect. */
  readonly note?: string;
}

/** What a handler tells of the request that it answers. */
export interface Told {
  readonly Variables: {
    /** Why it is refused. */
    reason?: string;
    /** What else the log says of it. */
    note?: string;
    /** It has been reported, with more than is known here. */
    reported?: boolean;
  };
}

/**
 * What the gateway calls itself where it fetches an issuer's documents. Those requests are not reported: nobody made them,
 * they would stand between a request to the API and its own line, and where one fails, that line says so.
 */
export const GATEWAY_AGENT = 'auth0-http-api-gateway';

/** What a page has at the tenant's root, and what a browser asks for by itself. */
const PAGE = /^\/(?:_twin\/.*|favicon\.ico)?$/;

type Method = 'GET' | 'POST';

const ENDPOINTS: ReadonlyMap<string, readonly Method[]> = new Map<string, readonly Method[]>([
  ['/.well-known/openid-configuration', ['GET']],
  ['/.well-known/jwks.json', ['GET']],
  ['/userinfo', ['GET']],
  ['/oauth/token', ['POST']],
  ['/oauth/revoke', ['POST']],
  ['/authorize', ['GET']],
  ['/u/login', ['GET', 'POST']],
  ['/u/consent', ['GET', 'POST']],
  ['/v2/logout', ['GET']],
  ['/oidc/logout', ['GET', 'POST']],
]);

/**
 * Reports each request but the page's, the gateway's, and those that were reported otherwise.
 * @param hasPage whether a page is served at the tenant's root
 */
export function reporting(observe: (request: TenantRequest) => void, hasPage: boolean): MiddlewareHandler<Told> {
  return async (c, next) => {
    await next();
    const { method, path } = c.req;
    const isGateway = c.req.header('user-agent') === GATEWAY_AGENT;
    if (isGateway || c.get('reported') === true || (hasPage && PAGE.test(path))) return;
    const { status } = c.res;
    const reason = c.get('reason') ?? reasonOf(status, method, path);
    const note = c.get('note');
    const seen = { method, path: withoutTokens(path, '(a token)'), status, endpoint: endpointOf(method, path), reason };
    observe({ ...seen, ...(note !== undefined && { note }) });
  };
}

function endpointOf(method: string, path: string): string {
  // A request for the head alone asks for the same.
  const asked = method === 'HEAD' ? 'GET' : method;
  return ENDPOINTS.get(path)?.some((one) => one === asked) === true ? `${asked} ${path}` : '';
}

function reasonOf(status: number, method: string, path: string): string {
  if (status < 400) return '';
  if (status !== 404) return 'the twin has a defect, which its terminal shows';
  const taken = ENDPOINTS.get(path);
  return taken === undefined
    ? `the twin's tenant has no such endpoint${didYouMean(path.slice(0, 100), ENDPOINTS.keys())}`
    : `the tenant takes ${taken.join(' and ')} there, not ${printable(method, 20)}`;
}
