import type { Hono, MiddlewareHandler } from 'hono';
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
  let endpoints: ReadonlySet<string> | undefined;
  return async (c, next) => {
    await next();
    const { method, path } = c.req;
    const isGateway = c.req.header('user-agent') === GATEWAY_AGENT;
    if (isGateway || c.get('reported') === true || (hasPage && PAGE.test(path))) return;
    endpoints ??= endpointsOf(app);
    const { status } = c.res;
    const reason = c.get('reason') ?? reasonOf(status);
    const note = c.get('note');
    const routed = `${method === 'HEAD' ? 'GET' : method} ${path}`;
    const endpoint = endpoints.has(routed) ? routed : '';
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

/** The tenant's endpoints, like `GET /userinfo`. */
function endpointsOf({ routes }: Hono<TenantEnv>): ReadonlySet<string> {
  const own = routes.filter(({ method, path }) => method !== 'ALL' && !PAGE.test(path));
  return new Set(own.map(({ method, path }) => `${method} ${path}`));
}

function reasonOf(status: number): string {
  if (status < 400) return '';
  return status === 404
    ? "the twin's tenant has no such endpoint for this method"
    : 'the twin failed; its terminal shows the error';
}
