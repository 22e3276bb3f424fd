import type { Route } from '../model/http-api.ts';

/** The gateway's checks, in order. */
const CHECKS = [
  'path',
  'route',
  'throttle',
  'token',
  'format',
  'algorithm',
  'crit',
  'key',
  'signature',
  'issuer',
  'audience',
  'expiry',
  'not before',
  'issued at',
  'scope',
] as const;
export type CheckName = (typeof CHECKS)[number];

/** The outcome of one check: the expected value and the actual one. */
export interface Check {
  readonly name: CheckName;
  readonly outcome: 'passed' | 'failed' | 'not reached';
  readonly expected: string;
  readonly actual: string;
}

/** The payload of a token, of unverified shape. */
export type Claims = Readonly<Record<string, unknown>>;

/** The gateway's response to a request that it rejects. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 429;
  readonly wwwAuthenticate?: string;
  /** The value of `$context.authorizer.error` in an access log. */
  readonly authorizerError?: string;
}

/** The checks that were made; without a refusal, all of them passed. */
export interface CheckResult {
  readonly checks: readonly Check[];
  readonly claims?: Claims;
  readonly refusal: Refusal | undefined;
}

/** The authorization of one request. It contains no signature, secret or body, so it may be logged and shown. */
export interface Decision {
  readonly method: string;
  readonly path: string;
  readonly route: Route | undefined;
  readonly pathParameters: Readonly<Record<string, string>>;
  /** All checks in order, including those that were not reached. */
  readonly checks: readonly Check[];
  /** The claims, if the signature is valid. */
  readonly claims: Claims | undefined;
  /** Absent when the request is let through. */
  readonly refusal: Refusal | undefined;
}

export function failedCheck({ checks }: Pick<Decision, 'checks'>): Check | undefined {
  return checks.find(({ outcome }) => outcome === 'failed');
}

/** Adds the checks that were not reached. */
export function allChecks(made: readonly Check[]): Check[] {
  return CHECKS.map(
    (name) => made.find((check) => check.name === name) ?? { name, outcome: 'not reached', expected: '', actual: '' },
  );
}
