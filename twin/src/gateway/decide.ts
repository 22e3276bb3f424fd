import type { KeyObject } from 'node:crypto';
import { printable } from '../common/printable.ts';
import { withoutTokens } from '../common/token-text.ts';
import type { Authorizer, HttpApi, Route } from '../model/http-api.ts';
import { allChecks, type Check, type CheckName, type Claims, type Decision, type Refusal } from './decision.ts';
import { BAD_REQUEST, invalidToken, NO_TOKEN, NOT_FOUND, TOO_MANY_REQUESTS } from './errors.ts';
import { judgeClaims } from './judge.ts';
import { isSignedBy, isSupportedAlgorithm, parseJwt } from './jwt.ts';
import { matchRoute, type Match } from './match.ts';
import type { Take } from './throttle.ts';
import { headerValues, parseTarget, queryParameters, type GatewayRequest } from './request.ts';

/** What the gateway knows of an issuer's keys: the keys by their id, or why it could not get them. */
export type IssuerKeys =
  | { readonly kind: 'keys'; readonly keys: ReadonlyMap<string, KeyObject> }
  | { readonly kind: 'unreachable'; readonly description: string };

interface Circumstances {
  readonly api: HttpApi;
  readonly keysOf: (issuer: string) => IssuerKeys;
  readonly take: Take;
  /** Seconds since 1970. */
  readonly now: number;
}

type Asked = Pick<GatewayRequest, 'method' | 'target' | 'rawHeaders'>;

/** What the checks of a token came to. */
interface TokenVerdict {
  readonly checks: readonly Check[];
  readonly claims?: Claims;
  readonly refusal: Refusal | undefined;
}

/** Decides about a request, from plain data to plain data. */
export function decide(request: Asked, { api, keysOf, take, now }: Circumstances): Decision {
  const { method } = request;
  const target = parseTarget(request.target);
  // A decision is shown and kept: a token that somebody put into the path does not belong there.
  const shown = withoutTokens(target.path, '(a token)');
  if (target.kind === 'malformed') {
    const check = failed('path', 'a plain absolute path', target.reason);
    return decision(method, shown, undefined, { checks: [check], refusal: BAD_REQUEST });
  }
  const path = passed('path', 'a plain absolute path', shown);
  const match = matchRoute(api.routes, method, target.segments);
  if (match === undefined) {
    const wanted = api.routes.map(({ routeKey }) => routeKey).join(', ');
    const check = failed('route', wanted, `${method} ${shown}`);
    return decision(method, shown, undefined, { checks: [path, check], refusal: NOT_FOUND });
  }
  const { authorizer, scopes, routeKey } = match.route;
  const before = [path, passed('route', routeKey, `${method} ${shown}`)];
  if (!take(routeKey)) {
    const check = failed('throttle', `something left for ${routeKey}`, 'nothing');
    return decision(method, shown, match, { checks: [...before, check], refusal: TOO_MANY_REQUESTS });
  }
  before.push(passed('throttle', `something left for ${routeKey}`, 'something'));
  if (authorizer === undefined) {
    return decision(method, shown, match, { checks: before, refusal: undefined });
  }
  const presented = presentedTokens(request, authorizer, target.rawQuery);
  const verdict = judgeToken(presented, authorizer, scopes, keysOf, now);
  return decision(method, shown, match, { ...verdict, checks: [...before, ...verdict.checks] });
}

/** The route that takes a request, before anything else is asked. */
export function routeOf(
  { method, target }: Pick<GatewayRequest, 'method' | 'target'>,
  api: HttpApi,
): Route | undefined {
  const parsed = parseTarget(target);
  return parsed.kind === 'path' ? matchRoute(api.routes, method, parsed.segments)?.route : undefined;
}

function judgeToken(
  presented: readonly string[],
  authorizer: Authorizer,
  scopes: readonly string[],
  keysOf: Circumstances['keysOf'],
  now: number,
): TokenVerdict {
  const { from, name } = authorizer.identitySource;
  const source = from === 'header' ? `the ${name} header` : `the query parameter ${name}`;
  if (presented.every((value) => value === '')) {
    return { checks: [failed('token', `a token in ${source}`, 'nothing')], refusal: NO_TOKEN };
  }
  const checks: Check[] = [passed('token', `a token in ${source}`, 'one')];
  const refuse = (name: CheckName, wanted: string, got: string, description?: string): TokenVerdict => ({
    checks: [...checks, failed(name, wanted, got)],
    refusal: invalidToken(name, scopes, description),
  });
  const pass = (name: CheckName, wanted: string, got: string): void => void checks.push(passed(name, wanted, got));

  const [value = ''] = presented;
  if (presented.length > 1) return refuse('format', 'one token', `${presented.length} values`);
  const parsed = parseJwt(bearerToken(value));
  if (parsed.kind === 'segments') return refuse('format', 'three segments', String(parsed.count));
  if (parsed.kind === 'malformed') {
    return refuse(
      'format',
      'base64url of JSON objects, and a signature',
      `a malformed ${parsed.part}`,
      'the token is malformed',
    );
  }
  pass('format', 'three segments', '3');

  const { header, claims } = parsed.jwt;
  const { alg, kid } = header;
  const algorithms = 'RS256, RS384 or RS512';
  if (!isSupportedAlgorithm(alg)) {
    const named = typeof alg === 'string' && /^[A-Za-z0-9-]{1,16}$/.test(alg) ? `${alg} ` : '';
    return refuse('algorithm', algorithms, shownHeader(alg), `signing method ${named}is invalid`);
  }
  pass('algorithm', algorithms, alg);
  // RFC 7515, section 4.1.11: who does not understand what `crit` names must refuse the token.
  if (Object.hasOwn(header, 'crit')) {
    return refuse('crit', 'no crit', printable(JSON.stringify(header['crit']), 200));
  }
  pass('crit', 'no crit', 'nothing');

  const known = keysOf(authorizer.issuer);
  if (known.kind === 'unreachable')
    return refuse('key', `the keys of ${authorizer.issuer}`, 'no answer', known.description);
  const key = typeof kid === 'string' ? known.keys.get(kid) : undefined;
  const kids = [...known.keys.keys()].join(' or ');
  if (key === undefined) return refuse('key', kids, shownHeader(kid));
  pass('key', kids, shownHeader(kid));

  if (!isSignedBy(key, alg, parsed.jwt)) return refuse('signature', 'a signature by that key', 'another');
  pass('signature', 'a signature by that key', 'it is');

  const verdict = judgeClaims(claims, authorizer, scopes, now);
  return { checks: [...checks, ...verdict.checks], claims, refusal: verdict.refusal };
}

/** What the client put where the authorizer looks. */
function presentedTokens({ rawHeaders }: Asked, { identitySource }: Authorizer, rawQuery: string): string[] {
  if (identitySource.from === 'header') return headerValues(rawHeaders, identitySource.name);
  return queryParameters(rawQuery)
    .filter(([name]) => name === identitySource.name)
    .map(([, value]) => value);
}

/** The prefix is optional. Whether another spelling of it is taken is not settled: the twin takes this one only. */
function bearerToken(value: string): string {
  return value.startsWith('Bearer ') ? value.slice('Bearer '.length) : value;
}

function shownHeader(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? 'nothing' : JSON.stringify(value);
}

function passed(name: CheckName, wanted: string, got: string): Check {
  return { name, outcome: 'passed', wanted, got };
}

function failed(name: CheckName, wanted: string, got: string): Check {
  return { name, outcome: 'failed', wanted, got };
}

function decision(method: string, path: string, match: Match | undefined, verdict: TokenVerdict): Decision {
  const route: Route | undefined = match?.route;
  return {
    method,
    path,
    route,
    pathParameters: match?.pathParameters ?? {},
    checks: allChecks(verdict.checks),
    claims: verdict.claims,
    refusal: verdict.refusal,
  };
}
