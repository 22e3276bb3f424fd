import { createHash, randomBytes } from 'node:crypto';

export interface CodeFlow {
  readonly tenantUrl: string;
  readonly client: {
    readonly clientId: string;
    readonly secret: string;
    /** Returns the parameters that authenticate a client without a secret, for one request. */
    readonly prove?: () => Promise<Readonly<Record<string, string>>>;
    readonly redirectUri: string;
  };
  readonly user: { readonly email: string; readonly password: string };
  readonly audience: string | undefined;
  readonly scope: string;
  readonly extra?: Readonly<Record<string, string>>;
  /** Sends a request without following redirects, by default over the network. */
  readonly fetch?: (request: Request) => Promise<Response>;
  readonly browser?: Browser;
}

/** The response to a token request. The body has tokens: never print it. */
export interface CodeFlowTokens {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A login that ended before its code, with the error of the last step. */
export class LoginFailed extends Error {
  readonly error: string;
  readonly description: string;

  constructor(error: string, description: string) {
    super(description === '' ? error : `${error}: ${description}`);
    this.name = 'LoginFailed';
    this.error = error;
    this.description = description;
  }
}

export class Browser {
  readonly #cookies = new Map<string, string>();
  readonly #fetch: (request: Request) => Promise<Response>;

  constructor(fetchOnce: (request: Request) => Promise<Response> = (request) => fetch(request)) {
    this.#fetch = fetchOnce;
  }

  cookie(name: string): string | undefined {
    return this.#cookies.get(name);
  }

  clear(): void {
    this.#cookies.clear();
  }

  /** Sends a GET request, or a form from a page of the same origin. */
  async send(url: string, form?: Readonly<Record<string, string>>): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(cookie !== '' && { cookie }), ...(form && { origin: new URL(url).origin }) };
    const request = new Request(url, {
      headers,
      redirect: 'manual',
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    });
    const response = await this.#fetch(request);
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /max-age=0/i.test(line)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return response;
  }
}

/**
 * Plays the authorization code flow with PKCE: `/authorize`, the login page, the consent page, and the exchange.
 * @throws LoginFailed if the flow ends without a code
 */
export async function codeFlow(flow: CodeFlow): Promise<CodeFlowTokens> {
  const verifier = randomBytes(32).toString('base64url');
  const code = await codeFor(flow, createHash('sha256').update(verifier).digest('base64url'));
  const { client } = flow;
  return tokenRequest(flow, {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: client.redirectUri,
  });
}

export async function tokenRequest(
  {
    tenantUrl,
    client,
    fetch: fetchOnce = (request) => fetch(request),
  }: Pick<CodeFlow, 'tenantUrl' | 'client' | 'fetch'>,
  parameters: Readonly<Record<string, string>>,
): Promise<CodeFlowTokens> {
  const proof = (await client.prove?.()) ?? (client.secret === '' ? {} : { client_secret: client.secret });
  const identity = { client_id: client.clientId, ...proof };
  const response = await fetchOnce(
    new Request(new URL('/oauth/token', tenantUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...identity, ...parameters }),
    }),
  );
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/**
 * Plays a login and returns its code.
 * @param challenge the SHA-256 of the verifier, in base64url
 * @throws LoginFailed if the flow ends without a code
 */
export async function codeFor(flow: CodeFlow, challenge: string): Promise<string> {
  const { tenantUrl, client, user, audience, scope, extra } = flow;
  const browser = flow.browser ?? new Browser(flow.fetch);
  const state = randomBytes(16).toString('base64url');
  const url = new URL('/authorize', tenantUrl);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: client.redirectUri,
    ...(audience !== undefined && { audience }),
    ...(scope !== '' && { scope }),
    state,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...extra,
  }).toString();
  let at = url.href;
  let response = await browser.send(at);
  // At most /authorize, the login and the consent, each with its redirect.
  for (let step = 0; step < 6; step += 1) {
    const location = response.headers.get('location');
    if (location !== null) {
      at = new URL(location, at).href;
      if (at.startsWith(client.redirectUri)) return codeOf(new URL(at), state);
      response = await browser.send(at);
      continue;
    }
    const { pathname } = new URL(at);
    if (response.status !== 200) break;
    if (pathname === '/u/login') response = await browser.send(at, { username: user.email, password: user.password });
    else if (pathname === '/u/consent') response = await browser.send(at, { action: 'accept' });
    else break;
  }
  const text = await response.text();
  const [, problem = ''] = /<p(?: role="alert")?>([^<]*)</.exec(text) ?? [];
  throw new LoginFailed(`the tenant answered ${response.status}`, problem);
}

function codeOf(callback: URL, state: string): string {
  const { searchParams } = callback;
  const error = searchParams.get('error');
  if (error !== null) throw new LoginFailed(error, searchParams.get('error_description') ?? '');
  if (searchParams.get('state') !== state)
    throw new LoginFailed('wrong_state', "the state in the callback differs from the request's");
  return searchParams.get('code') ?? '';
}
