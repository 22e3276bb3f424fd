import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { User } from '../model/tenant.ts';
import type { AuthorizationRequest } from './authorize.ts';
import { originOf } from './urls.ts';

type Content = ReturnType<typeof html>;

/** The permissions of a page. By default it has no script and cannot be framed. */
interface PageSecurity {
  readonly nonce?: string;
  readonly frameAncestors?: string;
  /** Where its form, and redirects of the form, may go. */
  readonly formActions?: readonly string[];
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:10vh auto;padding:0 1rem;color-scheme:light dark}
button{font:inherit;padding:.5rem 1rem;cursor:pointer;display:block;width:100%;margin:.25rem 0;text-align:left}
input{font:inherit;padding:.5rem;width:100%;box-sizing:border-box}label{display:block;margin:.75rem 0}
[role=alert]{border-left:4px solid #c00;padding-left:.75rem}`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** An HTML page. All values are escaped, and the content security policy is closed by default. */
export async function page(
  status: number,
  title: string,
  content: Content,
  { nonce, frameAncestors = "'none'", formActions = [] }: PageSecurity = {},
): Promise<Response> {
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}'`,
    ...(nonce === undefined ? [] : [`script-src 'nonce-${nonce}'`]),
    `form-action ${formActions.length === 0 ? "'none'" : formActions.join(' ')}`,
    `frame-ancestors ${frameAncestors}`,
    "base-uri 'none'",
  ].join('; ');
  const text = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title}</title>
        ${raw(`<style>${STYLE}</style>`)}
      </head>
      <body>
        ${content}
      </body>
    </html>`;
  return new Response(text.toString(), {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      // The tenant checks the origin of these forms; no other site gets the address.
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      ...(frameAncestors === "'none'" && { 'x-frame-options': 'DENY' }),
    },
  });
}

/** Returns the form-action of a page that redirects to a URL: the URL's origin, or its custom scheme. */
export function formAction(url: string): string {
  return originOf(url) ?? new URL(url).protocol;
}

/** Returns the form-action of a tenant page whose form leads to a URL. */
function selfOr(url: string | undefined): string[] {
  return ["'self'", ...(url === undefined ? [] : [formAction(url)])];
}

/** @param users the users of the one-click login */
export function loginPage(
  state: string,
  { client, callback }: AuthorizationRequest,
  users: readonly User[],
  { status, username, problem }: { readonly status: number; readonly username: string; readonly problem?: string },
): Promise<Response> {
  const action = `/u/login?state=${encodeURIComponent(state)}`;
  const content = html`<h1>Log in to ${client.name}</h1>
    ${problem === undefined ? '' : html`<p role="alert">${problem}</p>`}
    <form method="post" action="${action}" aria-label="Declared users">
      ${users.map((user) => html`<button name="user" value="${user.userId}">${user.email}</button>`)}
    </form>
    <form method="post" action="${action}" aria-label="Password">
      <label>Email address<input name="username" value="${username}" autocomplete="username" required /></label>
      <label>Password<input name="password" type="password" autocomplete="current-password" required /></label>
      <button>Continue</button>
    </form>`;
  return page(status, 'Log in', content, { formActions: selfOr(callback.url) });
}

export function consentPage(
  state: string,
  { client, callback, api }: AuthorizationRequest,
  user: User,
  scopes: readonly string[],
): Promise<Response> {
  const content = html`<h1>Authorize ${client.name}</h1>
    <p>Hi ${user.name}, ${client.name} is requesting access to ${api?.identifier ?? 'your profile'}.</p>
    <ul>
      ${scopes.map((scope) => html`<li>${scope}</li>`)}
    </ul>
    <form method="post" action="/u/consent?state=${encodeURIComponent(state)}">
      <button name="action" value="accept">Accept</button>
      <button name="action" value="deny">Decline</button>
    </form>`;
  return page(200, 'Authorize', content, { formActions: selfOr(callback.url) });
}

/**
 * @param action the form's URL, with the parameters that it repeats
 * @param target where the browser goes after the logout
 */
export function logoutPage(action: string, target: string | undefined): Promise<Response> {
  const content = html`<h1>Log out</h1>
    <p>Do you want to log out?</p>
    <form method="post" action="${action}"><button name="action" value="accept">Log out</button></form>`;
  return page(200, 'Log out', content, { formActions: selfOr(target) });
}

/** Auth0's own words, as quoted by users. */
export function errorPage(status: number, lines: readonly string[]): Promise<Response> {
  return page(
    status,
    'Oops!, something went wrong',
    html`<h1>Oops!, something went wrong</h1>
      ${lines.map((line) => html`<p>${line}</p>`)}`,
  );
}
