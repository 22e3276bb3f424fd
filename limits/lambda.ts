/** Quotas of Lambda. Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */

/** MB. */
export const MEMORY = { min: 128, max: 10_240 } as const;
/** Seconds. The program allows at most the gateway's 30 s. */
export const TIMEOUT = { min: 1, max: 900 } as const;
/** AWS uses 32 bits for reserved concurrency. */
export const LARGEST_CONCURRENCY = 2_147_483_647;
/** Maximum bytes: zipped for an upload, unzipped with layers. */
export const CODE = { zipped: 50 * 1024 * 1024, unzipped: 262_144_000 } as const;
export const LAYERS_PER_FUNCTION = 5;
/** MB of /tmp. */
export const EPHEMERAL_STORAGE = { min: 512, max: 10_240 } as const;
