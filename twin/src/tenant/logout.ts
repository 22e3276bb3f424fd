import { Hono } from 'hono';
import { html } from 'hono/html';
import { compactVerify, createLocalJWKSet } from 'jose';
import { z } from 'zod';
import type { Client } from '../model/tenant.ts';
import { PageError, queryParameters } from './authorize.ts';
import { clearCookie, formOf, readCookie, onPage, SESSION_COOKIE, type C } from './browser.ts';
import { issuerOf } from './claims.ts';
import { logoutPage, page } from './pages.ts';
import type { Parameters } from './parameters.ts';
import type { TenantEnv } from './report.ts';
import { formAction } from './respond.ts';
import type { TenantService } from './service.ts';
import { isListed, withParameters } from './urls.ts';

/** Auth0's own logout and that of OpenID Connect. Both end the browser's session for all clients. */
export function logoutRoutes(current: () => TenantService): Hono<TenantEnv> {
  const app = new Hono<TenantEnv>();

  app.get('/v2/logout', (c) =>
    onPage(c, async () => {
      const service = current();
      const { parameters } = queryParameters(new URL(c.req.url).searchParams);
      const target = returnTo(service, parameters);
      return end(c, service, target);
    }),
  );

  app.get('/oidc/logout', (c) =>
    onPage(c, async () => {
      const service = current();
      const { search } = new URL(c.req.url);
      return oidcLogout(c, service, queryParameters(new URL(c.req.url).searchParams).parameters, search);
    }),
  );

  app.post('/oidc/logout', (c) =>
    onPage(c, async () => {
      const service = current();
      const query = new URL(c.req.url).searchParams;
      // The page's form has the request in its query; an application's form has it in its body.
      if (query.size > 0) {
        const form = await formOf(c);
        if (form.get('action') !== 'accept') throw new PageError(400, ['The logout was not confirmed.']);
        return end(c, service, afterOidcLogout(service, queryParameters(query).parameters, undefined));
      }
      const parameters = await formOf(c, 'anyOrigin');
      return oidcLogout(c, service, parameters, `?${new URLSearchParams([...parameters]).toString()}`);
    }),
  );

  return app;
}

/**
 * The target of `/v2/logout`, compared without query and fragment. The twin's tenant has no list of logout URLs itself.
 * Source: https://auth0.com/docs/authenticate/login/logout/redirect-users-after-logout
 * @throws PageError for a URL that is not listed
 */
function returnTo({ tenant }: TenantService, parameters: Parameters): string | undefined {
  const clientId = parameters.get('client_id');
  const client = clientOf(tenant.clients, clientId);
  if (client?.firstParty === false) throw new PageError(400, ['A third-party application cannot log users out.']);
  const asked = parameters.get('returnTo');
  if (asked === undefined) return client?.login.logoutUrls[0];
  const bare = hostInLowerCase(asked.replace(/[?#].*$/s, ''));
  if (isPlain(asked) && isListed(bare, (client?.login.logoutUrls ?? []).map(hostInLowerCase))) return asked;
  throw new PageError(400, [`The "returnTo" querystring parameter "${asked}" is not defined as a valid URL.`]);
}

/**
 * `/oidc/logout`: immediate if the ID token or the `sid` names this browser's session; otherwise the user must confirm.
 * Source: https://auth0.com/docs/authenticate/login/logout/log-users-out-of-auth0
 */
async function oidcLogout(c: C, service: TenantService, parameters: Parameters, search: string): Promise<Response> {
  const hint = parameters.get('id_token_hint');
  const claims = hint === undefined ? undefined : await claimsOf(hint, service);
  const target = afterOidcLogout(service, parameters, claims?.aud);
  const session = service.state.sessions.find(readCookie(c, SESSION_COOKIE));
  const named = [claims?.sid, parameters.get('logout_hint')];
  if (session === undefined || named.includes(session.sid)) return end(c, service, target);
  const query = new URLSearchParams(search);
  query.delete('id_token_hint');
  if (claims !== undefined) query.set('client_id', claims.aud);
  const actions = ["'self'", ...(target === undefined ? [] : [formAction(target)])];
  return logoutPage(`/oidc/logout?${query.toString()}`, actions);
}

/** @throws PageError for a URL that is not exactly one of the client's, or without a client */
function afterOidcLogout(
  { tenant }: TenantService,
  parameters: Parameters,
  audience: string | undefined,
): string | undefined {
  const clientId = parameters.get('client_id') ?? audience;
  if (audience !== undefined && clientId !== audience) {
    throw new PageError(400, ['The client_id is not the one of the id_token_hint.']);
  }
  const client = clientOf(tenant.clients, clientId);
  const asked = parameters.get('post_logout_redirect_uri');
  if (asked === undefined) return undefined;
  if (!isPlain(asked) || client?.firstParty !== true || !isListed(asked, client.login.logoutUrls)) {
    throw new PageError(400, [`The post_logout_redirect_uri "${asked}" is not defined as a valid URL.`]);
  }
  const state = parameters.get('state');
  return state === undefined ? asked : withParameters(asked, '?', { state });
}

/** @throws PageError for an unknown client */
function clientOf(clients: readonly Client[], clientId: string | undefined): Client | undefined {
  if (clientId === undefined) return undefined;
  const client = clients.find((one) => one.clientId === clientId);
  if (client === undefined) throw new PageError(400, [`Unknown client: ${clientId}`]);
  return client;
}

const CLAIMS = z.object({ iss: z.string(), aud: z.string(), sid: z.string().optional() });

/**
 * The claims of this tenant's ID token, even if it has expired.
 * @throws PageError for any other string
 */
async function claimsOf(token: string, { tenant, signing }: TenantService): Promise<z.infer<typeof CLAIMS>> {
  const invalid = new PageError(400, ['Invalid id_token_hint']);
  try {
    const keys = createLocalJWKSet({ keys: [...signing.published] });
    const { payload } = await compactVerify(token, keys, { algorithms: ['RS256'] });
    const claims = CLAIMS.parse(JSON.parse(new TextDecoder().decode(payload)));
    if (claims.iss === issuerOf(tenant)) return claims;
  } catch {
    throw invalid;
  }
  throw invalid;
}

/** Ends the browser's session. Access and refresh tokens stay valid. */
async function end(c: C, { state }: TenantService, target: string | undefined): Promise<Response> {
  state.sessions.end(readCookie(c, SESSION_COOKIE));
  clearCookie(c, SESSION_COOKIE);
  return target === undefined ? page(200, 'Logged out', html`<p>You are logged out.</p>`) : c.redirect(target);
}

/** Lower-cases scheme and host, which are compared that way. */
function hostInLowerCase(url: string): string {
  return url.replace(/^[^/]*\/\/[^/]*/, (start) => start.toLowerCase());
}

/** Whether a string is a valid header value. */
function isPlain(url: string): boolean {
  return /^[\x21-\x7e]+$/.test(url);
}
