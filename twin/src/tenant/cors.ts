import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { printable } from '../common/printable.ts';
import type { Tenant } from '../model/tenant.ts';
import type { C } from './browser.ts';
import { isListed, originOf } from './urls.ts';

/** The paths that pages of other origins may call. */
export const CORS_PATHS: readonly string[] = [
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
export function tenantCors(tenant: () => Tenant): MiddlewareHandler {
  return cors({
    origin: (origin, c: C) => {
      if (isClients(origin, tenant())) return origin;
      if (c.req.method === 'OPTIONS' && origin !== '') {
        c.set('reason', `preflight from ${printable(origin, 100)}, which is not an origin of a client`);
      }
      return undefined;
    },
    allowMethods: ['GET', 'POST'],
    allowHeaders: ['Authorization', 'Content-Type', 'Auth0-Client'],
    maxAge: 600,
  });
}

function isClients(origin: string, { clients }: Tenant): boolean {
  return clients.some(
    ({ login: { callbacks, origins } }) =>
      isListed(origin, origins) || callbacks.some((callback) => originOf(callback) === origin),
  );
}
