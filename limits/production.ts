/** The limits that the rules set for a production stack. */

/** Maximum lifetime of an access token in seconds: a stolen one cannot be revoked. */
export const LONGEST_TOKEN = 3600;

/** Minimum retention of logs in days: an intrusion is often found weeks later. */
export const SHORTEST_LOG_RETENTION = 90;

/**
 * The highest thresholds of alarms: responses in five minutes, and milliseconds of latency, below the 30 s after which the
 * gateway itself responds.
 */
export const HIGHEST_ALARM = { count: 1000, latency: 29_000 } as const;

/** The requirements for production, as nouns. A stack file may except each with a reason. */
export const EXCEPTABLE = {
  testUser: 'no test user',
  passwordGrant: 'no password grant',
  tokenLifetime: `a token lifetime of at most ${LONGEST_TOKEN} s`,
  cors: 'no CORS for every origin, and no cookies over http://',
  identitySource: 'a token in a header',
  throttle: "a throttle below the account's",
  alarms: 'alarms with reachable thresholds',
  logRetention: `a log retention of at least ${SHORTEST_LOG_RETENTION} days`,
  handlers: 'a reservedConcurrency for each function',
  userAccess: 'an explicit choice whether users may get tokens',
  domain: 'a custom domain',
} as const satisfies Readonly<Record<string, string>>;

/** A key that may stand under `api:exceptions` in a stack file, or `exceptions` in a `twin.config.ts`. */
export type ExceptableKey = keyof typeof EXCEPTABLE;
/** The same keys, in the order above. */
export const EXCEPTABLE_KEYS = Object.keys(EXCEPTABLE) as readonly ExceptableKey[];
