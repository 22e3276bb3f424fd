import { byText } from '../common/order.ts';
import type { Route } from '../model/http-api.ts';
import type { Model } from '../model/model.ts';
import type { Check, Claims } from '../gateway/decision.ts';
import { judgeClaims, scopesOf } from '../gateway/judge.ts';
import { accessClaims } from '../tenant/claims.ts';
import { decideGrant } from '../tenant/decide-grant.ts';
import { decideLogin } from '../tenant/decide-login.ts';
import { TokenError } from '../tenant/errors.ts';
import { LoginAttempts } from '../tenant/login-attempts.ts';
import { callersOf, type Ask, type Caller } from './callers.ts';
import type { Verdict } from './data.ts';

export type Answer = { readonly ask: Ask } & (
  { readonly kind: 'token'; readonly claims: Claims } | { readonly kind: 'refused'; readonly refusal: TokenError }
);

export interface Cell {
  readonly caller: Caller;
  readonly route: Route;
  readonly allowed: boolean;
  readonly reason: Verdict;
  /** The token request that decides and the tenant's response; absent if no token matters. */
  readonly answer: Answer | undefined;
}

export interface Access {
  readonly callers: readonly Caller[];
  readonly rows: readonly { readonly route: Route; readonly cells: readonly Cell[] }[];
  readonly answers: ReadonlyMap<Caller, readonly Answer[]>;
}

/**
 * Returns the verdict for every caller on every route, with all scopes that the caller can get. The local tenant
 * decides about the token, and the local gateway about the route.
 * @param now the time of the tokens' claims, in seconds since 1970
 */
export function accessOf({ stack, tenant, api }: Model, now = 0): Access {
  const callers = callersOf(tenant, stack);
  const answers = new Map(callers.map((caller) => [caller, caller.asks.map((ask) => answerTo(ask, now))]));
  const rows = api.routes
    .toSorted((a, b) => byText(pathFirst(a.routeKey), pathFirst(b.routeKey)))
    .map((route) => ({
      route,
      cells: callers.map((caller) => cellOf(caller, route, answers.get(caller) ?? [], now)),
    }));
  return { callers, rows, answers };
}

/** Returns the tenant's response to a token request at a time in seconds since 1970. */
export function answerTo(ask: Ask, now: number): Answer {
  const { tenant, client, api, parameters, user } = ask;
  try {
    const granted =
      user === undefined
        ? decideGrant({ tenant, client, parameters, logins: new LoginAttempts() })
        : decideLogin(tenant, parameters, user);
    return { kind: 'token', ask, claims: accessClaims(tenant, granted, api, now) };
  } catch (error) {
    if (error instanceof TokenError) return { kind: 'refused', ask, refusal: error };
    throw error;
  }
}

function cellOf(caller: Caller, route: Route, answers: readonly Answer[], now: number): Cell {
  const { authorizer } = route;
  if (authorizer === undefined) return { caller, route, allowed: true, reason: { kind: 'public' }, answer: undefined };
  const tried = answers.map((answer) => ({ answer, ...judged(answer, route, now) }));
  // The best response passes the most checks. Among rejections, prefer an API whose tokens the route accepts.
  const nearness = ({ answer, passed }: (typeof tried)[number]): number =>
    passed + (authorizer.audiences.includes(answer.ask.api.identifier) ? 100 : 0);
  const best = tried.find(({ allowed }) => allowed) ?? tried.toSorted((a, b) => nearness(b) - nearness(a))[0];
  if (best === undefined) {
    return { caller, route, allowed: false, reason: { kind: 'no token', why: whyNone(caller) }, answer: undefined };
  }
  return { caller, route, allowed: best.allowed, reason: best.reason, answer: best.answer };
}

/** Returns the gateway's verdict on a token, and how many of its checks passed. */
function judged(
  answer: Answer,
  { authorizer, scopes }: Route,
  now: number,
): Pick<Cell, 'allowed' | 'reason'> & { readonly passed: number } {
  if (authorizer === undefined) throw new Error('a public route is judged without a token');
  if (answer.kind === 'refused') {
    return { allowed: false, reason: { kind: 'no token', why: answer.refusal.inShort }, passed: 0 };
  }
  const { checks, refusal } = judgeClaims(answer.claims, authorizer, scopes, now);
  const failed = checks.find(({ outcome }) => outcome === 'failed');
  const passed = checks.length;
  if (refusal === undefined && failed === undefined) {
    const held = scopesOf(answer.claims)
      .filter((scope) => scopes.includes(scope))
      .toSorted();
    const reason: Verdict = scopes.length === 0 ? { kind: 'any token' } : { kind: 'scopes', scopes: held };
    return { allowed: true, reason, passed };
  }
  if (failed === undefined) throw new Error('the gateway refused claims of which no check failed');
  const reason: Verdict =
    failed.name === 'scope'
      ? { kind: 'lacks', scopes: scopes.toSorted() }
      : rejection(failed, answer.ask.api.identifier, authorizer.audiences);
  return { allowed: false, reason, passed };
}

/** Shows only the API as the actual audience, since a user's token may also have the one of /userinfo. */
function rejection({ name, expected, actual }: Check, api: string, audiences: readonly string[]): Verdict {
  return name === 'audience'
    ? { kind: 'rejected token', check: name, expected: [...audiences], actual: api }
    : { kind: 'rejected token', check: name, expected: [expected], actual };
}

function whyNone(caller: Caller): string {
  if (caller.kind === 'anyone') return '';
  if (caller.kind === 'user') return 'no client may log users in';
  if (caller.kind === 'role') return 'no API is declared';
  if (caller.grantType === undefined) return 'the client has no grant type';
  return caller.grantType === 'client_credentials' ? 'no API is declared' : 'no user is declared';
}

/** Returns a sort key: `/path METHOD`, with $default last. */
function pathFirst(routeKey: string): string {
  const [method = '', path] = routeKey.split(' ');
  return path === undefined ? `\u{10ffff}${method}` : `${path} ${method}`;
}
