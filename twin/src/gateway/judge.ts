import type { Authorizer } from '../model/http-api.ts';
import { printable } from '../common/printable.ts';
import { isStringList } from '../common/shapes.ts';
import type { Check, CheckName, CheckResult, Claims } from './decision.ts';
import { insufficientScope, invalidToken } from './errors.ts';

/**
 * Checks the claims of a token with a valid signature. The gateway and the access report both use this function.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 * @param scopes those of the route; the token needs one of them, unless there are none
 * @param now seconds since 1970
 */
export function judgeClaims(
  claims: Claims,
  authorizer: Authorizer,
  scopes: readonly string[],
  now: number,
): CheckResult {
  const checks: Check[] = [];
  for (const [name, passed, expected, actual] of claimChecks(claims, authorizer, scopes, now)) {
    checks.push({ name, outcome: passed ? 'passed' : 'failed', expected, actual });
    if (!passed) {
      return { checks, refusal: name === 'scope' ? insufficientScope(scopes) : invalidToken(name, scopes) };
    }
  }
  return { checks, refusal: undefined };
}

type ClaimCheck = readonly [name: CheckName, passed: boolean, expected: string, actual: string];

function* claimChecks(
  claims: Claims,
  { issuer, audiences }: Authorizer,
  scopes: readonly string[],
  now: number,
): Generator<ClaimCheck> {
  yield ['issuer', claims['iss'] === issuer, issuer, shown(claims['iss'])];
  const aud = audienceOf(claims);
  yield ['audience', aud.some((one) => audiences.includes(one)), audiences.join(' or '), shown(namedAudience(claims))];
  // A token without `exp` would never expire. No source says whether the service rejects it; the twin does.
  yield ['expiry', isTime(claims['exp']) && claims['exp'] > now, `after ${now}`, shownTime(claims['exp'])];
  yield ['not before', notInFuture(claims['nbf'], now), `at ${now} or before`, shownTime(claims['nbf'])];
  yield ['issued at', notInFuture(claims['iat'], now), `at ${now} or before`, shownTime(claims['iat'])];
  const held = scopesOf(claims);
  const passed = scopes.length === 0 || held.some((one) => scopes.includes(one));
  yield ['scope', passed, scopes.length === 0 ? 'any' : scopes.join(' or '), shownScope(claims, held)];
}

/** The claim with the token's scopes: `scope`, or `scp` if there is no `scope`. */
export function scopeClaim(claims: Claims): { readonly name: 'scope' | 'scp'; readonly value: unknown } {
  const { scope, scp } = claims;
  const isThere = (value: unknown): boolean => value !== undefined && value !== null;
  return isThere(scp) && !isThere(scope) ? { name: 'scp', value: scp } : { name: 'scope', value: scope };
}

/** The token's scopes. A list counts in `scp`, as Okta sends it (captured by users), and not in `scope` (unsettled). */
export function scopesOf(claims: Claims): string[] {
  const { name, value } = scopeClaim(claims);
  if (name === 'scp' && isStringList(value)) return [...value];
  return typeof value === 'string' ? value.split(' ').filter((word) => word !== '') : [];
}

/** A scope claim that is not a string is shown, although it does not count. */
function shownScope(claims: Claims, held: readonly string[]): string {
  const { value = '' } = scopeClaim(claims);
  return typeof value === 'string' ? held.join(' ') : printable(JSON.stringify(value), 200);
}

/** A list counts in `aud` only; `client_id` is one string. */
function audienceOf(claims: Claims): readonly string[] {
  const one = namedAudience(claims);
  if (typeof one === 'string') return [one];
  const { aud } = claims;
  return isStringList(aud) ? aud : [];
}

/** `client_id` counts only without `aud`. Source: http-api-troubleshooting-jwt */
function namedAudience(claims: Claims): unknown {
  return Object.hasOwn(claims, 'aud') ? claims['aud'] : claims['client_id'];
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function notInFuture(value: unknown, now: number): boolean {
  return value === undefined || (isTime(value) && value <= now);
}

/** A string is not a valid NumericDate, so it is shown quoted. */
function shownTime(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : typeof value === 'number' ? String(value) : shown(value);
}

/** Returns a value of a token for a trace. */
export function shown(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? 'nothing' : JSON.stringify(value);
}
