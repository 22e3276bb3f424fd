import { Hono, type Context } from 'hono';
import { LOCAL_HOSTS } from '../common/local-hosts.ts';
import { printable } from '../common/printable.ts';
import { readBody } from '../common/read-body.ts';
import { discoveryDocument } from './discovery.ts';
import { CORS_PATHS, tenantCors } from './cors.ts';
import { refusals, TokenError } from './errors.ts';
import { loginRoutes } from './login.ts';
import { logoutRoutes } from './logout.ts';
import { BODY_LIMIT } from './parameters.ts';
import { revoke } from './revoke.ts';
import { reporting, type TenantRequest, type TenantEnv } from './request-log.ts';
import type { TenantService } from './service.ts';
import { issueToken, type Issued, type TokenAttempt, type TokenRequest } from './token.ts';
import { userinfo } from './userinfo.ts';

/** The result of a token request, for the log. Clients and users contain secrets, and strings of the request may be tokens. */
export type TokenExchange =
  | ({ readonly kind: 'granted' } & Omit<Issued, 'response'>)
  | {
      readonly kind: 'refused';
      readonly refusal: TokenError;
      /** Absent if the client failed to authenticate. */
      readonly attempt: TokenAttempt | undefined;
    };

export type TenantEvent =
  | { readonly kind: 'token'; readonly exchange: TokenExchange }
  | { readonly kind: 'tenant'; readonly request: TenantRequest };

/**
 * The tenant's HTTP endpoints.
 * @param current the tenant; a reload replaces it
 * @param page further endpoints, under paths that no tenant has
 */
export function tenantApp(
  current: () => TenantService,
  onEvent: (event: TenantEvent) => void,
  page?: Hono,
): Hono<TenantEnv> {
  const app = new Hono<TenantEnv>();

  app.use(reporting(app, (request) => onEvent({ kind: 'tenant', request }), page !== undefined));

  app.use(async (c, next) => {
    const { tenant } = current();
    const { hostname } = new URL(c.req.url);
    if (![...LOCAL_HOSTS, tenant.domain, tenant.issuerDomain].includes(hostname)) {
      c.set('reason', `the host ${printable(hostname, 100)} is not the tenant's`);
      return c.json({ error: 'misdirected_request', error_description: 'This host is not the tenant' }, 421);
    }
    return next();
  });

  for (const path of CORS_PATHS)
    app.use(
      path,
      tenantCors(() => current().tenant),
    );

  app.get('/.well-known/openid-configuration', (c) => {
    return c.json(discoveryDocument(current().tenant, baseOf(c.req.url)));
  });

  app.get('/.well-known/jwks.json', (c) => {
    c.header('cache-control', 'public, max-age=15, stale-while-revalidate=15, stale-if-error=86400');
    return c.json({ keys: current().signing.published });
  });

  app.get('/userinfo', async (c) => {
    const authorization = c.req.header('authorization');
    const profile = await userinfo(authorization, current());
    if (profile !== undefined) return c.json(profile);
    c.set(
      'reason',
      authorization === undefined
        ? 'missing Authorization header'
        : 'the Authorization header has no valid token of a user with the scope openid',
    );
    c.header('www-authenticate', 'Bearer error="invalid_token"');
    return c.text('Unauthorized', 401);
  });

  app.post('/oauth/token', async (c) => {
    c.header('cache-control', 'no-store');
    c.header('pragma', 'no-cache');
    let attempt: TokenAttempt | undefined;
    const report = (exchange: TokenExchange): void => {
      c.set('reported', true);
      onEvent({ kind: 'token', exchange });
    };
    try {
      // It would bind the token to a key.
      if (c.req.header('dpop') !== undefined) refusals.unsupportedParameter('DPoP');
      const request = await tokenRequest(c);
      const { response, ...issued } = await issueToken(request, current(), (authenticated) => {
        attempt = authenticated;
      });
      report({ kind: 'granted', ...issued });
      return c.json(response);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      report({ kind: 'refused', refusal: error, attempt });
      return refusal(c, error);
    }
  });

  app.post('/oauth/revoke', async (c) => {
    try {
      await revoke(await tokenRequest(c), current());
      return c.body('', 200, { 'content-type': 'application/json' });
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      c.set('reason', `${error.error}: ${error.message}`);
      return refusal(c, error);
    }
  });

  app.route('/', loginRoutes(current));
  app.route('/', logoutRoutes(current));
  if (page !== undefined) app.route('/', page);
  app.notFound((c) => c.json({ error: 'not_found', error_description: 'The twin has no such endpoint' }, 404));
  return app;
}

async function tokenRequest(c: Context<TenantEnv>): Promise<TokenRequest> {
  return {
    contentType: c.req.header('content-type') ?? '',
    authorization: c.req.header('authorization'),
    body: await textOf(c.req.raw.body),
    userAgent: c.req.header('user-agent'),
    base: baseOf(c.req.url),
  };
}

function refusal(c: Context<TenantEnv>, { status, error, message, uri }: TokenError): Response {
  return c.body(JSON.stringify({ error, error_description: message, ...(uri && { error_uri: uri }) }), {
    status: status as 400,
    headers: { 'content-type': 'application/json' },
  });
}

/** The URL that the request was sent to. The tenant's own domains stand for the real tenant, which has https only. */
function baseOf(url: string): string {
  const { hostname, href } = new URL('/', url);
  return LOCAL_HOSTS.includes(hostname) ? href : `https://${hostname}/`;
}

/** @throws TokenError if the body is too large, or if the client hangs up early */
async function textOf(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const read = await readBody(body, BODY_LIMIT).catch(() => refusals.malformed('The body ended too early'));
  return read.isWhole ? new TextDecoder().decode(read.bytes) : refusals.tooLarge();
}
