import { printable } from '../common/printable.ts';
import { withoutTokens } from '../common/token-text.ts';
import type { Authorizer, Route } from '../model/http-api.ts';
import { allChecks, type Check, type CheckName, type CheckResult, type Decision, type Refusal } from './decision.ts';
import { BAD_REQUEST, invalidToken, NO_TOKEN, NOT_FOUND, TOO_MANY_REQUESTS } from './errors.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import { judgeClaims, shown } from './judge.ts';
import { isSignedBy, isSupportedAlgorithm, parseJwt } from './jwt.ts';
import type { Match } from './match.ts';
import { headerValues, queryParameters, type GatewayRequest, type Target } from './request.ts';
import type { Take } from './throttle.ts';

interface MatchedRequest {
  readonly request: Pick<GatewayRequest, 'method' | 'rawHeaders'>;
  readonly target: Target;
  readonly match: Match | undefined;
}

interface Context {
  readonly routes: readonly Route[];
  /** For a path outside of the API's base path: the paths that the API has. */
  readonly onlyPaths?: string;
  /** The keys of the issuer that the route's authorizer trusts. */
  readonly keys: IssuerKeys;
  readonly take: Take;
  /** Seconds since 1970. */
  readonly now: number;
}

/** Decides whether a request is allowed, without side effects except for the throttle. */
export function decide(matched: MatchedRequest, context: Context): Decision {
  const { request, target, match } = matched;
  // The log and the page keep decisions, so a token in the path must not stay in them.
  const path = withoutTokens(target.path, '(a token)');
  const { checks, claims, refusal } = check(matched, path, context);
  return {
    method: request.method,
    path,
    route: match?.route,
    pathParameters: match?.pathParameters ?? {},
    checks: allChecks(checks),
    claims,
    refusal,
  };
}

function check({ request, target, match }: MatchedRequest, path: string, context: Context): CheckResult {
  const trace = new Trace();
  if (target.kind === 'malformed') return trace.fail('path', 'a plain absolute path', target.reason, BAD_REQUEST);
  trace.pass('path', 'a plain absolute path', path);
  const requestLine = `${request.method} ${path}`;
  if (match === undefined) {
    const has = context.onlyPaths ?? context.routes.map(({ routeKey }) => routeKey).join(', ');
    return trace.fail('route', has, requestLine, NOT_FOUND);
  }
  const { authorizer, routeKey, scopes } = match.route;
  trace.pass('route', routeKey, requestLine);
  const allowance = `capacity left for ${routeKey}`;
  if (!context.take(routeKey)) return trace.fail('throttle', allowance, 'none', TOO_MANY_REQUESTS);
  trace.pass('throttle', allowance, 'some');
  if (authorizer === undefined) return trace.end();
  return authorize(presentedTokens(request, authorizer, target), authorizer, scopes, context, trace);
}

/** The checks of the JWT authorizer. */
function authorize(
  presented: readonly string[],
  authorizer: Authorizer,
  scopes: readonly string[],
  { keys, now }: Context,
  trace: Trace,
): CheckResult {
  const { from, name } = authorizer.identitySource;
  const source = from === 'header' ? `the ${name} header` : `the query parameter ${name}`;
  const invalid = (check: CheckName, expected: string, actual: string, description?: string): CheckResult =>
    trace.fail(check, expected, actual, invalidToken(check, scopes, description));
  if (presented.every((value) => value === '')) return trace.fail('token', `a token in ${source}`, 'nothing', NO_TOKEN);
  trace.pass('token', `a token in ${source}`, 'one');

  if (presented.length > 1) return invalid('format', 'one token', `${presented.length} values`);
  const parsed = parseJwt(bearerToken(presented[0] ?? ''));
  if (parsed.kind === 'segments') return invalid('format', 'three segments', String(parsed.count));
  if (parsed.kind === 'malformed') {
    const expected = 'base64url of JSON objects, and a signature';
    return invalid('format', expected, `a malformed ${parsed.part}`, 'the token is malformed');
  }
  trace.pass('format', 'three segments', '3');

  const { header, claims } = parsed.jwt;
  const { alg, kid } = header;
  const algorithms = 'RS256, RS384 or RS512';
  if (!isSupportedAlgorithm(alg)) {
    const named = typeof alg === 'string' && /^[A-Za-z0-9-]{1,16}$/.test(alg) ? `${alg} ` : '';
    return invalid('algorithm', algorithms, shown(alg), `signing method ${named}is invalid`);
  }
  trace.pass('algorithm', algorithms, alg);
  // RFC 7515, section 4.1.11: a verifier that does not understand what `crit` names must reject the token.
  if (Object.hasOwn(header, 'crit')) return invalid('crit', 'no crit', printable(JSON.stringify(header['crit']), 200));
  trace.pass('crit', 'no crit', 'nothing');

  if (keys.kind === 'unreachable')
    return invalid('key', `the keys of ${authorizer.issuer}`, 'no answer', keys.description);
  const key = typeof kid === 'string' ? keys.keys.get(kid) : undefined;
  const kids = [...keys.keys.keys()].join(' or ');
  if (key === undefined) return invalid('key', kids, shown(kid));
  trace.pass('key', kids, shown(kid));
  if (!isSignedBy(key, alg, parsed.jwt)) return invalid('signature', 'a signature by that key', 'another');
  trace.pass('signature', 'a signature by that key', 'it is');

  const judged = judgeClaims(claims, authorizer, scopes, now);
  return { checks: [...trace.checks, ...judged.checks], claims, refusal: judged.refusal };
}

class Trace {
  readonly checks: Check[] = [];

  pass(name: CheckName, expected: string, actual: string): void {
    this.checks.push({ name, outcome: 'passed', expected, actual });
  }

  fail(name: CheckName, expected: string, actual: string, refusal: Refusal): CheckResult {
    this.checks.push({ name, outcome: 'failed', expected, actual });
    return { checks: this.checks, refusal };
  }

  end(): CheckResult {
    return { checks: this.checks, refusal: undefined };
  }
}

/** The values at the authorizer's identity source. */
function presentedTokens(
  { rawHeaders }: MatchedRequest['request'],
  { identitySource: { from, name } }: Authorizer,
  { rawQuery }: Target,
): string[] {
  if (from === 'header') return headerValues(rawHeaders, name);
  return queryParameters(rawQuery).flatMap(([parameter, value]) => (parameter === name ? [value] : []));
}

/** The prefix is optional. Whether the service accepts `bearer` is not known; the twin does not. */
function bearerToken(value: string): string {
  return value.startsWith('Bearer ') ? value.slice('Bearer '.length) : value;
}
