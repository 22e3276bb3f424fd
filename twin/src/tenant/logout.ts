import { Hono } from 'hono';
import { html } from 'hono/html';
import { z } from 'zod';
import type { Client } from '../model/tenant.ts';
import { PageError, queryParameters } from './authorize.ts';
import { clearCookie, formOf, pagesOf, readCookie, SESSION_COOKIE, type C } from './browser.ts';
import { issuerOf } from './claims.ts';
import { logoutPage, page } from './pages.ts';
import type { Parameters } from './parameters.ts';
import type { TenantEnv } from './request-log.ts';
import type { TenantService } from './service.ts';
import { verifyOwnToken } from './signing-key.ts';
import { isListed, withParameters } from './urls.ts';

/** Auth0's own logout and that of OpenID Connect. Both end the browser's session for all clients. */
export function logoutRoutes(current: () => TenantService): Hono<TenantEnv> {
  const app = new Hono<TenantEnv>();
  const route = pagesOf(app, current);

  route('get', '/v2/logout', async (c, service) =>
    end(c, service, returnTo(service, queryParameters(c.req.url).parameters)),
  );

  route('get', '/oidc/logout', async (c, service) => oidcLogout(c, service, queryParameters(c.req.url).parameters));

  route('post', '/oidc/logout', async (c, service) => {
    const { searchParams } = new URL(c.req.url);
    // The page's form has the request in its query; an application's form has it in its body.
    if (searchParams.size === 0) return oidcLogout(c, service, await formOf(c, 'anyOrigin'));
    const form = await formOf(c);
    if (form.get('action') !== 'accept') throw new PageError(400, ['The logout was not confirmed.']);
    return end(c, service, afterOidcLogout(service, queryParameters(c.req.url).parameters, undefined));
  });

  return app;
}

/**
 * The target of `/v2/logout`, compared without query and fragment. The twin's tenant has no list of logout URLs itself.
 * Source: https://auth0.com/docs/authenticate/login/logout/redirect-users-after-logout
 * @throws PageError for a URL that is not listed
 */
function returnTo({ tenant }: TenantService, parameters: Parameters): string | undefined {
  const client = clientOf(tenant.clients, parameters.get('client_id'));
  if (client?.firstParty === false) throw new PageError(400, ['A third-party application cannot log users out.']);
  const { logoutUrls = [] } = client?.login ?? {};
  const target = parameters.get('returnTo');
  if (target === undefined) return logoutUrls[0];
  const bare = hostInLowerCase(target.replace(/[?#].*$/s, ''));
  if (isPlain(target) && isListed(bare, logoutUrls.map(hostInLowerCase))) return target;
  throw new PageError(400, [`The "returnTo" querystring parameter "${target}" is not defined as a valid URL.`]);
}

/**
 * `/oidc/logout`: immediate if the ID token or the `sid` names this browser's session; otherwise the user must confirm.
 * Source: https://auth0.com/docs/authenticate/login/logout/log-users-out-of-auth0
 */
async function oidcLogout(c: C, service: TenantService, parameters: Parameters): Promise<Response> {
  const hint = parameters.get('id_token_hint');
  const claims = hint === undefined ? undefined : await claimsOf(hint, service);
  const target = afterOidcLogout(service, parameters, claims?.aud);
  const session = service.state.sessions.get(readCookie(c, SESSION_COOKIE));
  if (session === undefined || [claims?.sid, parameters.get('logout_hint')].includes(session.sid)) {
    return end(c, service, target);
  }
  const query = new URLSearchParams([...parameters]);
  query.delete('id_token_hint');
  if (claims !== undefined) query.set('client_id', claims.aud);
  return logoutPage(`/oidc/logout?${query.toString()}`, target);
}

/** @throws PageError for a URL that is not exactly one of the client's, or without a client */
function afterOidcLogout(
  { tenant }: TenantService,
  parameters: Parameters,
  audience: string | undefined,
): string | undefined {
  const clientId = parameters.get('client_id') ?? audience;
  if (audience !== undefined && clientId !== audience) {
    throw new PageError(400, ['The client_id differs from that of the id_token_hint.']);
  }
  const client = clientOf(tenant.clients, clientId);
  const target = parameters.get('post_logout_redirect_uri');
  if (target === undefined) return undefined;
  if (!isPlain(target) || client?.firstParty !== true || !isListed(target, client.login.logoutUrls)) {
    throw new PageError(400, [`The post_logout_redirect_uri "${target}" is not defined as a valid URL.`]);
  }
  const state = parameters.get('state');
  return state === undefined ? target : withParameters(target, '?', { state });
}

/** @throws PageError for an unknown client */
function clientOf(clients: readonly Client[], id: string | undefined): Client | undefined {
  const client = clients.find(({ clientId }) => clientId === id);
  if (client === undefined && id !== undefined) throw new PageError(400, [`Unknown client: ${id}`]);
  return client;
}

const CLAIMS = z.object({ aud: z.string(), sid: z.string().optional() });

/**
 * The claims of this tenant's ID token, even if it has expired.
 * @throws PageError for any other string
 */
async function claimsOf(token: string, { tenant, signing }: TenantService): Promise<z.infer<typeof CLAIMS>> {
  try {
    return CLAIMS.parse(await verifyOwnToken(token, signing, { issuer: issuerOf(tenant), currentDate: new Date(0) }));
  } catch {
    throw new PageError(400, ['Invalid id_token_hint']);
  }
}

/** Ends the browser's session. Access and refresh tokens stay valid. */
async function end(c: C, { state }: TenantService, target: string | undefined): Promise<Response> {
  state.sessions.delete(readCookie(c, SESSION_COOKIE));
  clearCookie(c, SESSION_COOKIE);
  return target === undefined ? page(200, 'Logged out', html`<p>You are logged out.</p>`) : c.redirect(target);
}

/** Lower-cases scheme and host, which are compared that way. */
function hostInLowerCase(url: string): string {
  return url.replace(/^[^/]*\/\/[^/]*/, (start) => start.toLowerCase());
}

function isPlain(url: string): boolean {
  return /^[\x21-\x7e]+$/.test(url);
}
