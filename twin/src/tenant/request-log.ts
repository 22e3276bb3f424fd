import type { Hono, MiddlewareHandler } from 'hono';
import { didYouMean } from '../../../limits/nearest.ts';
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

/** The methods of the tenant's endpoints, by path. */
type Endpoints = ReadonlyMap<string, readonly string[]>;

/**
 * Reports each request except those to the page, from the gateway, and those with an own event.
 * @param app the tenant's endpoints
 * @param hasPage whether the tenant's root serves a page
 */
export function reporting(
  app: Hono<TenantEnv>,
  observe: (request: TenantRequest) => void,
  hasPage: boolean,
): MiddlewareHandler<TenantEnv> {
  let endpoints: Endpoints | undefined;
  return async (c, next) => {
    await next();
    const { method, path } = c.req;
    const isGateway = c.req.header('user-agent') === GATEWAY_AGENT;
    if (isGateway || c.get('reported') === true || (hasPage && PAGE.test(path))) return;
    endpoints ??= endpointsOf(app);
    const { status } = c.res;
    const reason = c.get('reason') ?? reasonOf(status, method, path, endpoints);
    const note = c.get('note');
    const routed = method === 'HEAD' ? 'GET' : method;
    const endpoint = endpoints.get(path)?.includes(routed) === true ? `${routed} ${path}` : '';
    observe({
      method,
      path: withoutTokens(path, '(a token)'),
      status,
      endpoint,
      reason,
      ...(note !== undefined && { note }),
    });
  };
}

function endpointsOf({ routes }: Hono<TenantEnv>): Endpoints {
  const own = routes.filter(({ method, path }) => method !== 'ALL' && !PAGE.test(path));
  return new Map(own.map(({ path }) => [path, own.filter((route) => route.path === path).map(({ method }) => method)]));
}

function reasonOf(status: number, method: string, path: string, endpoints: Endpoints): string {
  if (status < 400) return '';
  if (status !== 404) return 'the twin failed; its terminal shows the error';
  const methods = endpoints.get(path);
  return methods === undefined
    ? `the twin's tenant has no such endpoint${didYouMean(path.slice(0, 100), endpoints.keys())}`
    : `the tenant accepts ${methods.join(' and ')} there, not ${printable(method, 20)}`;
}
