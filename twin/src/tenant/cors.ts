import type { MiddlewareHandler } from 'hono';
import { printable } from '../common/printable.ts';
import type { Tenant } from '../model/tenant.ts';
import type { TenantEnv } from './request-log.ts';
import { isListed, originOf } from './urls.ts';

const PATHS: readonly string[] = [
  '/oauth/token',
  '/oauth/revoke',
  '/userinfo',
  '/.well-known/openid-configuration',
  '/.well-known/jwks.json',
];

/**
 * Allows the origins of the clients' callbacks and their listed origins.
 * Source: https://auth0.com/docs/get-started/applications/set-up-cors
 */
export function cors(tenant: () => Tenant): MiddlewareHandler<TenantEnv> {
  return async (c, next) => {
    const origin = c.req.header('origin');
    if (origin === undefined || !PATHS.includes(c.req.path)) return next();
    const isAllowed = isClients(origin, tenant());
    if (c.req.method === 'OPTIONS' && c.req.header('access-control-request-method') !== undefined) {
      if (!isAllowed) c.set('reason', `preflight from ${printable(origin, 100)}, which is not an origin of a client`);
      const headers = { 'access-control-allow-methods': 'GET, POST', 'access-control-allow-headers': ALLOWED_HEADERS };
      return c.body(null, 204, {
        vary: 'Origin',
        ...(isAllowed && { 'access-control-allow-origin': origin, 'access-control-max-age': '600', ...headers }),
      });
    }
    await next();
    c.res.headers.append('vary', 'Origin');
    if (isAllowed) c.res.headers.set('access-control-allow-origin', origin);
    return undefined;
  };
}

const ALLOWED_HEADERS = 'Authorization, Content-Type, Auth0-Client';

function isClients(origin: string, { clients }: Tenant): boolean {
  return clients.some(
    ({ login: { callbacks, origins } }) =>
      isListed(origin, origins) || callbacks.some((callback) => originOf(callback) === origin),
  );
}
