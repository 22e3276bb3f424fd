import type { Context, Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { readBody } from '../common/read-body.ts';
import { PageError, type Callback } from './authorize.ts';
import { TokenError } from './errors.ts';
import { errorPage } from './pages.ts';
import { BODY_LIMIT, readParameters, type Parameters } from './parameters.ts';
import type { TenantEnv } from './request-log.ts';
import { respond } from './respond.ts';
import type { TenantService } from './service.ts';

export type C = Context<TenantEnv>;

/** The cookie of the session. Source: https://auth0.com/docs/manage-users/cookies/authentication-api-cookies */
export const SESSION_COOKIE = 'auth0';
/** The cookie that identifies the browser, logged in or not. */
export const BROWSER_COOKIE = 'did';

/** Sends a TokenError of the step to the callback. */
export async function refused(c: C, callback: Callback, work: () => Response | Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    const { error: code, message } = error;
    c.set('reason', message === '' ? code : `${code}: ${message}`);
    // Auth0 sends no description if the user declines.
    return respond(callback, { error: code, ...(message !== '' && { error_description: message }) });
  }
}

type PageHandler = (c: C, service: TenantService) => Promise<Response>;

/** Returns a function that adds a page to the app. A PageError of its handler is shown on a page. */
export function pagesOf(app: Hono<TenantEnv>, current: () => TenantService) {
  return (method: 'get' | 'post', path: string, handle: PageHandler): unknown =>
    app[method](path, (c) => onPage(c, () => handle(c, current())));
}

async function onPage(c: C, work: () => Promise<Response>): Promise<Response> {
  try {
    const response = await work();
    // Hono adds cookies only to responses that the context makes.
    for (const cookie of c.res.headers.getSetCookie()) {
      if (!response.headers.getSetCookie().includes(cookie)) response.headers.append('set-cookie', cookie);
    }
    return response;
  } catch (error) {
    if (error instanceof TokenError) return shown(c, error.status, [error.message]);
    if (!(error instanceof PageError)) throw error;
    return shown(c, error.status, error.lines);
  }
}

function shown(c: C, status: number, lines: readonly string[]): Promise<Response> {
  c.set('reason', lines.join(' '));
  return errorPage(status, lines);
}

/** @throws PageError for a form from another origin; a cookie of localhost is sent to every port */
export async function formOf(c: C, from: 'ownPages' | 'anyOrigin' = 'ownPages'): Promise<Parameters> {
  if (from === 'ownPages' && c.req.header('origin') !== new URL(c.req.url).origin) {
    throw new PageError(403, ['This form was sent by another site.']);
  }
  const body = await readBody(c.req.raw.body, BODY_LIMIT);
  if (!body.isWhole) throw new PageError(400, ['The form is too large.']);
  return readParameters(c.req.header('content-type') ?? '', new TextDecoder().decode(body.bytes));
}

/** Two twins on one machine share a host and so its cookies: the port is part of the name. */
function nameOf(c: C, name: string): string {
  const { port } = new URL(c.req.url);
  return port === '' ? name : `${name}_${port}`;
}

export function readCookie(c: C, name: string): string | undefined {
  return getCookie(c, nameOf(c, name));
}

export function clearCookie(c: C, name: string): void {
  deleteCookie(c, nameOf(c, name), { path: '/' });
}

/** Sets a host-only cookie that scripts cannot read and that cross-site forms do not send. */
export function writeCookie(c: C, name: string, value: string, maxAge: number): void {
  const secure = new URL(c.req.url).protocol === 'https:';
  setCookie(c, nameOf(c, name), value, { path: '/', httpOnly: true, sameSite: 'Lax', secure, maxAge });
}
