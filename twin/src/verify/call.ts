import type { Authorizer } from '../model/http-api.ts';
import { printable } from '../common/printable.ts';
import { readBody } from '../common/read-body.ts';
import { causeOf, waitOf, type Platform } from './tokens.ts';

/** What a deployed gateway made of a request, as far as it can be told from outside. */
export type Verdict =
  | { readonly kind: 'allowed'; readonly status: number }
  /** The gateway's own 401 or 403. */
  | { readonly kind: 'denied'; readonly status: 401 | 403; readonly challenge: string }
  /** The gateway's own 404: it has no such route. A backend may say the same. */
  | { readonly kind: 'not found' }
  | { readonly kind: 'failed'; readonly status: number }
  | { readonly kind: 'unreachable'; readonly why: string }
  | { readonly kind: 'not tried'; readonly why: string };

/** One request to a deployed route; the token is a real one, and belongs into no message. */
export interface Call {
  readonly url: string;
  readonly method: string;
  readonly token: string | undefined;
  readonly body: string | undefined;
  readonly source: Authorizer['identitySource'];
}

const PATIENCE = 35_000;
const TRIES = 5;

/** Bytes that are read of an answer: the gateway's own are shorter. */
const OWN = 100;

/** Calls a route. It never rejects. */
export async function callRoute(
  { url, method, token, body, source }: Call,
  { fetch, clock, sleep }: Platform,
): Promise<Verdict> {
  const address = new URL(url);
  const headers = new Headers();
  if (token !== undefined && source.from === 'header') headers.set(source.name, `Bearer ${token}`);
  if (body !== undefined) headers.set('content-type', 'application/json');
  if (token !== undefined && source.from === 'querystring') address.searchParams.set(source.name, token);
  for (let tries = 1; ; tries += 1) {
    try {
      const response = await fetch(address, {
        method,
        headers,
        body: body ?? null,
        redirect: 'manual',
        signal: AbortSignal.timeout(PATIENCE),
      });
      const start = (await readBody(response.body, OWN)).bytes.toString();
      if (response.status !== 429) return verdictOf(response, start, method);
      if (tries === TRIES) return { kind: 'not tried', why: `it is still throttled (429) after ${TRIES} tries` };
      await sleep(waitOf(response.headers, clock()));
    } catch (error) {
      return { kind: 'unreachable', why: `the API does not answer at ${address.origin} (${causeOf(error)})` };
    }
  }
}

/** A HEAD has no body: its status has to do. */
function verdictOf({ status, headers }: Response, body: string, method: string): Verdict {
  const says = (message: string): boolean => method === 'HEAD' || body === JSON.stringify({ message });
  const challenge = printable(headers.get('www-authenticate') ?? '', 400);
  if (status === 401 && says('Unauthorized')) return { kind: 'denied', status, challenge };
  if (status === 403 && says('Forbidden')) return { kind: 'denied', status, challenge };
  if (status === 404 && says('Not Found')) return { kind: 'not found' };
  return status >= 500 ? { kind: 'failed', status } : { kind: 'allowed', status };
}
