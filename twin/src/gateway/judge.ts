import type { Authorizer } from '../model/http-api.ts';
import { printable } from '../common/printable.ts';
import type { Check, CheckName, Claims, Refusal } from './decision.ts';
import { insufficientScope, invalidToken } from './errors.ts';

/** What a list of checks came to: all passed, or the last one failed and this is the answer. */
export interface Verdict {
  readonly checks: readonly Check[];
  readonly refusal: Refusal | undefined;
}

/**
 * Judges the claims of a token whose signature is good. This is the one place where it is decided whether a caller may
 * use a route: the gateway asks it about a request, the access report about a cell.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 * @param scopes the route's; the token needs one of them, unless there are none
 * @param now seconds since 1970
 */
export function judgeClaims(claims: Claims, authorizer: Authorizer, scopes: readonly string[], now: number): Verdict {
  const checks: Check[] = [];
  for (const [name, passed, wanted, got] of claimChecks(claims, authorizer, scopes, now)) {
    checks.push({ name, outcome: passed ? 'passed' : 'failed', wanted, got });
    if (!passed) {
      return { checks, refusal: name === 'scope' ? insufficientScope(scopes) : invalidToken(name, scopes) };
    }
  }
  return { checks, refusal: undefined };
}

type ClaimCheck = readonly [name: CheckName, passed: boolean, wanted: string, got: string];

function* claimChecks(
  claims: Claims,
  { issuer, audiences }: Authorizer,
  scopes: readonly string[],
  now: number,
): Generator<ClaimCheck> {
  yield ['issuer', claims['iss'] === issuer, issuer, shown(claims['iss'])];
  const aud = audienceOf(claims);
  yield ['audience', aud.some((one) => audiences.includes(one)), audiences.join(' or '), shown(namedAudience(claims))];
  // A token without `exp` is refused, although no source says so: it would live for ever.
  yield ['expiry', isTime(claims['exp']) && claims['exp'] > now, `after ${now}`, shownTime(claims['exp'])];
  yield ['not before', notInFuture(claims['nbf'], now), `at ${now} or before`, shownTime(claims['nbf'])];
  yield ['issued at', notInFuture(claims['iat'], now), `at ${now} or before`, shownTime(claims['iat'])];
  const held = scopesOf(claims);
  const passed = scopes.length === 0 || held.some((one) => scopes.includes(one));
  yield ['scope', passed, scopes.length === 0 ? 'any' : scopes.join(' or '), shownScope(claims, held)];
}

/** What a token says of its scopes: `scope`, or `scp` where there is no `scope`. */
export function scopeClaim(claims: Claims): { readonly name: 'scope' | 'scp'; readonly value: unknown } {
  const { scope, scp } = claims;
  const isThere = (value: unknown): boolean => value !== undefined && value !== null;
  return isThere(scp) && !isThere(scope) ? { name: 'scp', value: scp } : { name: 'scope', value: scope };
}

/**
 * The scopes that a token holds: `scope`, or else `scp`, separated by spaces. Okta's `scp` is a list, which counts (captured
 * by users). A list in `scope` is not settled: none.
 */
export function scopesOf(claims: Claims): string[] {
  const { name, value } = scopeClaim(claims);
  if (name === 'scp' && isStringList(value)) return [...value];
  return typeof value === 'string' ? value.split(' ').filter((word) => word !== '') : [];
}

/** A value that is no text is there all the same: it is shown, though it does not count. */
function shownScope(claims: Claims, held: readonly string[]): string {
  const { value = '' } = scopeClaim(claims);
  return typeof value === 'string' ? held.join(' ') : printable(JSON.stringify(value), 200);
}

/** A list counts as `aud` only; `client_id` is one text. */
function audienceOf(claims: Claims): readonly string[] {
  const one = namedAudience(claims);
  if (typeof one === 'string') return [one];
  const { aud } = claims;
  return isStringList(aud) ? aud : [];
}

/** Whether a claim is a list of strings. */
export function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

/** `client_id` counts only where there is no `aud`. Source: http-api-troubleshooting-jwt */
function namedAudience(claims: Claims): unknown {
  return Object.hasOwn(claims, 'aud') ? claims['aud'] : claims['client_id'];
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function notInFuture(value: unknown, now: number): boolean {
  return value === undefined || (isTime(value) && value <= now);
}

/** A time that is a text keeps its quotes: it is none. */
function shownTime(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : typeof value === 'number' ? String(value) : shown(value);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? 'nothing' : JSON.stringify(value);
}
