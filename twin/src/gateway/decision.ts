import type { Route } from '../model/http-api.ts';

/** What the gateway looks at, in its order. */
export const CHECKS = [
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
/** What the log, the report and the page call a check. */
export type CheckName = (typeof CHECKS)[number];

/** One thing that was looked at: what it had to be, and what it was. */
export interface Check {
  readonly name: CheckName;
  readonly outcome: 'passed' | 'failed' | 'not reached';
  readonly wanted: string;
  readonly got: string;
}

/** The payload of a token as JSON has it: nothing of its types is sure. */
export type Claims = Readonly<Record<string, unknown>>;

/** What API Gateway answers a request that it does not let through. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 429;
  readonly wwwAuthenticate?: string;
  /** `$context.authorizer.error`, as an access log has it. */
  readonly authorizerError?: string;
}

/**
 * The whole story of one request's authorization. It holds no signature, no secret and no body: the log, the report,
 * the verification and the page all read it.
 */
export interface Decision {
  readonly method: string;
  readonly path: string;
  readonly route: Route | undefined;
  readonly pathParameters: Readonly<Record<string, string>>;
  /** Each check in the gateway's order, those that were not reached included. */
  readonly checks: readonly Check[];
  /** What the token says, once its signature has been found good. */
  readonly claims: Claims | undefined;
  /** Absent when the request is let through. */
  readonly refusal: Refusal | undefined;
}

/** The check that a refused request failed. */
export function failedCheck({ checks }: Pick<Decision, 'checks'>): Check | undefined {
  return checks.find(({ outcome }) => outcome === 'failed');
}

/** Fills in the checks that were not reached. */
export function allChecks(made: readonly Check[]): Check[] {
  return CHECKS.map(
    (name) => made.find((check) => check.name === name) ?? { name, outcome: 'not reached', wanted: '', got: '' },
  );
}
