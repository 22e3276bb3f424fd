import { failedCheck, type Check, type Decision } from './decision.ts';
import { scopeClaim } from './judge.ts';
import type { Exchange } from './pipeline.ts';

/** Says in one sentence why a request was rejected; the service only says Unauthorized. */
export function explain(decision: Decision): string {
  const check = failedCheck(decision);
  if (check === undefined || decision.refusal === undefined) return 'allowed';
  return EXPLANATIONS[check.name](check, decision);
}

/** Returns why a request was rejected or failed, or the outcome of a preflight; empty if there is nothing to explain. */
export function reasonOf({ decision, response, preflight, integrationError = '' }: Exchange): string {
  // The gateway answers a preflight itself. One that reached a protected route failed for the authorizer's reason.
  if (preflight !== undefined && response.status === 204) return preflight;
  return decision.refusal === undefined ? (integrationError.split('\n', 1)[0] ?? '') : explain(decision);
}

const EXPLANATIONS: Readonly<Record<Check['name'], (check: Check, decision: Decision) => string>> = {
  path: ({ actual }) => actual,
  route: ({ expected, actual }) => `no route matches ${actual}; the API has ${expected === '' ? 'none' : expected}`,
  throttle: ({ expected }) => `throttled: no ${expected}`,
  token: ({ expected }) => `the route needs ${expected}; the request has none`,
  format: ({ expected, actual }) => `the token is not a JWT: it needs ${expected}, and has ${actual}`,
  algorithm: ({ expected, actual }) => `the token is signed with ${actual}; the authorizer accepts ${expected}`,
  crit: ({ actual }) =>
    `the token's header has crit, ${actual}: a verifier must reject extensions that it does not know, and the authorizer knows none`,
  key: ({ expected, actual }) =>
    actual === 'no answer'
      ? `${expected} cannot be fetched`
      : `the token names the key ${actual}; the issuer publishes ${expected === '' ? 'none' : expected}`,
  signature: () =>
    "the token's signature does not match the key that it names: the token was changed, or signed with another key",
  issuer: ({ expected, actual }) =>
    `the token's issuer is ${actual}, the authorizer requires ${expected}${slash(expected, actual)}`,
  audience: ({ expected, actual }) => `the token is for ${actual}, the authorizer requires ${expected}`,
  expiry: (check) => expiry(check),
  'not before': ({ actual }) => `the token is not valid before ${instant(actual)}`,
  'issued at': ({ actual }) => `the token says it was issued at ${instant(actual)}, which is not in the past`,
  scope: ({ expected, actual }, { claims = {} }) =>
    `the route needs ${expected}; the token's ${scopeClaim(claims).name} is ${actual || 'empty'}`,
};

function slash(expected: string, actual: string): string {
  if (expected === `${actual}/`) return ": the token's issuer lacks the final slash";
  if (actual === `${expected}/`) return ": the authorizer's issuer lacks the final slash";
  return '';
}

function expiry({ expected, actual }: Check): string {
  if (actual === 'nothing') return 'the token has no exp, so it would never expire';
  const ago = Number(expected.replace('after ', '')) - Number(actual);
  return Number.isNaN(ago) ? `the token's exp is ${actual}` : `the token expired ${ago} s ago, at ${instant(actual)}`;
}

/** Seconds since 1970 as an ISO date; any other string unchanged. */
function instant(seconds: string): string {
  const date = new Date(Number(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? seconds : date.toISOString();
}
