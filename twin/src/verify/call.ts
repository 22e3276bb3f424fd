import type { Authorizer } from '../model/http-api.ts';
import { printable } from '../common/printable.ts';
import { readBody } from '../common/read-body.ts';
import { causeOf, unthrottled, type Platform } from './tokens.ts';

/** The outcome of a request to a deployed gateway, as far as a client can see it. */
export type Verdict =
  | { readonly kind: 'allowed'; readonly status: number }
  | { readonly kind: 'denied'; readonly status: 401 | 403; readonly challenge: string }
  /** The gateway's own 404: no such route. A backend may return the same response. */
  | { readonly kind: 'not found' }
  | { readonly kind: 'failed'; readonly status: number }
  | { readonly kind: 'unreachable'; readonly why: string }
  | { readonly kind: 'not tried'; readonly why: string };

/** A request to a deployed route. The token is real: never print it. */
export interface Call {
  readonly url: string;
  readonly method: string;
  readonly token: string | undefined;
  readonly body: string | undefined;
  readonly source: Authorizer['identitySource'];
}

/** Timeout of a request in milliseconds. */
const PATIENCE = 35_000;

/** The most bytes to read of a response. The gateway's own responses are shorter. */
const OWN = 100;

/** Calls a route. A network failure is a verdict. */
export async function callRoute(call: Call, platform: Platform): Promise<Verdict> {
  const { url, method, body } = call;
  const request = requestOf(call);
  if (request === undefined) {
    return {
      kind: 'not tried',
      why: `the request is invalid: check the URL ${url} and the token's ${call.source.from} ${call.source.name}`,
    };
  }
  const { address, headers } = request;
  try {
    const response = await unthrottled(platform, () => {
      const signal = AbortSignal.timeout(PATIENCE);
      return platform.fetch(address, { method, headers, body: body ?? null, redirect: 'manual', signal });
    });
    if (typeof response === 'number')
      return { kind: 'not tried', why: `it is still throttled (429) after ${response} tries` };
    return verdictOf(response, (await readBody(response.body, OWN)).bytes.toString(), method);
  } catch (error) {
    return { kind: 'unreachable', why: `the API does not answer at ${address.origin} (${causeOf(error)})` };
  }
}

/** Returns undefined for an invalid URL or header. The error is dropped: it could quote the token. */
function requestOf({
  url,
  token,
  body,
  source,
}: Call): { readonly address: URL; readonly headers: Headers } | undefined {
  try {
    const address = new URL(url);
    const headers = new Headers(body === undefined ? {} : { 'content-type': 'application/json' });
    if (token !== undefined && source.from === 'header') headers.set(source.name, `Bearer ${token}`);
    if (token !== undefined && source.from === 'querystring') address.searchParams.set(source.name, token);
    return { address, headers };
  } catch {
    return undefined;
  }
}

function verdictOf({ status, headers }: Response, body: string, method: string): Verdict {
  const says = (message: string): boolean => method === 'HEAD' || body === JSON.stringify({ message });
  const challenge = printable(headers.get('www-authenticate') ?? '', 400);
  if (status === 401 && says('Unauthorized')) return { kind: 'denied', status, challenge };
  if (status === 403 && says('Forbidden')) return { kind: 'denied', status, challenge };
  if (status === 404 && says('Not Found')) return { kind: 'not found' };
  // The gateway itself never responds 501: the handler did, so the request was let through.
  return status >= 500 && status !== 501 ? { kind: 'failed', status } : { kind: 'allowed', status };
}
