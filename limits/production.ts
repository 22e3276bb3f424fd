/** Limits for a production stack. */

/** Maximum lifetime of an access token in seconds: stolen tokens cannot be revoked. */
export const LONGEST_TOKEN = 3600;

/** Minimum log retention in days: intrusions are often found weeks later. */
export const SHORTEST_LOG_RETENTION = 90;

/** Maximum alarm thresholds: responses in five minutes, and milliseconds of latency, below the gateway's 30 s. */
export const HIGHEST_ALARM = { count: 1000, latency: 29_000 } as const;

/** The requirements for production, as nouns. A stack file may list exceptions, each with a reason. */
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

/** An exception's key, in `api:exceptions` of a stack file or `exceptions` of a `twin.config.ts`. */
export type ExceptableKey = keyof typeof EXCEPTABLE;
export const EXCEPTABLE_KEYS = Object.keys(EXCEPTABLE) as readonly ExceptableKey[];
