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
  readonly read: (resource: RecordedResource, names: Names) => readonly Grant[];
  /** The additional calls of creating, changing and deleting. */
  readonly write: (resource: RecordedResource, names: Names) => readonly Grant[];
}

const PROVIDER = 'https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/';
const REFERENCE = 'https://docs.aws.amazon.com/service-authorization/latest/reference/list_';

const arn = ({ partition, region, account }: Names, service: string, resource: string): string =>
  `arn:${partition}:${service}:${region}:${account}:${resource}`;

/** Returns an input that is a string. @throws RightsError for any other value */
export function text({ type, name, inputs }: RecordedResource, key: string): string {
  const value = inputs[key];
  if (typeof value === 'string') return value;
  throw new RightsError(`${type} ${name} has no ${key} that is known before it exists; write it as a string`);
}

const calls = (on: readonly string[], ...actions: readonly string[]): Grant => ({ actions, on });

const roles = (names: Names): string[] => [`arn:${names.partition}:iam::${names.account}:role/${names.prefix}*`];
const functions = (names: Names): string[] => [arn(names, 'lambda', `function:${names.prefix}*`)];
const logGroups = (names: Names): string[] => [arn(names, 'logs', `log-group:/${names.project}/${names.stack}/*`)];
const everyLogGroup = (names: Names): string[] => [arn(names, 'logs', 'log-group:*')];
const certificates = (names: Names): string[] => [arn(names, 'acm', 'certificate/*')];
const topics = (names: Names): string[] => [arn(names, 'sns', `${names.prefix}*`)];
const zone = (resource: RecordedResource, { partition }: Names): string[] => [
  `arn:${partition}:route53:::hostedzone/${text(resource, 'zoneId')}`,
];

/** Returns the layer permissions: Lambda checks that the caller may read a layer that it adds. */
function layersOf({ inputs }: RecordedResource): Grant[] {
  const layers = Array.isArray(inputs['layers']) ? inputs['layers'].map(String) : [];
  return layers.length === 0 ? [] : [calls(layers, 'lambda:GetLayerVersion')];
}

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
  also: (names: Names) => readonly Grant[] = () => [],
): TypeRights {
  const on = (resource: RecordedResource, { partition, region }: Names): string[] =>
    pathsOf(resource).map((path) => `arn:${partition}:apigateway:${region}::${path}`);
  return {
    sources: [`${PROVIDER}apigatewayv2/${file}.go`, `${REFERENCE}amazonapigatewaymanagementv2.html`],
    read: (resource, names) => [calls(on(resource, names), 'apigateway:GET')],
    write: (resource, names) => [
      calls(on(resource, names), 'apigateway:POST', 'apigateway:PATCH', 'apigateway:DELETE'),
      ...also(names),
    ],
  };
}

/** Uses wildcards, because an API's ID is unknown before it exists. */
const httpApi = (file: string): TypeRights => gateway(file, () => ['/apis', '/apis/*', '/tags/*']);

const domain = (file: string, also?: (names: Names) => readonly Grant[]): TypeRights =>
  gateway(
    file,
    (resource) => {
      const path = `/domainnames/${text(resource, 'domainName')}`;
      return ['/domainnames', path, `${path}/*`, '/tags/*'];
    },
    also,
  );

const stage = httpApi('stage');

/** The AWS provider's calls by resource type, and the resources that they apply to. A missing type is an error. */
export const RIGHTS: Readonly<Record<string, TypeRights>> = {
  'aws:acm/certificate:Certificate': {
    sources: [`${PROVIDER}acm/certificate.go`, `${REFERENCE}awscertificatemanager.html`],
    read: (_, names) => [calls(certificates(names), 'acm:DescribeCertificate', 'acm:ListTagsForCertificate')],
    write: (resource, names) => [
      {
        actions: ['acm:RequestCertificate'],
        on: certificates(names),
        when: { 'ForAllValues:StringEquals': { 'acm:DomainNames': [text(resource, 'domainName')] } },
      },
      calls(certificates(names), 'acm:DeleteCertificate', 'acm:AddTagsToCertificate', 'acm:RemoveTagsFromCertificate'),
    ],
  },
  'aws:acm/certificateValidation:CertificateValidation': {
    sources: [`${PROVIDER}acm/certificate_validation.go`, `${REFERENCE}awscertificatemanager.html`],
    read: (_, names) => [calls(certificates(names), 'acm:DescribeCertificate')],
    write: () => [],
  },
  'aws:apigatewayv2/api:Api': httpApi('api'),
  'aws:apigatewayv2/apiMapping:ApiMapping': domain('api_mapping'),
  'aws:apigatewayv2/authorizer:Authorizer': httpApi('authorizer'),
  // Source of the role: https://docs.aws.amazon.com/apigateway/latest/developerguide/using-service-linked-roles.html
  'aws:apigatewayv2/domainName:DomainName': domain('domain_name', ({ partition, account }) => [
    {
      actions: ['iam:CreateServiceLinkedRole'],
      on: [
        `arn:${partition}:iam::${account}:role/aws-service-role/ops.apigateway.amazonaws.com/AWSServiceRoleForAPIGateway`,
      ],
      when: { StringEquals: { 'iam:AWSServiceName': 'ops.apigateway.amazonaws.com' } },
    },
  ]),
  'aws:apigatewayv2/integration:Integration': httpApi('integration'),
  'aws:apigatewayv2/route:Route': httpApi('route'),
  'aws:apigatewayv2/stage:Stage': {
    sources: [
      ...stage.sources,
      'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-CWL.html',
    ],
    read: stage.read,
    write: (resource, names) => [
      ...stage.write(resource, names),
      ...(resource.inputs['accessLogSettings'] === undefined
        ? []
        : [
            calls(everyLogGroup(names), 'logs:DescribeLogGroups'),
            calls([arn(names, 'logs', '*')], 'logs:DescribeResourcePolicies', 'logs:PutResourcePolicy'),
            calls(
              ['*'],
              'logs:CreateLogDelivery',
              'logs:DeleteLogDelivery',
              'logs:GetLogDelivery',
              'logs:ListLogDeliveries',
              'logs:UpdateLogDelivery',
            ),
          ]),
    ],
  },
  'aws:cloudwatch/logGroup:LogGroup': {
    sources: [`${PROVIDER}logs/group.go`, `${REFERENCE}amazoncloudwatchlogs.html`],
    read: (_, names) => [
      calls(everyLogGroup(names), 'logs:DescribeLogGroups'),
      calls(logGroups(names), 'logs:ListTagsForResource'),
    ],
    write: ({ inputs }, names) => [
      {
        actions: [
          'logs:CreateLogGroup',
          'logs:DeleteLogGroup',
          'logs:PutRetentionPolicy',
          'logs:TagResource',
          'logs:UntagResource',
          ...(inputs['kmsKeyId'] === undefined ? [] : ['logs:AssociateKmsKey', 'logs:DisassociateKmsKey']),
        ],
        on: logGroups(names),
      },
    ],
  },
  'aws:cloudwatch/logMetricFilter:LogMetricFilter': {
    sources: [`${PROVIDER}logs/metric_filter.go`, `${REFERENCE}amazoncloudwatchlogs.html`],
    read: (_, names) => [calls(logGroups(names), 'logs:DescribeMetricFilters')],
    write: (_, names) => [calls(logGroups(names), 'logs:PutMetricFilter', 'logs:DeleteMetricFilter')],
  },
  'aws:cloudwatch/metricAlarm:MetricAlarm': {
    sources: [`${PROVIDER}cloudwatch/metric_alarm.go`, `${REFERENCE}amazoncloudwatch.html`],
    read: (_, names) => [
      calls([arn(names, 'cloudwatch', 'alarm:*')], 'cloudwatch:DescribeAlarms'),
      calls([arn(names, 'cloudwatch', `alarm:${names.prefix}*`)], 'cloudwatch:ListTagsForResource'),
    ],
    write: (_, names) => [
      calls(
        [arn(names, 'cloudwatch', `alarm:${names.prefix}*`)],
        'cloudwatch:PutMetricAlarm',
        'cloudwatch:DeleteAlarms',
        'cloudwatch:TagResource',
        'cloudwatch:UntagResource',
      ),
    ],
  },
  'aws:iam/role:Role': {
    sources: [`${PROVIDER}iam/role.go`, `${REFERENCE}awsidentityandaccessmanagementiam.html`],
    read: (_, names) => [
      calls(roles(names), 'iam:GetRole', 'iam:GetRolePolicy', 'iam:ListAttachedRolePolicies', 'iam:ListRolePolicies'),
    ],
    write: (_, names) => [
      bounded(['iam:CreateRole', 'iam:PutRolePermissionsBoundary'], names),
      calls(
        roles(names),
        'iam:DeleteRole',
        'iam:ListInstanceProfilesForRole',
        'iam:TagRole',
        'iam:UntagRole',
        'iam:UpdateAssumeRolePolicy',
        'iam:UpdateRole',
        'iam:UpdateRoleDescription',
      ),
    ],
  },
  'aws:iam/rolePolicy:RolePolicy': {
    sources: [`${PROVIDER}iam/role_policy.go`, `${REFERENCE}awsidentityandaccessmanagementiam.html`],
    read: (_, names) => [calls(roles(names), 'iam:GetRolePolicy')],
    write: (_, names) => [bounded(['iam:PutRolePolicy', 'iam:DeleteRolePolicy'], names)],
  },
  'aws:lambda/function:Function': {
    sources: [`${PROVIDER}lambda/function.go`, `${REFERENCE}awslambda.html`],
    read: (_, names) => [
      calls(
        functions(names),
        'lambda:GetFunction',
        'lambda:GetFunctionCodeSigningConfig',
        'lambda:ListTags',
        'lambda:ListVersionsByFunction',
      ),
    ],
    write: (resource, names) => [
      calls(
        functions(names),
        'lambda:CreateFunction',
        'lambda:DeleteFunction',
        'lambda:DeleteFunctionConcurrency',
        'lambda:PutFunctionConcurrency',
        'lambda:TagResource',
        'lambda:UntagResource',
        'lambda:UpdateFunctionCode',
        'lambda:UpdateFunctionConfiguration',
      ),
      {
        actions: ['iam:PassRole'],
        on: roles(names),
        when: { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
      },
      ...layersOf(resource),
      // Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html. They have no resource in IAM.
      ...(resource.inputs['vpcConfig'] === undefined
        ? []
        : [calls(['*'], 'ec2:DescribeSecurityGroups', 'ec2:DescribeSubnets', 'ec2:DescribeVpcs')]),
    ],
  },
  'aws:lambda/permission:Permission': {
    sources: [`${PROVIDER}lambda/permission.go`, `${REFERENCE}awslambda.html`],
    read: (resource, names) => [calls(invokedFunction(resource, names), 'lambda:GetPolicy')],
    write: (resource, names) => [
      {
        actions: ['lambda:AddPermission'],
        on: invokedFunction(resource, names),
        when: { StringEquals: { 'lambda:Principal': 'apigateway.amazonaws.com' } },
      },
      calls(invokedFunction(resource, names), 'lambda:RemovePermission'),
    ],
  },
  'aws:route53/record:Record': {
    sources: [
      `${PROVIDER}route53/record.go`,
      `${REFERENCE}amazonroute53.html`,
      'https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html',
    ],
    read: (resource, names) => [
      calls(zone(resource, names), 'route53:GetHostedZone', 'route53:ListResourceRecordSets'),
    ],
    write: (resource, names) => [
      {
        actions: ['route53:ChangeResourceRecordSets'],
        on: zone(resource, names),
        when: {
          'ForAllValues:StringLike': {
            'route53:ChangeResourceRecordSetsNormalizedRecordNames': recordNames(resource),
          },
        },
      },
      calls([`arn:${names.partition}:route53:::change/*`], 'route53:GetChange'),
    ],
  },
  'aws:sns/topic:Topic': {
    sources: [`${PROVIDER}sns/topic.go`, `${REFERENCE}amazonsns.html`],
    read: (_, names) => [calls(topics(names), 'sns:GetTopicAttributes', 'sns:ListTagsForResource')],
    write: (_, names) => [
      calls(
        topics(names),
        'sns:CreateTopic',
        'sns:DeleteTopic',
        'sns:SetTopicAttributes',
        'sns:TagResource',
        'sns:UntagResource',
      ),
    ],
  },
};

/** Requires the boundary: without it, two calls could give a role any permission. */
function bounded(actions: readonly string[], names: Names): Grant {
  return { actions, on: roles(names), when: { StringEquals: { 'iam:PermissionsBoundary': names.boundary } } };
}
