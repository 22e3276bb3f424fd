/** Quotas of Lambda. Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */

/** MB. */
export const MEMORY = { min: 128, max: 10_240 } as const;
/** Seconds. The gateway waits 30 s, so the program allows a function no longer. */
export const TIMEOUT = { min: 1, max: 900 } as const;
/** AWS counts reserved concurrency in 32 bits. */
export const LARGEST_CONCURRENCY = 2_147_483_647;
/** Bytes of a function's archive: as it is uploaded by the API, and unpacked with its layers. */
export const CODE = { zipped: 50 * 1024 * 1024, unzipped: 262_144_000 } as const;
/** Layers of a function. */
export const LAYERS_PER_FUNCTION = 5;
/** MB of /tmp. */
export const EPHEMERAL_STORAGE = { min: 512, max: 10_240 } as const;
