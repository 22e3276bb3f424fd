import { ACCOUNT_ID, arn, optionalText, type CloudOutputs, type Naming } from './resource.ts';
import { TYPE } from './tokens.ts';

/**
 * Types that decide who gets into an API, or that could respond instead of it, with the error message for each. These must
 * not pass as "not emulated".
 */
const REFUSED: readonly (readonly [type: RegExp, message: string])[] = [
  [/^aws:lambda\/functionUrl:/, 'a function URL bypasses the API and its authorizer; route to the function instead'],
  [/^aws:(wafv2|waf|wafregional)\//, 'a firewall decides which requests arrive; the twin has none'],
  [/^aws:cloudfront\//, 'CloudFront in front of an API changes what it receives; the twin has none'],
  [
    /^aws:(cloudformation\/|serverlessrepository\/)/,
    'a template may declare APIs and routes, and the twin reads none; declare them in the program',
  ],
  [/^aws:(lb|alb|elb)\/.*(attachment|Attachment):/, 'a load balancer may call a function without the API’s authorizer'],
  // The same services by another provider, whose tokens are like aws-native:lambda:Url.
  [
    /^aws-native:(apigateway|cloudformation|apigatewayv2|cloudfront|elasticloadbalancingv2|lambda|wafv2):/,
    'the twin emulates the types of the aws provider only',
  ],
  [/^(auth0:|aws:apigatewayv2\/|aws:apigateway\/|aws:lambda\/)/, 'the twin does not emulate this resource type'],
];

/** Other types that change no response, with their names on the start screen. */
const INERT: ReadonlyMap<string, string> = new Map(
  Object.entries({
    branding: ['auth0:index/branding:Branding', 'auth0:index/brandingTheme:BrandingTheme'],
    'e-mails': ['auth0:index/emailProvider:EmailProvider', 'auth0:index/emailTemplate:EmailTemplate'],
    'log streams': ['auth0:index/logStream:LogStream'],
    'log groups': ['aws:apigateway/account:Account'],
    certificates: ['aws:acm/certificateValidation:CertificateValidation'],
    alarms: ['aws:cloudwatch/logMetricFilter:LogMetricFilter', TYPE.alarm],
    'IAM roles and policies': [
      TYPE.iamRolePolicy,
      TYPE.iamPolicy,
      TYPE.iamPolicyAttachment,
      TYPE.iamRolePolicyAttachment,
    ],
    // They invoke a function without this API, or prepare its environments.
    'event sources': ['aws:lambda/eventSourceMapping:EventSourceMapping'],
    'provisioned concurrency': ['aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig'],
    'asynchronous invocation': ['aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig'],
  }).flatMap(([label, types]) => types.map((type) => [type, label] as const)),
);

/** Additional outputs of common types, derived from the id. */
const MORE: Readonly<Record<string, (id: string, region: string) => Readonly<Record<string, string>>>> = {
  'aws:s3': (id) => ({ bucket: id, arn: `arn:aws:s3:::${id}`, bucketDomainName: `${id}.s3.amazonaws.com` }),
  'aws:sqs': (id, region) => ({ url: `https://sqs.${region}.amazonaws.com/${ACCOUNT_ID}/${id}` }),
  'aws:dynamodb': (id, region) => ({ arn: arn('dynamodb', region, `table/${id}`) }),
  'aws:rds': (id, region) => ({ endpoint: `${id}.${region}.rds.amazonaws.com:5432` }),
};

/** Returns why the twin rejects a program with this type, or undefined. */
export function refusalOf(type: string): string | undefined {
  if (INERT.has(type)) return undefined;
  return REFUSED.find(([pattern]) => pattern.test(type))?.[1];
}

/** What the start screen calls a type without any local effect. */
export function labelOf(type: string): string {
  return INERT.get(type) ?? type.replace(/^([^:]+):([^/:]+).*:(\w+)$/, '$1 $2 $3').replace(' index ', ' ');
}

/** Returns plausible outputs of an unknown type. */
export function plausibleOutputs(type: string, { name, inputs, identity, region }: Naming): CloudOutputs {
  const id = optionalText(inputs, 'name') ?? `${name}-${identity.hex(`${type} ${name}`, 7)}`;
  const [provider = '', module = ''] = type.split(/[:/]/);
  if (provider !== 'aws') return { id, outputs: { name: id } };
  const outputs = { name: id, arn: arn(module, region, id), ...MORE[`aws:${module}`]?.(id, region) };
  return { id, outputs };
}
