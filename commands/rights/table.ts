import type { RecordedResource } from '@auth0-http-api/twin';
import { RightsError } from './rights-error.ts';

/** The parts of a stack's ARNs. */
export interface Names {
  readonly project: string;
  readonly stack: string;
  readonly region: string;
  readonly account: string;
  readonly partition: string;
  /** The prefix of physical names in AWS, equal to `pulumi:autonaming` in Pulumi.yaml. */
  readonly prefix: string;
  /** The ARN of the permissions boundary that each role must have. */
  readonly boundary: string;
}

/** Calls on resources, and the IAM condition they need. */
export interface Grant {
  readonly actions: readonly string[];
  readonly on: readonly string[];
  readonly when?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** The calls of a provider for a resource type. */
interface TypeRights {
  /** The provider's source, and the reference of actions, resources and condition keys. */
  readonly sources: readonly string[];
  /** The calls of a refresh. */
  readonly read: Grants;
  /** The additional calls of creating, changing and deleting. */
  readonly write: Grants;
}

type Grants = (resource: RecordedResource, names: Names) => readonly Grant[];

/** Returns the sources of a type: a file of the provider's services, the name of IAM's reference, and others. */
const sourcesOf = (file: string, reference: string, ...others: readonly string[]): readonly string[] => [
  `https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/${file}.go`,
  `https://docs.aws.amazon.com/service-authorization/latest/reference/list_${reference}.html`,
  ...others,
];

const arn = ({ partition, region, account }: Names, service: string, resource: string): string =>
  `arn:${partition}:${service}:${region}:${account}:${resource}`;

/** Returns an input that is a string. @throws RightsError for any other value */
export function text({ type, name, inputs }: RecordedResource, key: string): string {
  const value = inputs[key];
  if (typeof value === 'string') return value;
  throw new RightsError(`the ${key} of ${type} ${name} is not known before the resource exists; write it as a string`);
}

/** Returns the calls of one service. @param actions the words after the service's prefix, with spaces between them */
const calls = (on: readonly string[], service: string, actions: string, when?: Grant['when']): Grant => ({
  actions: actions.split(' ').map((action) => `${service}:${action}`),
  on,
  ...(when && { when }),
});

const roles = (names: Names): string[] => [`arn:${names.partition}:iam::${names.account}:role/${names.prefix}*`];
const functions = (names: Names): string[] => [arn(names, 'lambda', `function:${names.prefix}*`)];
const logGroups = (names: Names): string[] => [arn(names, 'logs', `log-group:/${names.project}/${names.stack}/*`)];
const everyLogGroup = (names: Names): string[] => [arn(names, 'logs', 'log-group:*')];
const certificates = (names: Names): string[] => [arn(names, 'acm', 'certificate/*')];
const alarms = (names: Names): string[] => [arn(names, 'cloudwatch', `alarm:${names.prefix}*`)];
const zone = (resource: RecordedResource, { partition }: Names): string[] => [
  `arn:${partition}:route53:::hostedzone/${text(resource, 'zoneId')}`,
];
/** Requires the boundary: without it, two calls could give a role any permission. */
const bounded = (actions: string, names: Names): Grant =>
  calls(roles(names), 'iam', actions, { StringEquals: { 'iam:PermissionsBoundary': names.boundary } });

/** Returns the ARN of a function that existed before the stack. */
function invokedFunction(resource: RecordedResource, names: Names): string[] {
  const name = text(resource, 'function');
  if (!name.startsWith('arn:')) return functions(names);
  const { qualifier } = resource.inputs;
  return typeof qualifier === 'string' ? [name, `${name}:${qualifier}`] : [name];
}

/** Returns the record's name; a validation record's begins with a hash that only ACM knows in advance. */
function recordNames(resource: RecordedResource): string[] {
  const name = text(resource, 'name').toLowerCase().replace(/\.$/, '');
  return [name.replace(/^_[0-9a-f]{32}\./, '_*.')];
}

function gateway(
  file: string,
  pathsOf: (resource: RecordedResource) => readonly string[],
  also: Grants = () => [],
): TypeRights {
  const on = (resource: RecordedResource, { partition, region }: Names): string[] =>
    pathsOf(resource).map((path) => `arn:${partition}:apigateway:${region}::${path}`);
  return {
    sources: sourcesOf(`apigatewayv2/${file}`, 'amazonapigatewaymanagementv2'),
    read: (resource, names) => [calls(on(resource, names), 'apigateway', 'GET')],
    write: (resource, names) => [
      calls(on(resource, names), 'apigateway', 'POST PATCH DELETE'),
      ...also(resource, names),
    ],
  };
}

/** Uses wildcards, because an API's ID is unknown before it exists. */
const httpApi = (file: string, also?: Grants): TypeRights => gateway(file, () => ['/apis', '/apis/*', '/tags/*'], also);

const domain = (file: string, also?: Grants): TypeRights =>
  gateway(
    file,
    (resource) => {
      const path = `/domainnames/${text(resource, 'domainName')}`;
      return ['/domainnames', path, `${path}/*`, '/tags/*'];
    },
    also,
  );

/** The AWS provider's calls by resource type, and the resources that they apply to. A missing type is an error. */
export const RIGHTS: Readonly<Record<string, TypeRights>> = {
  'aws:acm/certificate:Certificate': {
    sources: sourcesOf('acm/certificate', 'awscertificatemanager'),
    read: (_, names) => [calls(certificates(names), 'acm', 'DescribeCertificate ListTagsForCertificate')],
    write: (resource, names) => [
      calls(certificates(names), 'acm', 'RequestCertificate', {
        'ForAllValues:StringEquals': { 'acm:DomainNames': [text(resource, 'domainName')] },
      }),
      calls(certificates(names), 'acm', 'DeleteCertificate AddTagsToCertificate RemoveTagsFromCertificate'),
    ],
  },
  'aws:acm/certificateValidation:CertificateValidation': {
    sources: sourcesOf('acm/certificate_validation', 'awscertificatemanager'),
    read: (_, names) => [calls(certificates(names), 'acm', 'DescribeCertificate')],
    write: () => [],
  },
  'aws:apigatewayv2/api:Api': httpApi('api'),
  'aws:apigatewayv2/apiMapping:ApiMapping': domain('api_mapping'),
  'aws:apigatewayv2/authorizer:Authorizer': httpApi('authorizer'),
  // Source of the role: https://docs.aws.amazon.com/apigateway/latest/developerguide/using-service-linked-roles.html
  'aws:apigatewayv2/domainName:DomainName': domain('domain_name', (_, { partition, account }) => {
    const service = 'ops.apigateway.amazonaws.com';
    const role = `arn:${partition}:iam::${account}:role/aws-service-role/${service}/AWSServiceRoleForAPIGateway`;
    return [calls([role], 'iam', 'CreateServiceLinkedRole', { StringEquals: { 'iam:AWSServiceName': service } })];
  }),
  'aws:apigatewayv2/integration:Integration': httpApi('integration'),
  'aws:apigatewayv2/route:Route': httpApi('route'),
  // Source of the log: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-CWL.html
  'aws:apigatewayv2/stage:Stage': httpApi('stage', ({ inputs }, names) => {
    if (inputs['accessLogSettings'] === undefined) return [];
    const delivery = 'CreateLogDelivery DeleteLogDelivery GetLogDelivery ListLogDeliveries UpdateLogDelivery';
    return [
      calls(everyLogGroup(names), 'logs', 'DescribeLogGroups'),
      calls([arn(names, 'logs', '*')], 'logs', 'DescribeResourcePolicies PutResourcePolicy'),
      calls(['*'], 'logs', delivery),
    ];
  }),
  'aws:cloudwatch/logGroup:LogGroup': {
    sources: sourcesOf('logs/group', 'amazoncloudwatchlogs'),
    read: (_, names) => [
      calls(everyLogGroup(names), 'logs', 'DescribeLogGroups'),
      calls(logGroups(names), 'logs', 'ListTagsForResource'),
    ],
    write: ({ inputs }, names) => {
      const key = inputs['kmsKeyId'] === undefined ? '' : ' AssociateKmsKey DisassociateKmsKey';
      const actions = `CreateLogGroup DeleteLogGroup PutRetentionPolicy TagResource UntagResource${key}`;
      return [calls(logGroups(names), 'logs', actions)];
    },
  },
  'aws:cloudwatch/logMetricFilter:LogMetricFilter': {
    sources: sourcesOf('logs/metric_filter', 'amazoncloudwatchlogs'),
    read: (_, names) => [calls(logGroups(names), 'logs', 'DescribeMetricFilters')],
    write: (_, names) => [calls(logGroups(names), 'logs', 'PutMetricFilter DeleteMetricFilter')],
  },
  'aws:cloudwatch/metricAlarm:MetricAlarm': {
    sources: sourcesOf('cloudwatch/metric_alarm', 'amazoncloudwatch'),
    read: (_, names) => [
      calls([arn(names, 'cloudwatch', 'alarm:*')], 'cloudwatch', 'DescribeAlarms'),
      calls(alarms(names), 'cloudwatch', 'ListTagsForResource'),
    ],
    write: (_, names) => [calls(alarms(names), 'cloudwatch', 'PutMetricAlarm DeleteAlarms TagResource UntagResource')],
  },
  'aws:iam/role:Role': {
    sources: sourcesOf('iam/role', 'awsidentityandaccessmanagementiam'),
    read: (_, names) => [calls(roles(names), 'iam', 'GetRole GetRolePolicy ListAttachedRolePolicies ListRolePolicies')],
    write: (_, names) => [
      bounded('CreateRole PutRolePermissionsBoundary', names),
      calls(roles(names), 'iam', 'DeleteRole ListInstanceProfilesForRole TagRole UntagRole'),
      calls(roles(names), 'iam', 'UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription'),
    ],
  },
  'aws:iam/rolePolicy:RolePolicy': {
    sources: sourcesOf('iam/role_policy', 'awsidentityandaccessmanagementiam'),
    read: (_, names) => [calls(roles(names), 'iam', 'GetRolePolicy')],
    write: (_, names) => [bounded('PutRolePolicy DeleteRolePolicy', names)],
  },
  'aws:lambda/function:Function': {
    sources: sourcesOf('lambda/function', 'awslambda'),
    read: (_, names) => [
      calls(functions(names), 'lambda', 'GetFunction GetFunctionCodeSigningConfig ListTags ListVersionsByFunction'),
    ],
    write: ({ inputs: { layers, vpcConfig } }, names) => [
      calls(functions(names), 'lambda', 'CreateFunction DeleteFunction UpdateFunctionCode UpdateFunctionConfiguration'),
      calls(functions(names), 'lambda', 'DeleteFunctionConcurrency PutFunctionConcurrency TagResource UntagResource'),
      calls(roles(names), 'iam', 'PassRole', { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } }),
      // Lambda checks that the caller may read a layer that it adds.
      ...(Array.isArray(layers) && layers.length > 0 ? [calls(layers.map(String), 'lambda', 'GetLayerVersion')] : []),
      // Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html. They have no resource in IAM.
      ...(vpcConfig === undefined ? [] : [calls(['*'], 'ec2', 'DescribeSecurityGroups DescribeSubnets DescribeVpcs')]),
    ],
  },
  'aws:lambda/permission:Permission': {
    sources: sourcesOf('lambda/permission', 'awslambda'),
    read: (resource, names) => [calls(invokedFunction(resource, names), 'lambda', 'GetPolicy')],
    write: (resource, names) => [
      calls(invokedFunction(resource, names), 'lambda', 'AddPermission', {
        StringEquals: { 'lambda:Principal': 'apigateway.amazonaws.com' },
      }),
      calls(invokedFunction(resource, names), 'lambda', 'RemovePermission'),
    ],
  },
  'aws:route53/record:Record': {
    sources: sourcesOf(
      'route53/record',
      'amazonroute53',
      'https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html',
    ),
    read: (resource, names) => [calls(zone(resource, names), 'route53', 'GetHostedZone ListResourceRecordSets')],
    write: (resource, names) => [
      calls(zone(resource, names), 'route53', 'ChangeResourceRecordSets', {
        'ForAllValues:StringLike': {
          'route53:ChangeResourceRecordSetsNormalizedRecordNames': recordNames(resource),
        },
      }),
      calls([`arn:${names.partition}:route53:::change/*`], 'route53', 'GetChange'),
    ],
  },
};
