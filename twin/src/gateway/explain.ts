import { failedCheck, type Check, type Claims, type Decision } from './decision.ts';
import { isStringList, scopeClaim } from './judge.ts';

/** Says in one sentence why a request was rejected; the service only says Unauthorized. */
export function explain(decision: Decision): string {
  const check = failedCheck(decision);
  if (check === undefined || decision.refusal === undefined) return 'allowed';
  return `${decision.refusal.status}: ${EXPLANATIONS[check.name](check, decision)}`;
}

const EXPLANATIONS: Readonly<Record<Check['name'], (check: Check, decision: Decision) => string>> = {
  path: ({ got }) => got,
  route: ({ wanted, got }) => `no route matches ${got}; the API has ${wanted === '' ? 'none' : wanted}`,
  throttle: ({ wanted }) => `throttled: no ${wanted}`,
  token: ({ wanted }) => `the route needs ${wanted}; the request has none`,
  format: ({ wanted, got }) => `the token is not a JWT: it needs ${wanted}, and has ${got}`,
  algorithm: ({ wanted, got }) => `the token is signed with ${got}; the authorizer accepts ${wanted}`,
  crit: ({ got }) =>
    `the token's header has crit, ${got}: a verifier must reject extensions that it does not know, and the authorizer knows none`,
  key: ({ wanted, got }) =>
    got === 'no answer'
      ? `${wanted} cannot be fetched`
      : `the token names the key ${got}; the issuer publishes ${wanted === '' ? 'none' : wanted}`,
  signature: () =>
    "the token's signature does not match the key that it names: the token was changed, or signed with another key",
  issuer: ({ wanted, got }) => `the token's issuer is ${got}, the authorizer requires ${wanted}${slash(wanted, got)}`,
  audience: ({ wanted, got }) => `the token is for ${got}, the authorizer requires ${wanted}`,
  expiry: (check) => expiry(check),
  'not before': ({ got }) => noTime('nbf', got) ?? `the token is not valid before ${instant(got)}`,
  'issued at': ({ got }) =>
    noTime('iat', got) ?? `the token says it was issued at ${instant(got)}, which is in the future`,
  scope: ({ wanted, got }, { claims = {} }) => `the route needs ${wanted}; the token's ${heldScope(got, claims)}`,
};

/** The token's scope claim; says why a claim that is not a string does not count. */
function heldScope(got: string, claims: Claims): string {
  const { name, value } = scopeClaim(claims);
  if (got === '') return `${name} is empty`;
  if (typeof value === 'string' || (name === 'scp' && isStringList(value))) return `${name} is ${got}`;
  return `${name} is ${got}, which is ${Array.isArray(value) ? 'a list' : 'not a string'} and does not count`;
}

function slash(wanted: string, got: string): string {
  if (wanted === `${got}/`) return ": the token's issuer lacks the final slash";
  if (got === `${wanted}/`) return ": the authorizer's issuer lacks the final slash";
  return '';
}

function expiry({ wanted, got }: Check): string {
  if (got === 'nothing') return 'the token has no exp, so it would never expire';
  const ago = Number(wanted.replace('after ', '')) - Number(got);
  return noTime('exp', got) ?? `the token expired ${ago} s ago, at ${instant(got)}`;
}

/** A message for a claim that is not a number of seconds. */
function noTime(claim: string, got: string): string | undefined {
  return Number.isFinite(Number(got)) ? undefined : `the token's ${claim} is ${got}, which is not a number of seconds`;
}

/** Seconds since 1970 as an ISO date; any other string unchanged. */
function instant(seconds: string): string {
  const date = new Date(Number(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? seconds : date.toISOString();
}
