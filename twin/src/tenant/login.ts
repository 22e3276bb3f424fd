import { randomBytes } from 'node:crypto';
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
import { BROWSER_COOKIE, formOf, readCookie, writeCookie, onPage, refused, SESSION_COOKIE, type C } from './browser.ts';
import { connectionsFor, usersFor } from './decide-login.ts';
import { refusals, TokenError } from './errors.ts';
import { checkPassword } from './check-password.ts';
import { consentPage, loginPage } from './pages.ts';
import type { Parameters } from './parameters.ts';
import type { TenantEnv } from './report.ts';
import { formAction, respond } from './respond.ts';
import type { TenantService } from './service.ts';
import { IDLE_SESSION_LIFETIME, type Session } from './sessions.ts';
import type { Transaction } from './transactions.ts';
import { isVerifiable } from './urls.ts';
import { grantToUser } from './user-grant.ts';

/** The context of a step of the login. */
interface Step {
  readonly c: C;
  readonly service: TenantService;
  readonly parameters: Parameters;
  /** Absent before the first page. */
  readonly transaction?: Transaction;
  readonly state?: string;
  readonly session: Session | undefined;
}

/** `/authorize`, the login page and the consent page. */
export function loginRoutes(current: () => TenantService): Hono<TenantEnv> {
  const app = new Hono<TenantEnv>();

  app.get('/authorize', async (c) =>
    onPage(c, async () => {
      const service = current();
      const { parameters, twice } = queryParameters(new URL(c.req.url).searchParams);
      const callback = callbackOf(service.tenant, parameters);
      const ignored = withoutEffect(parameters);
      if (ignored.length > 0) c.set('note', `without effect here: ${ignored.join(', ')}`);
      if (twice !== undefined) {
        return refused(c, callback, () => refusals.malformed(`The parameter ${twice} comes more than once`));
      }
      return proceed({ c, service, parameters, session: sessionOf(c, service) });
    }),
  );

  app.get('/u/login', async (c) =>
    onPage(c, async () => {
      const { state, request, service } = stepOf(c, current());
      return loginForm(service, state, request, { status: 200, username: request.loginHint ?? '' });
    }),
  );

  app.post('/u/login', async (c) =>
    onPage(c, async () => {
      const form = await formOf(c);
      const step = stepOf(c, current());
      const { service, state, request } = step;
      const { tenant, logins } = service;
      const candidates = usersFor(service.tenant, request);
      let user: User;
      try {
        const picked = form.get('user');
        user =
          picked === undefined
            ? checkPassword({
                tenant,
                logins,
                connections: connectionsFor(service.tenant, request),
                username: form.get('username') ?? '',
                password: form.get('password') ?? '',
              })
            : (candidates.find(({ userId }) => userId === picked) ?? refusals.wrongPassword());
      } catch (error) {
        if (!(error instanceof TokenError)) throw error;
        c.set('reason', error.message);
        const status = error.status === 429 ? 429 : 400;
        const problem = error.message.replace(/\.$/, '');
        return loginForm(service, state, request, { status, username: form.get('username') ?? '', problem });
      }
      const { sessions } = service.state;
      if (user.blocked) {
        service.state.transactions.end(state);
        return refused(c, request.callback, () => refusals.blockedUser());
      }
      sessions.end(readCookie(c, SESSION_COOKIE));
      const { cookie, session } = sessions.begin(user.userId);
      writeCookie(c, SESSION_COOKIE, cookie, IDLE_SESSION_LIFETIME);
      step.transaction.sid = session.sid;
      step.transaction.isLoggedIn = true;
      return proceed({ ...step, session });
    }),
  );

  app.get('/u/consent', async (c) =>
    onPage(c, async () => {
      const step = stepOf(c, current());
      const user = consentingUser(step);
      const { service, request, state } = step;
      const { scopes } = grantToUser({ ...request, tenant: service.tenant, user });
      const formActions = ["'self'", formAction(request.callback.url)];
      return consentPage({ state, client: request.client, user, api: request.api, scopes, formActions });
    }),
  );

  app.post('/u/consent', async (c) =>
    onPage(c, async () => {
      const form = await formOf(c);
      const step = stepOf(c, current());
      const { service, request, state } = step;
      const user = consentingUser(step);
      const { client, callback, api } = request;
      if (form.get('action') !== 'accept') {
        service.state.transactions.end(state);
        if (client.login.keepsErrors) throw new PageError(403, ['access_denied', 'The user declined.']);
        return refused(c, callback, () => refusals.consentDeclined());
      }
      const { scopes } = grantToUser({ ...request, tenant: service.tenant, user });
      service.state.consents.remember(user.userId, client.clientId, api?.identifier, scopes);
      return refused(c, callback, () => finish(step, request, user, scopes));
    }),
  );

  return app;
}

/** Continues a login: to the page that needs the user, or to its end. */
async function proceed(step: Step): Promise<Response> {
  const { c, service, parameters, session } = step;
  const callback = callbackOf(service.tenant, parameters);
  return refused(c, callback, async () => {
    const request = authorizationRequest(service.tenant, callback, parameters);
    const isSilent = request.prompts.includes('none');
    const user = userOf(step, request);
    if (user === undefined) return isSilent ? refusals.loginRequired() : ask(step, 'login');
    if (user.blocked) return refusals.blockedUser();
    const { scopes } = grantToUser({ ...request, tenant: service.tenant, user });
    const needed = needsConsent(request);
    const isForced = request.prompts.includes('consent');
    const isKnown = service.state.consents.cover(user.userId, request.client.clientId, request.api?.identifier, scopes);
    if (isForced || (needed && !isKnown)) {
      return isSilent ? refusals.consentRequired() : ask({ ...step, session }, 'consent');
    }
    return finish(step, request, user, needed ? scopes : request.scopes);
  });
}

/** The session's user, if no new login is required. */
function userOf({ service, session, transaction }: Step, request: AuthorizationRequest): User | undefined {
  if (session === undefined) return undefined;
  const isFresh = transaction?.isLoggedIn === true && transaction.sid === session.sid;
  const mustAsk = request.prompts.some((prompt) => prompt === 'login' || prompt === 'select_account');
  const age = Math.floor(service.clock() / 1000) - session.authTime;
  const isTooOld = request.maxAge !== undefined && age >= request.maxAge;
  if (!isFresh && (mustAsk || isTooOld)) return undefined;
  return usersFor(service.tenant, request).find(({ userId }) => userId === session.userId);
}

/**
 * Whether the user must consent. On localhost Auth0 cannot verify even a first-party client.
 * Source: https://auth0.com/docs/get-started/applications/third-party-applications/user-consent-and-third-party-applications
 */
function needsConsent({ client, callback, api }: AuthorizationRequest): boolean {
  if (!client.firstParty || api?.skipsConsent === false) return true;
  return !isVerifiable(callback.url) && !client.login.skipsConfirmation;
}

/** Redirects to the page, in a new transaction if there is none. */
function ask({ c, service, parameters, transaction, state, session }: Step, what: 'login' | 'consent'): Response {
  const { transactions } = service.state;
  let at = state;
  let open = transaction;
  if (at === undefined || open === undefined) {
    const browser = readCookie(c, BROWSER_COOKIE) ?? randomBytes(24).toString('base64url');
    writeCookie(c, BROWSER_COOKIE, browser, IDLE_SESSION_LIFETIME);
    at = transactions.begin(parameters, browser);
    open = transactions.find(at, browser);
  }
  if (open !== undefined && what === 'consent') open.sid = session?.sid;
  return c.redirect(`/u/${what}?state=${at}`);
}

/** Ends a login with a code, unless an Action denies it. */
async function finish(
  { c, service, parameters, state, session }: Step,
  { client, callback, api, challenge, nonce, prompts, maxAge, scopes: requestedScopes }: AuthorizationRequest,
  user: User,
  scopes: readonly string[],
): Promise<Response> {
  if (state !== undefined) service.state.transactions.end(state);
  const { tenant, runAction } = service;
  const changes = await runActions('post-login', runAction, {
    tenant,
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
    now: service.clock(),
  });
  const tellsTime = prompts.includes('login') || maxAge !== undefined;
  const login = { sid: session?.sid, nonce, authTime: tellsTime ? session?.authTime : undefined };
  const code = service.state.codes.issue({
    clientId: client.clientId,
    userId: user.userId,
    audience: api?.identifier,
    scopes,
    redirectUri: callback.sent,
    challenge,
    login,
    changes,
  });
  return respond(callback, { code });
}

type OpenStep = Step & Required<Pick<Step, 'transaction' | 'state'>> & { readonly request: AuthorizationRequest };

/** @throws PageError if the page belongs to no login of this browser */
function stepOf(c: C, service: TenantService): OpenStep {
  const state = c.req.query('state') ?? '';
  const transaction = service.state.transactions.find(state, readCookie(c, BROWSER_COOKIE));
  if (transaction === undefined) {
    throw new PageError(400, [
      'This page belongs to no login of this browser, or to one that has ended.',
      'Go back to the application and log in again.',
    ]);
  }
  const { parameters } = transaction;
  const request = authorizationRequest(service.tenant, callbackOf(service.tenant, parameters), parameters);
  return { c, service, parameters, transaction, state, request, session: sessionOf(c, service) };
}

/** @throws PageError if another user has logged in since */
function consentingUser({ service, session, transaction, request }: OpenStep): User {
  const user = usersFor(service.tenant, request).find(({ userId }) => userId === session?.userId);
  if (session === undefined || session.sid !== transaction.sid || user === undefined || user.blocked) {
    throw new PageError(400, ['This login has ended.', 'Go back to the application and log in again.']);
  }
  return user;
}

function sessionOf(c: C, { state }: TenantService): Session | undefined {
  return state.sessions.find(readCookie(c, SESSION_COOKIE));
}

function loginForm(
  service: TenantService,
  state: string,
  request: AuthorizationRequest,
  { status, username, problem }: { status: number; username: string; problem?: string },
): Promise<Response> {
  const formActions = ["'self'", formAction(request.callback.url)];
  const users = usersFor(service.tenant, request);
  return loginPage(status, { state, client: request.client, users, username, problem, formActions });
}
