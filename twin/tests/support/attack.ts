import { createHash } from 'node:crypto';
import { loginState } from '../../src/tenant/login-state.ts';
import { Browser, codeFor, codeFlow, LoginFailed, tokenRequest, type CodeFlow } from '../../src/verify/login.ts';
import { localTenant } from './local-tenant.ts';
import { API, CALLBACKS, flowOf, loginTenant } from './login-tenant.ts';
import type { Change } from './token-requests.ts';

export const VERIFIER = 'a-verifier-of-an-application-43-characters-x';
export const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');
export const EDITOR = 'auth0|000000000000000000000001';

type FlowChange = NonNullable<Parameters<typeof flowOf>[2]>;

/** A separate tenant, and the attempts of an attacker. Each attempt returns its outcome in a few words. */
export class Attack {
  #now = Date.parse('2026-03-01T12:00:00Z');
  readonly #fetch: (request: Request) => Promise<Response>;
  readonly browser: Browser;

  constructor(change: Parameters<typeof loginTenant>[0] = {}) {
    const clock = (): number => this.#now;
    const own = { clock, state: loginState(clock) };
    this.#fetch = localTenant(loginTenant(change), own).fetch;
    this.browser = this.newBrowser();
  }

  newBrowser(): Browser {
    return new Browser(this.#fetch);
  }

  wait(seconds: number): void {
    this.#now += seconds * 1000;
  }

  flow(client = 'spa', change: FlowChange = {}): CodeFlow {
    return flowOf(client, this.#fetch, { browser: this.browser, ...change });
  }

  /** Logs in, and returns the code; its verifier is `VERIFIER`. */
  code(client = 'spa', change: FlowChange = {}): Promise<string> {
    return codeFor(this.flow(client, change), CHALLENGE);
  }

  /** Logs in, and returns the answer of the token endpoint. */
  async tokens(client = 'spa', change: FlowChange = {}): Promise<Readonly<Record<string, unknown>>> {
    return (await codeFlow(this.flow(client, { scope: 'openid offline_access read', ...change }))).body;
  }

  async refreshToken(client = 'spa', change: FlowChange = {}): Promise<string> {
    return String((await this.tokens(client, change))['refresh_token']);
  }

  /** Plays a login, and returns `code`, or the error that it ended with. */
  async logIn(client = 'spa', change: FlowChange = {}): Promise<string> {
    try {
      await this.code(client, change);
      return 'code';
    } catch (error) {
      if (!(error instanceof LoginFailed)) throw error;
      return error.error;
    }
  }

  authorizeUrl(change: Change = {}, client = 'spa'): string {
    const parameters = {
      response_type: 'code',
      client_id: client,
      redirect_uri: CALLBACKS[client],
      audience: API,
      scope: 'openid read',
      state: 'the-state',
      code_challenge: CHALLENGE,
      code_challenge_method: 'S256',
      ...change,
    };
    const entries = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return `http://localhost/authorize?${new URLSearchParams(entries).toString()}`;
  }

  /** Sends a good request to `/authorize` with something changed. */
  async authorize(change: Change = {}, client = 'spa', browser = this.browser): Promise<string> {
    return outcomeOf(await browser.send(this.authorizeUrl(change, client)));
  }

  /** Opens the login page, and returns its address. */
  async loginPage(change: Change = {}, client = 'spa', browser = this.browser): Promise<string> {
    const response = await browser.send(this.authorizeUrl(change, client));
    return new URL(response.headers.get('location') ?? '', 'http://localhost').href;
  }

  /** Exchanges a code as its application would, with something changed. */
  exchange(code: unknown, change: Change = {}, client = 'spa'): Promise<string> {
    return this.token(
      {
        grant_type: 'authorization_code',
        code,
        code_verifier: VERIFIER,
        redirect_uri: CALLBACKS[client],
        ...change,
      },
      client,
    );
  }

  /** Exchanges a code, and returns the whole answer. */
  exchanged(code: string): ReturnType<typeof tokenRequest> {
    const proof = { code_verifier: VERIFIER, redirect_uri: CALLBACKS['spa'] ?? '' };
    return tokenRequest(this.flow(), { grant_type: 'authorization_code', code, ...proof });
  }

  /** Exchanges a refresh token, and returns the next. */
  async next(token: string): Promise<string> {
    const { body } = await tokenRequest(this.flow(), { grant_type: 'refresh_token', refresh_token: token });
    return String(body['refresh_token']);
  }

  async revoke(token: string, client = 'spa'): Promise<string> {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ client_id: client, token });
    const response = await this.send('/oauth/revoke', { method: 'POST', headers, body });
    return `${response.status} ${response.headers.get('content-type') ?? ''}${await response.text()}`;
  }

  refresh(token: string, change: Change = {}, client = 'spa'): Promise<string> {
    return this.token({ grant_type: 'refresh_token', refresh_token: token, ...change }, client);
  }

  async token(parameters: Change, client = 'spa'): Promise<string> {
    const { status, body } = await tokenRequest(this.flow(client), parameters as Record<string, string>);
    const { error, scope = 'without scope' } = body as Partial<Record<string, string>>;
    return `${status} ${error ?? scope}`;
  }

  /** Logs the editor in by one click, with something of the request changed. */
  async login(change: Change = {}, client = 'spa'): Promise<Response> {
    return this.browser.send(await this.loginPage(change, client), { user: EDITOR });
  }

  /** The claims of the id token of a login. */
  async idClaims(change: FlowChange = {}): Promise<{ readonly sid?: string; readonly nonce?: string }> {
    const { body } = await codeFlow(this.flow('spa', change));
    return JSON.parse(String(body['id_token'])) as { sid?: string; nonce?: string };
  }

  /** Opens a silent login with this session cookie. */
  async authorizeWithCookie(cookie: string): Promise<string> {
    return outcomeOf(
      await this.send(this.authorizeUrl({ prompt: 'none' }), { headers: { cookie: `auth0=${cookie}` } }),
    );
  }

  /** Sends a form with the browser's cookies from a page of this origin. */
  async postFrom(target: string, origin: string | undefined, form = `user=${EDITOR}`): Promise<string> {
    const cookie = `did=${this.browser.cookie('did') ?? ''}; auth0=${this.browser.cookie('auth0') ?? ''}`;
    const headers = {
      cookie,
      'content-type': 'application/x-www-form-urlencoded',
      ...(origin !== undefined && { origin }),
    };
    return outcomeOf(await this.send(target, { method: 'POST', headers, body: form }));
  }

  /** Forgets the browser's cookies. */
  leave(): void {
    this.browser.clear();
  }

  /** Logs in, and declines on the consent page. */
  async decline(client: string): Promise<string> {
    const response = await this.login({}, client);
    const at = new URL(response.headers.get('location') ?? '', 'http://localhost').href;
    return outcomeOf(await this.browser.send(at, { action: 'deny' }));
  }

  async send(target: string, init: RequestInit = {}): Promise<Response> {
    return this.#fetch(new Request(new URL(target, 'http://localhost'), { redirect: 'manual', ...init }));
  }
}

/** Returns the status, the redirect's target, and its error or `code`; `page` without a redirect. */
export function outcomeOf({ status, headers }: Response): string {
  const location = headers.get('location');
  if (location === null) return `${status} page`;
  const [, target = '', , query = ''] = /^([^?#]*)([?#](.*))?$/.exec(location) ?? [];
  const parameters = new URLSearchParams(query);
  const outcome = parameters.get('error') ?? (parameters.has('code') ? 'code' : '');
  return `${status} ${target}${outcome === '' ? '' : ` ${outcome}`}`;
}
