import { decodeJwt } from 'jose';
import { assertionParameters } from '../common/client-assertion.ts';
import { printable } from '../common/printable.ts';
import type { Claims } from '../gateway/decision.ts';
import type { Client } from '../model/tenant.ts';
import { PASSWORD_REALM } from '../tenant/password.ts';
import type { Ask } from '../report/callers.ts';
import { codeFlow, LoginFailed } from './login.ts';
import { algorithmOf } from './client-keys.ts';
import { credentialsOf, type Target } from './target.ts';

/** The result of a token request. Its texts hold neither the token nor a secret. */
export type TokenResult =
  | { readonly kind: 'token'; readonly token: string; readonly claims: Claims }
  | { readonly kind: 'refused'; readonly status: number; readonly error: string; readonly description: string }
  /** The tenant's response was not that of a token endpoint. */
  | { readonly kind: 'unreachable'; readonly why: string }
  | { readonly kind: 'not tried'; readonly why: string };

export interface Platform {
  readonly fetch: typeof fetch;
  readonly clock: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

export const PLATFORM: Platform = {
  fetch,
  clock: Date.now,
  sleep: (milliseconds) => new Promise((done) => setTimeout(done, milliseconds)),
};

/**
 * Milliseconds between two token requests to a real tenant: 240 a minute. Auth0's free plan allows 300 requests a
 * minute of all kinds, and 5 logins a second.
 * Source: https://auth0.com/docs/troubleshoot/customer-support/operational-policies/rate-limit-policy/rate-limit-configurations/free-public
 */
const BETWEEN = 250;

/** The time limits of a request and of the wait after a 429, in milliseconds. */
const PATIENCE = 20_000;
const LONGEST_WAIT = 60_000;
const TRIES = 5;

export const HOSTED_LOGIN = 'Auth0’s hosted login page takes a browser; only a twin’s is played';

const PROBE_ONLY = 'in production only the probe requests tokens; --as-clients plays every client';

/** Requests tokens from the tenant, one after the other, within its rate limit. */
export class TokenClient {
  readonly #target: Target;
  readonly #clientIds: Readonly<Record<string, string>>;
  readonly #platform: Platform;
  #next = 0;

  /** @param clientIds the clients' ids in the graph by name; the name identifies the client in the target */
  constructor(target: Target, clientIds: Readonly<Record<string, string>>, platform: Platform = PLATFORM) {
    this.#target = target;
    this.#clientIds = clientIds;
    this.#platform = platform;
  }

  /** Returns why a request cannot be made with the outputs, or undefined if it can. */
  lacks({ client, parameters, user }: Ask): string | undefined {
    const { outputs, local, playable } = this.#target;
    const name = this.#nameOf(client);
    const isForItself = parameters.get('grant_type') === 'client_credentials';
    if (playable !== undefined && !(isForItself && playable.includes(name))) return PROBE_ONLY;
    if (user !== undefined && !local) return HOSTED_LOGIN;
    if (name === '') return `the outputs have no client ${client.name}`;
    if (client.keys !== undefined) {
      if (this.#target.keys?.[name] === undefined)
        return `${name} signs with its private key; name its file with --key`;
    } else if (!client.isPublic && outputs.clientSecrets[name] === undefined) {
      return `the outputs have no secret of the client ${name}`;
    }
    const email = user?.email ?? parameters.get('username');
    if (email === undefined || credentialsOf(outputs, email) !== undefined) return undefined;
    return `the outputs have no password of the user ${email}`;
  }

  /** Requests a token. Never rejects. */
  async get(ask: Ask): Promise<TokenResult> {
    const why = this.lacks(ask);
    if (why !== undefined) return { kind: 'not tried', why };
    try {
      const response = await unthrottled(this.#platform, async () => {
        await this.#turn();
        return ask.user === undefined ? this.#request(ask) : this.#logIn(ask, ask.user.email);
      });
      if (typeof response !== 'number') return await readAnswer(response);
      return { kind: 'not tried', why: `the tenant still answers 429 after ${response} tries` };
    } catch (error) {
      if (error instanceof LoginFailed) {
        return { kind: 'refused', status: 400, error: error.error, description: printable(error.description, 300) };
      }
      const { tokenUrl } = this.#target.outputs;
      return { kind: 'unreachable', why: `the tenant does not answer at ${tokenUrl} (${causeOf(error)})` };
    }
  }

  #nameOf({ clientId }: Client): string {
    return Object.entries(this.#clientIds).find(([, id]) => id === clientId)?.[0] ?? '';
  }

  async #turn(): Promise<void> {
    if (this.#target.local) return;
    const now = this.#platform.clock();
    const wait = this.#next - now;
    this.#next = Math.max(now, this.#next) + BETWEEN;
    if (wait > 0) await this.#platform.sleep(wait);
  }

  async #logIn({ client, api, parameters }: Ask, email: string): Promise<Response> {
    const { outputs } = this.#target;
    const name = this.#nameOf(client);
    const { status, body } = await codeFlow({
      tenantUrl: outputs.tokenUrl,
      client: {
        clientId: outputs.clientIds[name] ?? '',
        secret: client.isPublic ? '' : (outputs.clientSecrets[name] ?? ''),
        ...(client.keys !== undefined && { prove: () => this.#prove(client) }),
        redirectUri: parameters.get('redirect_uri') ?? '',
      },
      user: { email, password: credentialsOf(outputs, email)?.password ?? '' },
      audience: api.identifier,
      scope: parameters.get('scope') ?? '',
      fetch: (request) => this.#platform.fetch(request, { signal: AbortSignal.timeout(PATIENCE) }),
    });
    return Response.json(body, { status });
  }

  async #prove(client: Client): Promise<Record<string, string>> {
    const { issuer, clientIds, clientSecrets } = this.#target.outputs;
    const name = this.#nameOf(client);
    const key = this.#target.keys?.[name];
    if (key === undefined) return { client_secret: clientSecrets[name] ?? '' };
    return assertionParameters(clientIds[name] ?? '', issuer, key, algorithmOf(client, key));
  }

  async #request({ client, parameters }: Ask): Promise<Response> {
    const { outputs } = this.#target;
    const username = parameters.get('username');
    const user = username === undefined ? undefined : credentialsOf(outputs, username);
    const body = {
      ...Object.fromEntries(parameters),
      client_id: outputs.clientIds[this.#nameOf(client)],
      ...(await this.#prove(client)),
      ...(user !== undefined && { password: user.password }),
      ...(parameters.get('grant_type') === PASSWORD_REALM && { realm: user?.connection }),
    };
    return this.#platform.fetch(outputs.tokenUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      // Send the secret only to the named address.
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE),
    });
  }
}

async function readAnswer(response: Response): Promise<TokenResult> {
  const body = await jsonOf(response);
  const token = body?.['access_token'];
  if (response.status === 200 && typeof token === 'string') {
    try {
      return { kind: 'token', token, claims: decodeJwt(token) };
    } catch {
      return {
        kind: 'unreachable',
        why: 'the tenant issued an access token that is not a JWT; check that the audience is an API of this tenant',
      };
    }
  }
  const { error, error_description: description } = body ?? {};
  if (typeof error !== 'string') {
    return {
      kind: 'unreachable',
      why: `${response.url} responds ${response.status} without a token or an OAuth error`,
    };
  }
  return {
    kind: 'refused',
    status: response.status,
    error: printable(error, 100),
    description: printable(typeof description === 'string' ? description : '', 300),
  };
}

async function jsonOf(response: Response): Promise<Record<string, unknown> | undefined> {
  try {
    const value: unknown = await response.json();
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Sends a request again after each 429, and returns the response, or the number of tries if all were throttled. */
export async function unthrottled(
  { clock, sleep }: Platform,
  send: () => Promise<Response>,
): Promise<Response | typeof TRIES> {
  for (let tries = 1; ; tries += 1) {
    const response = await send();
    if (response.status !== 429) return response;
    if (tries === TRIES) return TRIES;
    await sleep(waitOf(response.headers, clock()));
  }
}

/** Returns the milliseconds to wait after a 429, by `retry-after` or `x-ratelimit-reset`; a second without either. */
function waitOf(headers: Headers, now: number): number {
  const after = Number(headers.get('retry-after') ?? NaN) * 1000;
  const reset = Number(headers.get('x-ratelimit-reset') ?? NaN) * 1000 - now;
  const wait = [after, reset].find((milliseconds) => Number.isFinite(milliseconds)) ?? 1000;
  return Math.min(Math.max(wait, 250), LONGEST_WAIT);
}

/** Returns why a request failed, without its content. */
export function causeOf(error: unknown): string {
  const cause: unknown = error instanceof Error ? (error.cause ?? error) : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return printable(code || (cause instanceof Error ? cause.message : String(cause)), 200);
}
