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
import { described, isDistinct, matching } from '../schemas.ts';
import { BACKEND_NAME } from '../contract/targets.ts';

const throttle = z.strictObject({
  burst: described(z.int().min(1).max(LARGEST_THROTTLE), 'Requests in one burst.'),
  rate: described(z.number().positive({ error: 'must be more than 0' }).max(LARGEST_THROTTLE), 'Requests per second.'),
});

/** Returns the schema of a host name; the error shows the example. */
export function hostLike(example: string): z.ZodString {
  return matching(HOST, `write only the host in lower case, like ${example}: no https://, no slash, no port`);
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
  name: described(hostLike('api.example.com'), 'The host name that callers use.'),
  basePath: described(
    basePath.exactOptional(),
    'The prefix of every path at this domain. Leave it out of the routes in contract.ts.',
  ),
  existing: described(
    z.boolean().exactOptional(),
    'true if the domain exists already, for example in another stack. This stack then only adds its API at the base path.',
  ),
  certificateArn: described(
    matching(
      /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[A-Za-z0-9-]+$/,
      'write the ARN of an ACM certificate, like arn:aws:acm:eu-central-1:123456789012:certificate/…',
    ).exactOptional(),
    "A certificate in the stack's region. Without it, the program requests one and validates it in the zone.",
  ),
  hostedZoneId: described(
    matching(/^Z[A-Z0-9]{1,31}$/, 'write the id of a Route 53 zone, like Z0123456789ABCDEFGHIJ').exactOptional(),
    'The public Route 53 zone of the host name. The program adds the alias record there.',
  ),
  truststoreUri: described(
    matching(
      /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/\S+$/,
      'write the S3 address of the certificates, like s3://bucket/truststore.pem',
    ).exactOptional(),
    'Turns on mutual TLS: callers must present a client certificate signed by one of the certificates in this S3 object.',
  ),
  truststoreVersion: described(
    z.string().min(1).exactOptional(),
    'The version of the S3 object in truststoreUri. API Gateway reads the object again when this value changes.',
  ),
});

const PRIVATE_BACKEND = {
  vpcLink: 'abc123',
  listener:
    'arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/orders/50dc6c495c0c9188/f2f7dc8efc522ab2',
  serverName: 'orders.example.com',
};

const privateBackend = z
  .strictObject({
    vpcLink: described(
      matching(
        VPC_LINK_ID,
        'write the id of a VPC link for HTTP APIs, like abc123; put an id of only digits in quotes',
      ),
      'The id of the VPC link (for HTTP APIs) into the VPC.',
    ),
    listener: described(
      matching(LISTENER_ARN, `write the ARN of a load balancer's listener, like ${PRIVATE_BACKEND.listener}`),
      'The listener of an Application or Network Load Balancer in that VPC.',
    ),
    serverName: described(
      hostLike('orders.example.com').exactOptional(),
      "The name on the listener's certificate: API Gateway calls it over HTTPS and verifies this name.",
    ),
    reason: described(
      reason.exactOptional(),
      "Required without serverName: why the caller's token may cross the VPC in plain HTTP.",
    ),
  })
  .refine(({ serverName, reason: why }) => (serverName === undefined) !== (why === undefined), {
    error:
      "write serverName, the name on the listener's certificate, or else a reason why the caller's token may cross the VPC in plain HTTP",
  });
export type PrivateBackend = Readonly<z.infer<typeof privateBackend>>;

const vpc = z.strictObject({
  subnets: described(
    idsOf(SUBNET_ID, 'subnet', 'subnet-0123456789abcdef0', SUBNETS_PER_FUNCTION),
    'Private subnets of one VPC, preferably in two or more availability zones.',
  ),
  securityGroups: described(
    idsOf(SECURITY_GROUP_ID, 'security group', 'sg-0123456789abcdef0', SECURITY_GROUPS_PER_FUNCTION),
    'Security groups of that VPC.',
  ),
});

function idsOf(pattern: RegExp, kind: string, example: string, most: number) {
  return z
    .array(matching(pattern, `write the id of a ${kind}, like ${example}`))
    .min(1, { error: 'list at least one' })
    .refine(isDistinct, { error: `a ${kind} is listed twice` })
    .max(most, { error: `Lambda accepts at most ${most} ${kind}s` });
}

const ORIGIN = /^(\*|https?:\/\/(\*|([A-Za-z0-9-]+\.)*[A-Za-z0-9-]+)(:\d{1,5})?)$/;
const origin = matching(
  ORIGIN,
  'an origin is a scheme and a host, like https://app.example.com, without path or trailing slash; or *',
).refine((text) => Number(/:(\d+)$/.exec(text)?.[1] ?? 1) <= 65_535, { error: 'a port is at most 65535' });
const headerName = matching(/^(\*|[A-Za-z0-9!#$%&'*+.^_`|~-]+)$/, 'write a header name, like x-request-id, or *');

const cors = z.strictObject({
  allowOrigins: described(
    z.array(origin).min(1, { error: 'name an origin' }),
    'Origins whose pages may call the API; * means every origin.',
  ),
  allowMethods: described(
    z.array(z.enum([...METHODS.filter((method) => method !== 'ANY'), '*'])).exactOptional(),
    'Methods that these pages may use.',
  ),
  allowHeaders: described(
    z.array(headerName).exactOptional(),
    'Request headers that these pages may send, including authorization if they send a token.',
  ),
  exposeHeaders: described(z.array(headerName).exactOptional(), 'Response headers that their scripts may read.'),
  maxAge: described(
    z.int().min(0).max(CORS_MAX_AGE).exactOptional(),
    'Seconds that a browser caches the preflight response.',
  ),
  allowCredentials: described(z.boolean().exactOptional(), 'Whether these pages may send cookies.'),
});

const count = z.int().min(1);
const alarms = z.strictObject({
  topicArn: described(
    matching(
      /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/,
      'write the ARN of an SNS topic, like arn:aws:sns:eu-central-1:123456789012:on-call',
    ),
    'The SNS topic that gets a message when an alarm starts and when it ends.',
  ),
  serverErrors: described(count.default(5), 'The number of 5xx responses in five minutes that starts the alarm.'),
  refusals: described(count.default(100), 'The number of 401 and 403 responses in five minutes that starts the alarm.'),
  throttled: described(count.default(10), 'The number of 429 responses in five minutes that starts the alarm.'),
  latency: described(
    count.max(INTEGRATION_TIMEOUT.max).default(3000),
    'The p99 latency in milliseconds that starts the alarm if it is exceeded for fifteen minutes.',
  ),
});

const tags = z
  .record(
    matching(TAG_KEY, 'a tag key has up to 128 letters, digits, spaces and _.:/=+@-, and does not start with aws:'),
    z
      .string({ error: 'the value of a tag must be a string; put it in quotes' })
      .regex(TAG_VALUE, { error: 'a tag value has up to 256 letters, digits, spaces and _.:/=+@-' }),
  )
  .refine((all) => Object.keys(all).length <= TAGS_PER_RESOURCE, {
    error: `a resource has at most ${TAGS_PER_RESOURCE} tags`,
  })
  .refine((all) => isDistinct(Object.keys(all).map((key) => key.toLowerCase())), {
    error: 'two keys differ only in capitals, and IAM treats them as one',
  });

/** The stack file's keys about the AWS side; all are optional. */
export const API_KEYS = {
  'api:domain': described(
    domain.optional(),
    "The API's custom domain. With it, AWS's own address of the API is disabled. Unless existing is true, the domain needs a certificate, a zone, or both.",
    { name: 'api.example.com', hostedZoneId: 'Z0123456789ABCDEFGHIJ' },
  ),
  'api:stage': described(
    matching(STAGE_NAME, 'write letters, digits, - and _, like v1').optional(),
    "The name of the API's stage. Paths at AWS's own address of the API begin with it, and so does `rawPath`. By default, the stage is $default, and paths have no prefix.",
    'v1',
  ),
  'api:backends': described(
    z.record(z.string(), z.string()).default({}),
    'Targets that replace those of routes with forward or function in this stack, by route key.',
    { 'GET /orders/{id}': 'https://orders.dev.example.com/{id}' },
  ),
  'api:privateBackends': described(
    z
      .record(matching(BACKEND_NAME, 'a name is a lower-case letter and up to 39 of a-z, 0-9 and -'), privateBackend)
      .default({}),
    'Load balancers in a VPC by name, for routes with forward: vpc://<name>/<path>.',
    { orders: PRIVATE_BACKEND },
  ),
  'api:handlers': described(
    z.record(z.string(), z.strictObject(handlerFields)).default({}),
    "This stack's settings for handlers, which replace or extend those in contract.ts.",
    { test: { memory: 256, reservedConcurrency: 5, environment: { LOG_LEVEL: 'debug' } } },
  ),
  'api:vpc': described(
    vpc.optional(),
    'The VPC of all functions. In a VPC, functions reach the internet only through a NAT gateway, and AWS services also through VPC endpoints.',
    { subnets: ['subnet-0123456789abcdef0'], securityGroups: ['sg-0123456789abcdef0'] },
  ),
  'api:sourceMaps': described(
    z.boolean().default(false),
    'true puts source maps into the functions, so that stack traces in their logs name the source file and line. The twin always does this.',
    true,
  ),
  'api:logRetention': described(
    z
      .literal(RETENTION_DAYS, { error: `write a number of days that AWS accepts: ${RETENTION_DAYS.join(', ')}` })
      .default(30),
    'Days to keep the function logs and the access log.',
    90,
  ),
  'api:logKey': described(
    matching(
      /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/,
      'write the ARN of a KMS key (not of an alias), like arn:aws:kms:eu-central-1:123456789012:key/…',
    ).optional(),
    'A symmetric KMS key that encrypts the function logs and the access log. Its policy must let CloudWatch Logs use it. Without it, CloudWatch Logs uses a key that AWS owns.',
    'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  ),
  'api:logCallerAddress': described(
    z.boolean().default(true),
    'Whether the access log has the IP address and the user agent of each caller. Write false if you may not store them.',
    false,
  ),
  'api:permissionsBoundary': described(
    matching(
      /^arn:aws[a-z-]*:iam::\d{12}:policy\/[\w+=,.@/-]{1,512}$/,
      'write the ARN of an IAM policy, like arn:aws:iam::123456789012:policy/auth0-http-api--dev--boundary',
    ).optional(),
    "The IAM policy that limits the functions' roles. `npm run policies` prints it, and the deployment's own policy requires it.",
    'arn:aws:iam::123456789012:policy/auth0-http-api--dev--boundary',
  ),
  'api:throttle': described(
    throttle.optional(),
    "The throttle of each route. Without it, the stage has AWS's default account quota: a burst of 5000, a rate of 10000.",
    { burst: 100, rate: 50 },
  ),
  'api:routeThrottles': described(
    z.record(z.string(), throttle).default({}),
    'Throttles of single routes, by route key. They replace api:throttle.',
    { 'GET /test': { burst: 10, rate: 5 } },
  ),
  'api:cors': described(
    cors.optional(),
    'Which web pages of other origins may call the API. By default, only pages of the origins of spa clients.',
    { allowOrigins: ['https://app.example.com'], allowMethods: ['GET'], allowHeaders: ['authorization'] },
  ),
  'api:alarms': described(alarms.optional(), 'Alarms for errors, rejected requests, throttling and slow responses.', {
    topicArn: 'arn:aws:sns:eu-central-1:123456789012:on-call',
  }),
  'aws:defaultTags': described(
    z.strictObject({ tags: described(tags, 'At most 50 tags, each with its key and value.') }).optional(),
    'Tags for all AWS resources of the stack.',
    { tags: { team: 'orders', stage: 'dev' } },
  ),
} as const satisfies Record<string, z.ZodType>;

export type Throttle = Readonly<z.infer<typeof throttle>>;
