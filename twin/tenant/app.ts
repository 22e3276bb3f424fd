import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Tenant } from '../../graph/tenant.ts';
import { discoveryDocument } from './discovery.ts';
import { TokenError } from './errors.ts';
import type { Granted } from './grant.ts';
import { BODY_LIMIT } from './parameters.ts';
import type { LoginAttempts } from './login-attempts.ts';
import type { SigningKeys } from './signing-key.ts';
import { issueToken } from './token.ts';
import { userinfo, type OpaqueTokens } from './userinfo.ts';

/** A tenant at work. */
export interface TenantService {
  readonly tenant: Tenant;
  readonly signing: SigningKeys;
  readonly opaqueTokens: OpaqueTokens;
  readonly logins: LoginAttempts;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** What the token endpoint did, for the log. It holds no secret and no token. */
export type TokenExchange =
  { readonly kind: 'granted'; readonly granted: Granted } | { readonly kind: 'refused'; readonly refusal: TokenError };

/** Hosts that the tenant answers to; another name that leads here is somebody's DNS playing tricks. */
const LOCAL_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The tenant's HTTP side.
 * @param current the tenant at work now; a reload puts another in its place
 */
export function tenantApp(current: () => TenantService, observe: (exchange: TokenExchange) => void): Hono {
  const app = new Hono();

  app.use(async (c, next) => {
    const { tenant } = current();
    const { hostname } = new URL(c.req.url);
    if (![...LOCAL_HOSTS, tenant.domain, tenant.issuerDomain].includes(hostname)) {
      return c.json({ error: 'misdirected_request', error_description: 'This host is not the tenant' }, 421);
    }
    return next();
  });

  app.get('/.well-known/openid-configuration', (c) => {
    return c.json(discoveryDocument(current().tenant.issuerDomain, new URL('/', c.req.url).href));
  });

  app.get('/.well-known/jwks.json', (c) => {
    c.header('cache-control', 'public, max-age=15, stale-while-revalidate=15, stale-if-error=86400');
    return c.json({ keys: current().signing.published });
  });

  app.get('/userinfo', async (c) => {
    const profile = await userinfo(c.req.header('authorization'), current());
    if (profile !== undefined) return c.json(profile);
    c.header('www-authenticate', 'Bearer error="invalid_token"');
    return c.text('Unauthorized', 401);
  });

  const tooLarge = bodyLimit({
    maxSize: BODY_LIMIT,
    onError: (c) => c.json({ error: 'invalid_request', error_description: 'The body is too large' }, 413),
  });
  app.post('/oauth/token', tooLarge, async (c) => {
    c.header('cache-control', 'no-store');
    c.header('pragma', 'no-cache');
    const request = {
      contentType: c.req.header('content-type') ?? '',
      authorization: c.req.header('authorization'),
      body: await c.req.text(),
    };
    try {
      const { response, granted } = await issueToken(request, current());
      observe({ kind: 'granted', granted });
      return c.json(response);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      observe({ kind: 'refused', refusal: error });
      return c.body(JSON.stringify({ error: error.error, error_description: error.message }), {
        status: error.status as 400,
        headers: { 'content-type': 'application/json' },
      });
    }
  });

  app.notFound((c) => c.json({ error: 'not_found', error_description: 'The twin has no such endpoint' }, 404));
  return app;
}
