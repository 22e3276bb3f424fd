import { html, raw } from 'hono/html';
import type { Callback } from './authorize.ts';
import { formAction, page } from './pages.ts';
import { randomKey } from './expiring.ts';
import { originOf, withParameters } from './urls.ts';

/**
 * Responds to a checked callback with a code or an error, in the requested response mode.
 * Source: https://auth0.com/docs/authenticate/protocols/oauth, https://auth0.com/docs/authenticate/login/configure-silent-authentication
 */
export async function respond(
  { url, mode, state }: Callback,
  response: Readonly<Record<string, string>>,
): Promise<Response> {
  const parameters = { ...response, ...(state !== undefined && { state }) };
  const nonce = randomKey(16);
  if (mode === 'form_post') {
    const fields = Object.entries(parameters).map(
      ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
    );
    const content = html`<form method="post" action="${url}">
        ${fields}<noscript><button>Continue</button></noscript>
      </form>
      <script nonce="${nonce}">
        document.forms[0].submit();
      </script>`;
    return page(200, 'Submit this form', content, { nonce, formActions: [formAction(url)] });
  }
  if (mode === 'web_message') {
    const origin = originOf(url) ?? '';
    const message = { type: 'authorization_response', response: parameters };
    // A popup has an opener, an iframe a parent.
    const content = html`<script nonce="${nonce}" type="application/json" id="answer">
        ${script({ message, origin })}
      </script>
      <script nonce="${nonce}">
        const { message, origin } = JSON.parse(document.getElementById('answer').textContent);
        (window.opener || window.parent).postMessage(message, origin);
      </script>`;
    return page(200, 'Authorization Response', content, { nonce, frameAncestors: origin, formActions: [] });
  }
  const location = withParameters(url, mode === 'fragment' ? '#' : '?', parameters);
  return new Response(null, { status: 302, headers: { location, 'cache-control': 'no-store' } });
}

/** JSON that is safe inside a script element. */
function script(value: unknown): ReturnType<typeof html> {
  const text = JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
  return raw(text);
}
