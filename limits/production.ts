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

/** The settings that may be excepted from, each with a reason of its own, and what production asks of them. */
export const EXCEPTABLE = {
  'api:testUser': 'no test user',
  'api:passwordGrant': 'no password grant',
  'api:tokenLifetime': `tokens live ${LONGEST_TOKEN} s at most`,
  'api:cors': 'no CORS for every origin, and no cookies over http://',
  'api:identitySource': 'the token is read from a header',
  'api:throttle': "a throttle below the account's",
  'api:alarms': 'alarms that can go off',
  'api:logRetention': `logs are kept ${SHORTEST_LOG_RETENTION} days at least`,
  'api:handlers': 'a reservedConcurrency for each function, so that none uses up the concurrency that all share',
  'api:userAccess': 'an explicit choice whether users may get tokens',
  'api:domain': 'a custom domain',
} as const satisfies Readonly<Record<`api:${string}`, string>>;

/** A key of the stack file that may stand under `api:exceptions`. */
export type ExceptableKey = keyof typeof EXCEPTABLE;
/** The same keys in the order above, typed as what they are: `Object.keys` gives texts. */
export const EXCEPTABLE_KEYS = Object.keys(EXCEPTABLE) as readonly ExceptableKey[];
