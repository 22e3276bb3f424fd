import { z } from 'zod';
import { HOST } from '../../limits/hosts.ts';
import { BASE_PATH, CORS_MAX_AGE, INTEGRATION_TIMEOUT, LARGEST_THROTTLE, STAGE_NAME } from '../../limits/http-api.ts';
import { TAG_KEY, TAG_VALUE, TAGS_PER_RESOURCE } from '../../limits/iam.ts';
import { RETENTION_DAYS } from '../../limits/logs.ts';
import { METHODS } from '../../limits/route-key.ts';
import {
  LISTENER_ARN,
  SECURITY_GROUP_ID,
  SECURITY_GROUPS_PER_FUNCTION,
  SUBNET_ID,
  SUBNETS_PER_FUNCTION,
  VPC_LINK_ID,
} from '../../limits/vpc.ts';
import { handlerFields } from '../contract/handler-spec.ts';
import { reason } from '../contract/reason.ts';
import { BACKEND_NAME } from '../contract/targets.ts';

const throttle = z.strictObject({
  burst: z.int().min(1).max(LARGEST_THROTTLE).meta({ description: 'Requests in one burst.' }),
  rate: z
    .number()
    .positive({ error: 'must be more than 0' })
    .max(LARGEST_THROTTLE)
    .meta({ description: 'Requests per second.' }),
});

/** Returns the schema of a host name; the error shows the example. */
export function hostLike(example: string): z.ZodString {
  return z.string().regex(HOST, {
    error: `write only the host in lower case, like ${example}: no https://, no slash, no port`,
  });
}

/** The schema of an API's base path at a custom domain. */
export const basePath = z
  .string()
  .max(BASE_PATH.length)
  .regex(BASE_PATH.pattern, {
    error: 'write letters, digits, - and _, like orders or orders/v2: no slash at either end',
  })
  .refine((path) => !BASE_PATH.reserved.test(path), { error: 'API Gateway keeps /ping and /sping for itself' });

const domain = z.strictObject({
  name: hostLike('api.example.com').meta({ description: 'The host name that callers use.' }),
  basePath: basePath.exactOptional().meta({
    description: 'The prefix of every path at this domain. Leave it out of the routes in contract.ts.',
  }),
  existing: z.boolean().exactOptional().meta({
    description:
      'true if the domain exists already, for example in another stack. This stack then only adds its API at the base path.',
  }),
  certificateArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[A-Za-z0-9-]+$/, {
      error: 'write the ARN of an ACM certificate, like arn:aws:acm:eu-central-1:123456789012:certificate/…',
    })
    .exactOptional()
    .meta({
      description:
        "A certificate in the stack's region. Without it, the program requests one and validates it in the zone.",
    }),
  hostedZoneId: z
    .string()
    .regex(/^Z[A-Z0-9]{1,31}$/, { error: 'write the id of a Route 53 zone, like Z0123456789ABCDEFGHIJ' })
    .exactOptional()
    .meta({ description: 'The public Route 53 zone of the host name. The program adds the alias record there.' }),
  truststoreUri: z
    .string()
    .regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/\S+$/, {
      error: 'write the S3 address of the certificates, like s3://bucket/truststore.pem',
    })
    .exactOptional()
    .meta({
      description:
        'Mutual TLS: callers must present a client certificate that one of the certificates in this S3 object signed.',
    }),
  truststoreVersion: z
    .string()
    .min(1)
    .exactOptional()
    .meta({ description: 'The version of that object. API Gateway reads the object again when this changes.' }),
});

const PRIVATE_BACKEND = {
  vpcLink: 'abc123',
  listener:
    'arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/orders/50dc6c495c0c9188/f2f7dc8efc522ab2',
  serverName: 'orders.example.com',
};

const privateBackend = z
  .strictObject({
    vpcLink: z
      .string()
      .regex(VPC_LINK_ID, { error: 'write the id of a VPC link of HTTP APIs, like abc123; quote one of digits' })
      .meta({ description: 'The id of the VPC link (for HTTP APIs) into the VPC.' }),
    listener: z
      .string()
      .regex(LISTENER_ARN, { error: `write the ARN of a load balancer's listener, like ${PRIVATE_BACKEND.listener}` })
      .meta({ description: 'The listener of an Application or Network Load Balancer in that VPC.' }),
    serverName: hostLike('orders.example.com').exactOptional().meta({
      description: "The name on the listener's certificate: API Gateway calls it by HTTPS and verifies this name.",
    }),
    reason: reason.exactOptional().meta({
      description: "Without serverName: why the caller's token may cross the VPC in plain HTTP.",
    }),
  })
  .refine(({ serverName, reason: why }) => (serverName === undefined) !== (why === undefined), {
    error:
      "write serverName, the name on the listener's certificate, or else a reason why the caller's token may cross the VPC in plain HTTP",
  });
export type PrivateBackend = Readonly<z.infer<typeof privateBackend>>;

const vpc = z.strictObject({
  subnets: distinct(z.string().regex(SUBNET_ID, { error: 'write the id of a subnet, like subnet-0123456789abcdef0' }))
    .max(SUBNETS_PER_FUNCTION, { error: `Lambda accepts at most ${SUBNETS_PER_FUNCTION} subnets` })
    .meta({ description: 'Private subnets of one VPC, preferably in two or more availability zones.' }),
  securityGroups: distinct(
    z.string().regex(SECURITY_GROUP_ID, { error: 'write the id of a security group, like sg-0123456789abcdef0' }),
  )
    .max(SECURITY_GROUPS_PER_FUNCTION, {
      error: `Lambda accepts at most ${SECURITY_GROUPS_PER_FUNCTION} security groups`,
    })
    .meta({ description: 'Security groups of that VPC.' }),
});

function distinct(item: z.ZodString) {
  return z
    .array(item)
    .min(1, { error: 'write one' })
    .refine((all) => new Set(all).size === all.length, { error: 'one is listed twice' });
}

const ORIGIN = /^(\*|https?:\/\/(\*|([A-Za-z0-9-]+\.)*[A-Za-z0-9-]+)(:\d{1,5})?)$/;
const origin = z
  .string()
  .regex(ORIGIN, {
    error: 'an origin is a scheme and a host, like https://app.example.com, without path or trailing slash; or *',
  })
  .refine((text) => Number(/:(\d+)$/.exec(text)?.[1] ?? 1) <= 65_535, { error: 'a port is at most 65535' });
const headerName = z
  .string()
  .regex(/^(\*|[A-Za-z0-9!#$%&'*+.^_`|~-]+)$/, { error: 'write a header name, like x-request-id, or *' });

const cors = z.strictObject({
  allowOrigins: z
    .array(origin)
    .min(1, { error: 'name an origin' })
    .meta({ description: 'Origins whose pages may call the API; * means every origin.' }),
  allowMethods: z
    .array(z.enum([...METHODS.filter((method) => method !== 'ANY'), '*']))
    .exactOptional()
    .meta({ description: 'Methods that these pages may use.' }),
  allowHeaders: z.array(headerName).exactOptional().meta({
    description: 'Request headers that these pages may send, including authorization if they send a token.',
  }),
  exposeHeaders: z
    .array(headerName)
    .exactOptional()
    .meta({ description: 'Response headers that their scripts may read.' }),
  maxAge: z
    .int()
    .min(0)
    .max(CORS_MAX_AGE)
    .exactOptional()
    .meta({ description: 'Seconds that a browser caches the preflight response.' }),
  allowCredentials: z.boolean().exactOptional().meta({ description: 'Whether these pages may send cookies.' }),
});

const count = z.int().min(1);
const alarms = z.strictObject({
  topicArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/, {
      error: 'write the ARN of an SNS topic, like arn:aws:sns:eu-central-1:123456789012:on-call',
    })
    .meta({ description: 'The topic that gets a message when an alarm starts and when it ends.' }),
  serverErrors: count.default(5).meta({ description: 'Responses with 5xx in five minutes.' }),
  refusals: count.default(100).meta({ description: 'Responses with 401 or 403 in five minutes.' }),
  throttled: count.default(10).meta({ description: 'Responses with 429 in five minutes.' }),
  latency: count.max(INTEGRATION_TIMEOUT.max).default(3000).meta({
    description: 'Milliseconds that the p99 latency must exceed for fifteen minutes.',
  }),
});

const tags = z
  .record(
    z.string().regex(TAG_KEY, {
      error: 'a tag key has up to 128 letters, digits, spaces and _.:/=+@-, and does not start with aws:',
    }),
    z
      .string({ error: 'the value of a tag must be a string; put it in quotes' })
      .regex(TAG_VALUE, { error: 'a tag value has up to 256 letters, digits, spaces and _.:/=+@-' }),
  )
  .refine((all) => Object.keys(all).length <= TAGS_PER_RESOURCE, {
    error: `a resource has at most ${TAGS_PER_RESOURCE} tags`,
  })
  .refine((all) => new Set(Object.keys(all).map((key) => key.toLowerCase())).size === Object.keys(all).length, {
    error: 'two keys differ only in capitals, and IAM treats them as one',
  });

/** The stack file's keys about the AWS side; all are optional. */
export const API_KEYS = {
  'api:domain': domain.optional().meta({
    description:
      "The API's custom domain; AWS's own address is then disabled. Unless the domain exists already, it needs a certificate, a zone, or both.",
    examples: [{ name: 'api.example.com', hostedZoneId: 'Z0123456789ABCDEFGHIJ' }],
  }),
  'api:stage': z
    .string()
    .regex(STAGE_NAME, { error: 'write letters, digits, - and _, like v1' })
    .optional()
    .meta({
      description:
        "The name of the API's stage. Paths at AWS's own address of the API begin with it, and `rawPath` does too. Without it, the stage is $default, and paths have no prefix.",
      examples: ['v1'],
    }),
  'api:backends': z
    .record(z.string(), z.string())
    .default({})
    .meta({
      description: 'Different targets in this stack for routes with forward or function, by route key.',
      examples: [{ 'GET /orders/{id}': 'https://orders.dev.example.com/{id}' }],
    }),
  'api:privateBackends': z
    .record(
      z.string().regex(BACKEND_NAME, { error: 'a name is a lower-case letter and up to 39 of a-z, 0-9 and -' }),
      privateBackend,
    )
    .default({})
    .meta({
      description: 'Load balancers in a VPC by name, for routes with forward: vpc://<name>/<path>.',
      examples: [{ orders: PRIVATE_BACKEND }],
    }),
  'api:handlers': z
    .record(z.string(), z.strictObject(handlerFields))
    .default({})
    .meta({
      description: "This stack's settings for handlers, which replace or extend those in contract.ts.",
      examples: [{ test: { memory: 256, reservedConcurrency: 5, environment: { LOG_LEVEL: 'debug' } } }],
    }),
  'api:vpc': vpc.optional().meta({
    description:
      'The VPC of all functions. From there, they reach the internet only through a NAT gateway, and AWS services also through VPC endpoints.',
    examples: [{ subnets: ['subnet-0123456789abcdef0'], securityGroups: ['sg-0123456789abcdef0'] }],
  }),
  'api:sourceMaps': z
    .boolean()
    .default(false)
    .meta({
      description:
        'true puts source maps into the functions, so that stack traces in their logs name the source file and line. The twin always does this.',
      examples: [true],
    }),
  'api:logRetention': z
    .literal(RETENTION_DAYS, { error: `write a number of days that AWS accepts: ${RETENTION_DAYS.join(', ')}` })
    .default(30)
    .meta({ description: 'Days to keep the function logs and the access log.', examples: [90] }),
  'api:logKey': z
    .string()
    .regex(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/, {
      error: 'write the ARN of a KMS key (not of an alias), like arn:aws:kms:eu-central-1:123456789012:key/…',
    })
    .optional()
    .meta({
      description:
        'A symmetric KMS key that encrypts the function logs and the access log. Its policy must let CloudWatch Logs use it. Without it, CloudWatch Logs uses a key that AWS owns.',
      examples: ['arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab'],
    }),
  'api:logCallerAddress': z
    .boolean()
    .default(true)
    .meta({
      description:
        'Whether the access log has the IP address and the user agent of each caller. Write false if you may not store them.',
      examples: [false],
    }),
  'api:permissionsBoundary': z
    .string()
    .regex(/^arn:aws[a-z-]*:iam::\d{12}:policy\/[\w+=,.@/-]{1,512}$/, {
      error: 'write the ARN of an IAM policy, like arn:aws:iam::123456789012:policy/auth0-http-api--dev--boundary',
    })
    .optional()
    .meta({
      description:
        "The IAM policy that limits the functions' roles. `npm run policies` prints it, and the deployment's own policy requires it.",
      examples: ['arn:aws:iam::123456789012:policy/auth0-http-api--dev--boundary'],
    }),
  'api:throttle': throttle.optional().meta({
    description:
      "The throttle of each route. Without it, the stage has AWS's default account quota: a burst of 5000, a rate of 10000.",
    examples: [{ burst: 100, rate: 50 }],
  }),
  'api:routeThrottles': z
    .record(z.string(), throttle)
    .default({})
    .meta({
      description: 'Throttles of single routes, by route key.',
      examples: [{ 'GET /test': { burst: 10, rate: 5 } }],
    }),
  'api:cors': cors.optional().meta({
    description: 'Web pages of other origins that may call the API. Without it, only the origins of spa clients may.',
    examples: [{ allowOrigins: ['https://app.example.com'], allowMethods: ['GET'], allowHeaders: ['authorization'] }],
  }),
  'api:alarms': alarms.optional().meta({
    description: 'Alarms for errors, rejected requests, throttling and slow responses.',
    examples: [{ topicArn: 'arn:aws:sns:eu-central-1:123456789012:on-call' }],
  }),
  'aws:defaultTags': z
    .strictObject({ tags: tags.meta({ description: 'At most 50 tags, key to value.' }) })
    .optional()
    .meta({
      description: 'Tags for all AWS resources of the stack.',
      examples: [{ tags: { team: 'orders', stage: 'dev' } }],
    }),
} as const satisfies Record<string, z.ZodType>;

export type Throttle = Readonly<z.infer<typeof throttle>>;
