import { Hono } from 'hono';
import type { User } from '../model/tenant.ts';
import {
  authorizationRequest,
  callbackOf,
  PageError,
  queryParameters,
  withoutEffect,
  type AuthorizationRequest,
} from './authorize.ts';
import { runActions } from './actions.ts';
import {
  BROWSER_COOKIE,
  formOf,
  pagesOf,
  readCookie,
  refused,
  SESSION_COOKIE,
  writeCookie,
  type C,
} from './browser.ts';
import { connectionsFor, usersFor } from './decide-login.ts';
import { refusals, TokenError } from './errors.ts';
import { checkPassword } from './check-password.ts';
import { randomKey } from './expiring.ts';
import { IDLE_SESSION_LIFETIME, type Session, type Transaction } from './login-state.ts';
import { consentPage, loginPage } from './pages.ts';
import type { Parameters } from './parameters.ts';
import type { TenantEnv } from './request-log.ts';
import { respond } from './respond.ts';
import type { TenantService } from './service.ts';
import { isVerifiable } from './urls.ts';
import { grantToUser } from './user-grant.ts';

interface Step {
  readonly c: C;
  readonly service: TenantService;
  readonly parameters: Parameters;
  readonly session: Session | undefined;
  /** Absent before the first page. */
  readonly transaction?: Transaction;
  readonly state?: string;
}

type PageStep = Required<Step> & { readonly request: AuthorizationRequest };

/** `/authorize`, the login page and the consent page. */
export function loginRoutes(current: () => TenantService): Hono<TenantEnv> {
  const app = new Hono<TenantEnv>();
  const route = pagesOf(app, current);

  route('get', '/authorize', async (c, service) => {
    const { parameters, duplicate } = queryParameters(c.req.url);
    const callback = callbackOf(service.tenant, parameters);
    const ignored = withoutEffect(parameters);
    if (ignored.length > 0) c.set('note', `without effect here: ${ignored.join(', ')}`);
    if (duplicate !== undefined) {
      return refused(c, callback, () => refusals.malformed(`The parameter ${duplicate} comes more than once`));
    }
    return proceed({ c, service, parameters, session: sessionOf(c, service) });
  });

  route('get', '/u/login', async (c, service) => {
    const { state, request } = stepOf(c, service);
    const users = usersFor(service.tenant, request);
    return loginPage(state, request, users, { status: 200, username: request.loginHint ?? '' });
  });

  route('post', '/u/login', async (c, service) => {
    const form = await formOf(c);
    const step = stepOf(c, service);
    const { state, request, transaction } = step;
    const { sessions, transactions } = service.state;
    let user: User;
    try {
      user = userOfForm(step, form);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      c.set('reason', error.message);
      return loginPage(state, request, usersFor(service.tenant, request), {
        status: error.status === 429 ? 429 : 400,
        username: form.get('username') ?? '',
        problem: error.message.replace(/\.$/, ''),
      });
    }
    if (user.blocked) {
      transactions.delete(state);
      return refused(c, request.callback, () => refusals.blockedUser());
    }
    sessions.delete(readCookie(c, SESSION_COOKIE));
    const authTime = Math.floor(service.clock() / 1000);
    const session = { sid: randomKey(24), userId: user.userId, authTime };
    writeCookie(c, SESSION_COOKIE, sessions.add(session), IDLE_SESSION_LIFETIME);
    transaction.sid = session.sid;
    transaction.isLoggedIn = true;
    return proceed({ ...step, session });
  });

  route('get', '/u/consent', async (c, service) => {
    const step = stepOf(c, service);
    const user = consentingUser(step);
    return consentPage(step.state, step.request, user, scopesFor(step, step.request, user));
  });

  route('post', '/u/consent', async (c, service) => {
    const form = await formOf(c);
    const step = stepOf(c, service);
    const { request, state } = step;
    const user = consentingUser(step);
    const { client, callback } = request;
    if (form.get('action') !== 'accept') {
      service.state.transactions.delete(state);
      if (client.login.keepsErrors) throw new PageError(403, ['access_denied', 'The user declined.']);
      return refused(c, callback, () => refusals.consentDeclined());
    }
    const scopes = scopesFor(step, request, user);
    for (const key of consentKeys(user, request, scopes)) service.state.consents.add(key);
    return refused(c, callback, () => finish(step, request, user, scopes));
  });

  return app;
}

/** Continues a login: to the page that needs the user, or to its end. */
async function proceed(step: Step): Promise<Response> {
  const { c, service, parameters } = step;
  const callback = callbackOf(service.tenant, parameters);
  return refused(c, callback, async () => {
    const request = authorizationRequest(service.tenant, callback, parameters);
    const isSilent = request.prompts.includes('none');
    const user = userOf(step, request);
    if (user === undefined) return isSilent ? refusals.loginRequired() : toPage(step, 'login');
    if (user.blocked) return refusals.blockedUser();
    const scopes = scopesFor(step, request, user);
    const needed = needsConsent(request);
    const isForced = request.prompts.includes('consent');
    const isKnown = consentKeys(user, request, scopes).every((key) => service.state.consents.has(key));
    if (isForced || (needed && !isKnown)) {
      return isSilent ? refusals.consentRequired() : toPage(step, 'consent');
    }
    return finish(step, request, user, needed ? scopes : request.scopes);
  });
}

/** The session's user, if no new login is required. */
function userOf({ service, session, transaction }: Step, request: AuthorizationRequest): User | undefined {
  if (session === undefined) return undefined;
  const isFresh = transaction?.isLoggedIn === true && transaction.sid === session.sid;
  const isLoginForced = request.prompts.some((prompt) => prompt === 'login' || prompt === 'select_account');
  const age = Math.floor(service.clock() / 1000) - session.authTime;
  const isTooOld = request.maxAge !== undefined && age >= request.maxAge;
  if (!isFresh && (isLoginForced || isTooOld)) return undefined;
  return usersFor(service.tenant, request).find(({ userId }) => userId === session.userId);
}

/** Returns the user of the login form: a declared user by one click, or any user by password. */
function userOfForm({ service: { tenant, logins }, request }: PageStep, form: Parameters): User {
  const userId = form.get('user');
  if (userId !== undefined) {
    return usersFor(tenant, request).find((user) => user.userId === userId) ?? refusals.wrongPassword();
  }
  return checkPassword({
    tenant,
    logins,
    connections: connectionsFor(tenant, request),
    username: form.get('username') ?? '',
    password: form.get('password') ?? '',
  });
}

function scopesFor({ service: { tenant } }: Step, request: AuthorizationRequest, user: User): readonly string[] {
  return grantToUser({ ...request, tenant, user }).scopes;
}

/**
 * Whether the user must consent. On localhost Auth0 cannot verify even a first-party client.
 * Source: https://auth0.com/docs/get-started/applications/third-party-applications/user-consent-and-third-party-applications
 */
function needsConsent({ client, callback, api }: AuthorizationRequest): boolean {
  if (!client.firstParty || api?.skipsConsent === false) return true;
  return !isVerifiable(callback.url) && !client.login.skipsConfirmation;
}

/** Returns a key for the consent itself, and one for each scope. */
function consentKeys({ userId }: User, { client, api }: AuthorizationRequest, scopes: readonly string[]): string[] {
  return [undefined, ...scopes].map((scope) => JSON.stringify([userId, client.clientId, api?.identifier, scope]));
}

/** Redirects to the page, in a new transaction if there is none. */
function toPage({ c, service, parameters, transaction, state, session }: Step, page: 'login' | 'consent'): Response {
  const sid = page === 'consent' ? session?.sid : undefined;
  if (transaction !== undefined && state !== undefined) {
    transaction.sid = sid ?? transaction.sid;
    return c.redirect(`/u/${page}?state=${state}`);
  }
  const browser = readCookie(c, BROWSER_COOKIE) ?? randomKey(24);
  writeCookie(c, BROWSER_COOKIE, browser, IDLE_SESSION_LIFETIME);
  // Auth0's values begin like this too.
  const key = `hKFo2S${randomKey()}`;
  service.state.transactions.add({ parameters, browser, sid, isLoggedIn: false }, key);
  return c.redirect(`/u/${page}?state=${key}`);
}

async function finish(
  { c, service, parameters, state, session }: Step,
  { client, callback, api, challenge, nonce, prompts, maxAge, scopes: requestedScopes }: AuthorizationRequest,
  user: User,
  scopes: readonly string[],
): Promise<Response> {
  service.state.transactions.delete(state);
  const changes = await runActions(service, {
    client,
    user,
    api,
    protocol: 'oidc-basic-profile',
    requestedScopes,
    sid: session?.sid,
    method: 'GET',
    parameters,
    userAgent: c.req.header('user-agent'),
    authTime: session?.authTime ?? service.clock() / 1000,
  });
  const hasAuthTime = prompts.includes('login') || maxAge !== undefined;
  const code = service.state.codes.add({
    clientId: client.clientId,
    userId: user.userId,
    audience: api?.identifier,
    scopes,
    redirectUri: callback.sent,
    challenge,
    login: { sid: session?.sid, nonce, authTime: hasAuthTime ? session?.authTime : undefined },
    changes,
    isUsed: false,
  });
  return respond(callback, { code });
}

/** @throws PageError if the page belongs to no login of this browser */
function stepOf(c: C, service: TenantService): PageStep {
  const state = c.req.query('state') ?? '';
  const transaction = service.state.transactions.get(state);
  if (transaction === undefined || transaction.browser !== readCookie(c, BROWSER_COOKIE)) {
    throw new PageError(400, [
      'This login has ended, or it started in another browser.',
      'Go back to the application and log in again.',
    ]);
  }
  const { parameters } = transaction;
  const request = authorizationRequest(service.tenant, callbackOf(service.tenant, parameters), parameters);
  return { c, service, parameters, transaction, state, request, session: sessionOf(c, service) };
}

/** @throws PageError if another user has logged in since */
function consentingUser({ service, session, transaction, request }: PageStep): User {
  const user = usersFor(service.tenant, request).find(({ userId }) => userId === session?.userId);
  if (session === undefined || session.sid !== transaction.sid || user === undefined || user.blocked) {
    throw new PageError(400, ['This login has ended.', 'Go back to the application and log in again.']);
  }
  return user;
}

function sessionOf(c: C, { state }: TenantService): Session | undefined {
  return state.sessions.get(readCookie(c, SESSION_COOKIE));
}
