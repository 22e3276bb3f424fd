/** What the rules over the registered resources require of a production stack. */

/** Seconds that an access token may live: it cannot be called back, so what is stolen is of use no longer. */
export const LONGEST_TOKEN = 3600;

/** Days that logs are kept: an intrusion is found weeks later, not days. */
export const SHORTEST_LOG_RETENTION = 90;

/**
 * The highest threshold of an alarm that counts responses in five minutes: beyond, an outage passes unseen. That of
 * latency is below the 30 s after which the gateway answers itself, in milliseconds.
 */
export const HIGHEST_ALARM = { count: 1000, latency: 29_000 } as const;

/** What production requires. A stack file may make an exception from each, with a reason. */
export const EXCEPTABLE = {
  testUser: 'no test user',
  passwordGrant: 'no password grant',
  tokenLifetime: `tokens live ${LONGEST_TOKEN} s at most`,
  cors: 'no CORS for every origin, and no cookies over http://',
  identitySource: 'the token is read from a header',
  throttle: "a throttle below the account's",
  alarms: 'alarms that can go off',
  logRetention: `logs are kept ${SHORTEST_LOG_RETENTION} days at least`,
  handlers: 'a reservedConcurrency for each function, so that none uses up the concurrency that all share',
  userAccess: 'an explicit choice whether users may get tokens',
  domain: 'a custom domain',
} as const satisfies Readonly<Record<string, string>>;

/** A key that may stand under `api:exceptions` in a stack file, or `exceptions` in a `twin.config.ts`. */
export type ExceptableKey = keyof typeof EXCEPTABLE;
/** The same keys in the order above, typed as what they are: `Object.keys` gives texts. */
export const EXCEPTABLE_KEYS = Object.keys(EXCEPTABLE) as readonly ExceptableKey[];
