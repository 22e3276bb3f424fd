import { z } from 'zod';
import { METHODS } from '../../limits/route-key.ts';
import { handlerFields } from '../contract/handler-spec.ts';

/** Days. Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
export const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

/** Days, where none is written. */
export const DEFAULT_LOG_RETENTION = 30;

const throttle = z.strictObject({
  burst: z.int().min(1).max(2_147_483_647).meta({ description: 'Requests that may come at once.' }),
  rate: z
    .number()
    .positive({ error: 'must be more than 0' })
    .max(2_147_483_647)
    .meta({ description: 'Requests per second.' }),
});

const host = z.string().regex(/^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, {
  error: 'write the host alone in lower case, like api.example.com: no https://, no slash, no port',
});

const domain = z.strictObject({
  name: host.meta({ description: 'The host name that callers use.' }),
  certificateArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[A-Za-z0-9-]+$/, {
      error: 'write the ARN of an ACM certificate, like arn:aws:acm:eu-central-1:123456789012:certificate/…',
    })
    .exactOptional()
    .meta({
      description: "A certificate of the stack's region. Without it one is requested and validated in the zone.",
    }),
  hostedZoneId: z
    .string()
    .regex(/^Z[A-Z0-9]{1,31}$/, { error: 'write the id of a Route 53 zone, like Z0123456789ABCDEFGHIJ' })
    .exactOptional()
    .meta({ description: 'The public Route 53 zone of the name, which gets the alias record.' }),
});

const ORIGIN = /^(\*|https?:\/\/(\*|([A-Za-z0-9-]+\.)*[A-Za-z0-9-]+)(:\d{1,5})?)$/;
const headerName = z.string().regex(/^(\*|[A-Za-z0-9!#$%&'*+.^_`|~-]+)$/, { error: 'is no name of a header' });

const cors = z.strictObject({
  allowOrigins: z
    .array(
      z
        .string()
        .regex(ORIGIN, {
          error:
            'an origin is a scheme and a host, like https://app.example.com, without path or slash at its end; or *',
        })
        .refine((origin) => Number(/:(\d+)$/.exec(origin)?.[1] ?? 1) <= 65_535, { error: 'a port is at most 65535' }),
    )
    .min(1, { error: 'name an origin' })
    .meta({ description: 'Whose pages may call; * is every page.' }),
  allowMethods: z
    .array(z.enum([...METHODS.filter((method) => method !== 'ANY'), '*']))
    .exactOptional()
    .meta({
      description: 'What they may call with.',
    }),
  allowHeaders: z.array(headerName).exactOptional().meta({
    description: 'What they may send; authorization, if they are to send a token.',
  }),
  exposeHeaders: z
    .array(headerName)
    .exactOptional()
    .meta({ description: 'What of the answer their scripts may read.' }),
  maxAge: z.int().min(0).max(86_400).exactOptional().meta({ description: 'Seconds that a browser keeps the answer.' }),
  allowCredentials: z.boolean().exactOptional().meta({ description: 'Whether they may send cookies.' }),
});

const alarms = z.strictObject({
  topicArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/, {
      error: 'write the ARN of an SNS topic, like arn:aws:sns:eu-central-1:123456789012:on-call',
    })
    .meta({ description: 'Where the alarms go, and that they are over.' }),
  serverErrors: z.int().min(1).default(5).meta({ description: 'Responses with 5xx in five minutes.' }),
  refusals: z.int().min(1).default(100).meta({ description: 'Responses with 401 or 403 in five minutes.' }),
  throttled: z.int().min(1).default(10).meta({ description: 'Responses with 429 in five minutes.' }),
  latency: z.int().min(1).max(30_000).default(3000).meta({
    description: 'Milliseconds that 99 of 100 responses must not exceed, for fifteen minutes.',
  }),
});

/** What IAM takes, which is stricter than the other services. Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html */
const TAG = String.raw`[\p{L}\p{Z}\p{N}_.:/=+@-]`;
const tag = z
  .string({ error: 'a tag’s value must be a text; put it in quotes' })
  .regex(new RegExp(`^${TAG}{0,256}$`, 'u'), {
    error: 'a tag has a value of up to 256 letters, digits, spaces and _.:/=+@-',
  });

/** The keys of a stack file that say what the AWS side is like there. All may be left out. */
export const API_KEYS = {
  'api:domain': domain.optional().meta({
    description:
      "The API's own domain; the address that AWS gives it is switched off then. Needs a certificate or a zone, or both.",
    examples: [{ name: 'api.example.com', hostedZoneId: 'Z0123456789ABCDEFGHIJ' }],
  }),
  'api:backends': z
    .record(z.string(), z.string())
    .default({})
    .meta({
      description: "Where this stack's routes with forward or function go instead, by route key.",
      examples: [{ 'GET /orders/{id}': 'https://orders.dev.example.com/{id}' }],
    }),
  'api:handlers': z
    .record(z.string(), z.strictObject(handlerFields))
    .default({})
    .meta({
      description: "What this stack's handlers have other than contract.ts says, and besides.",
      examples: [{ test: { memory: 256, reservedConcurrency: 5, environment: { LOG_LEVEL: 'debug' } } }],
    }),
  'api:logRetention': z
    .literal(RETENTION_DAYS, { error: `write one of the days that AWS has: ${RETENTION_DAYS.join(', ')}` })
    .default(DEFAULT_LOG_RETENTION)
    .meta({ description: 'Days that the logs of the functions and of the access are kept.', examples: [90] }),
  'api:throttle': throttle.optional().meta({
    description:
      'The throttle of each route. Without it the stage gets the default quota of an AWS account: a burst of 5000, a rate of 10000.',
    examples: [{ burst: 100, rate: 50 }],
  }),
  'api:routeThrottles': z
    .record(z.string(), throttle)
    .default({})
    .meta({
      description: 'The same for single routes, by route key.',
      examples: [{ 'GET /test': { burst: 10, rate: 5 } }],
    }),
  'api:cors': cors.optional().meta({
    description: 'Which web pages may call from a browser. Without it none of another origin may.',
    examples: [{ allowOrigins: ['https://app.example.com'], allowMethods: ['GET'], allowHeaders: ['authorization'] }],
  }),
  'api:alarms': alarms.optional().meta({
    description: 'Alarms for errors, refusals, throttling and slowness.',
    examples: [{ topicArn: 'arn:aws:sns:eu-central-1:123456789012:on-call' }],
  }),
  'aws:defaultTags': z
    .strictObject({
      tags: z
        .record(z.string().regex(new RegExp(`^(?!aws:)${TAG}{1,128}$`, 'iu')), tag, {
          error: 'a tag has a key of up to 128 characters that does not begin with aws:, and a value of up to 256',
        })
        .refine((tags) => Object.keys(tags).length <= 50, { error: 'a resource takes at most 50 tags' })
        .refine(
          (tags) => new Set(Object.keys(tags).map((key) => key.toLowerCase())).size === Object.keys(tags).length,
          {
            error: 'two keys differ in capitals alone, which IAM takes for one',
          },
        )
        .meta({ description: 'Key to value, at most 50.' }),
    })
    .optional()
    .meta({
      description: 'Tags of all AWS resources of the stack.',
      examples: [{ tags: { team: 'orders', stage: 'dev' } }],
    }),
} as const satisfies Record<string, z.ZodType>;

/** The names that may stand inside the values of these keys, for somebody who has misspelt one. */
export const API_NAMES: readonly string[] = [domain, throttle, cors, alarms, z.strictObject(handlerFields)].flatMap(
  ({ shape }) => Object.keys(shape),
);

type Value<K extends keyof typeof API_KEYS> = z.infer<(typeof API_KEYS)[K]>;

/** How a stack's API is run. */
export interface ApiSettings {
  readonly region: string;
  readonly apiDomain: Value<'api:domain'> | undefined;
  readonly backends: Value<'api:backends'>;
  readonly handlers: Value<'api:handlers'>;
  /** Whether the stack file has encrypted values among its handlers' settings. */
  readonly secretHandlers: boolean;
  /** Days. */
  readonly logRetention: number;
  readonly throttle: Throttle | undefined;
  readonly routeThrottles: Readonly<Record<string, Throttle>>;
  readonly cors: Value<'api:cors'> | undefined;
  readonly alarms: Value<'api:alarms'> | undefined;
}

/** As a stack file writes a throttle: requests at once, and requests per second. */
export type Throttle = Readonly<z.infer<typeof throttle>>;
