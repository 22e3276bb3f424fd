import type { MiddlewareHandler } from 'hono';
import { didYouMean } from '../common/nearest.ts';
import { printable } from '../common/printable.ts';
import { withoutTokens } from '../common/token-text.ts';

/** A request to the tenant, other than for a token, for the log. */
export interface TenantRequest {
  readonly method: string;
  /** Without query and tokens. */
  readonly path: string;
  readonly status: number;
  /** The endpoint, like `GET /userinfo`; empty if there is none. */
  readonly endpoint: string;
  /** Why it was rejected; empty if it was not. */
  readonly reason: string;
  /** Further information, for example parameters without effect. */
  readonly note?: string;
}

/** What a handler sets for the log. */
export interface TenantEnv {
  readonly Variables: {
    /** Why the request is rejected. */
    reason?: string;
    /** Further information. */
    note?: string;
    /** Set if the request has its own event. */
    reported?: boolean;
  };
}

/** The user agent of the gateway when it fetches an issuer's documents. Those requests are not logged: no person made them. */
export const GATEWAY_AGENT = 'auth0-http-api-gateway';

/** The paths of the page, and the icon that browsers request. */
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
 * Reports each request except those to the page, from the gateway, and those with an own event.
 * @param hasPage whether the tenant's root serves a page
 */
export function reporting(observe: (request: TenantRequest) => void, hasPage: boolean): MiddlewareHandler<TenantEnv> {
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
  const asked = method === 'HEAD' ? 'GET' : method;
  return ENDPOINTS.get(path)?.some((one) => one === asked) === true ? `${asked} ${path}` : '';
}

function reasonOf(status: number, method: string, path: string): string {
  if (status < 400) return '';
  if (status !== 404) return 'the twin failed; its terminal shows the error';
  const taken = ENDPOINTS.get(path);
  return taken === undefined
    ? `the twin's tenant has no such endpoint${didYouMean(path.slice(0, 100), ENDPOINTS.keys())}`
    : `the tenant accepts ${taken.join(' and ')} there, not ${printable(method, 20)}`;
}
