import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { Tenant } from '../model/tenant.ts';
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
    origin: (origin) => (isClients(origin, tenant()) ? origin : undefined),
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
