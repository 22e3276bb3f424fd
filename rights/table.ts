import type { RecordedResource } from '@auth0-http-api/twin';
import { RightsError } from './rights-error.ts';

/** The parts of a stack's ARNs. */
export interface Names {
  readonly project: string;
  readonly stack: string;
  readonly region: string;
  readonly account: string;
  readonly partition: string;
  /** The beginning of physical names in AWS; `pulumi:autonaming` in Pulumi.yaml has the same. */
  readonly prefix: string;
  /** The ARN of the permissions boundary, which each role must have. */
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
  /** The provider's code, and the actions with their resources and condition keys. */
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

const roles = (names: Names): string[] => [`arn:${names.partition}:iam::${names.account}:role/${names.prefix}*`];
const functions = (names: Names): string[] => [arn(names, 'lambda', `function:${names.prefix}*`)];
const logGroups = (names: Names): string[] => [arn(names, 'logs', `log-group:/${names.project}/${names.stack}/*`)];
const everyLogGroup = (names: Names): string[] => [arn(names, 'logs', 'log-group:*')];
const certificates = (names: Names): string[] => [arn(names, 'acm', 'certificate/*')];
const topics = (names: Names): string[] => [arn(names, 'sns', `${names.prefix}*`)];
const zone = (resource: RecordedResource, { partition }: Names): string[] => [
  `arn:${partition}:route53:::hostedzone/${text(resource, 'zoneId')}`,
];

/** Lambda checks that the caller who adds a layer to a function may read that layer. */
function layersOf({ inputs }: RecordedResource): Grant[] {
  const layers = Array.isArray(inputs['layers']) ? inputs['layers'].map(String) : [];
  return layers.length === 0 ? [] : [{ actions: ['lambda:GetLayerVersion'], on: layers }];
}

/** A function given by its ARN existed before the stack. */
function invokedFunction(resource: RecordedResource, names: Names): string[] {
  const name = text(resource, 'function');
  if (!name.startsWith('arn:')) return functions(names);
  const { qualifier } = resource.inputs;
  return typeof qualifier === 'string' ? [name, `${name}:${qualifier}`] : [name];
}

/** Returns the record's name. That of a validation record begins with a hash which only ACM knows beforehand. */
function recordNames(resource: RecordedResource): string[] {
  const name = text(resource, 'name').toLowerCase().replace(/\.$/, '');
  return [name.replace(/^_[0-9a-f]{32}\./, '_*.')];
}

/** An API's ARN has its id, which is unknown before it exists. */
function httpApi(file: string, ...paths: readonly string[]): TypeRights {
  const on = ({ partition, region }: Names): string[] =>
    ['/apis', '/apis/*', '/tags/*', ...paths].map((path) => `arn:${partition}:apigateway:${region}::${path}`);
  return {
    sources: [`${PROVIDER}apigatewayv2/${file}.go`, `${REFERENCE}amazonapigatewaymanagementv2.html`],
    read: (_, names) => [{ actions: ['apigateway:GET'], on: on(names) }],
    write: (_, names) => [{ actions: ['apigateway:POST', 'apigateway:PATCH', 'apigateway:DELETE'], on: on(names) }],
  };
}

/** The ARN of a domain name has the name itself. */
function domain(file: string, also: (names: Names) => readonly Grant[] = () => []): TypeRights {
  const on = (resource: RecordedResource, { partition, region }: Names): string[] => {
    const path = `/domainnames/${text(resource, 'domainName')}`;
    return ['/domainnames', path, `${path}/*`, '/tags/*'].map((one) => `arn:${partition}:apigateway:${region}::${one}`);
  };
  return {
    sources: [
      `${PROVIDER}apigatewayv2/${file}.go`,
      `${REFERENCE}amazonapigatewaymanagementv2.html`,
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/using-service-linked-roles.html',
    ],
    read: (resource, names) => [{ actions: ['apigateway:GET'], on: on(resource, names) }],
    write: (resource, names) => [
      { actions: ['apigateway:POST', 'apigateway:PATCH', 'apigateway:DELETE'], on: on(resource, names) },
      ...also(names),
    ],
  };
}

const stage = httpApi('stage');

/**
 * The calls of the AWS provider, by resource type, and the resources that a stack's credentials may make them on. A type
 * that is missing here is an error.
 */
export const RIGHTS: Readonly<Record<string, TypeRights>> = {
  'aws:acm/certificate:Certificate': {
    sources: [`${PROVIDER}acm/certificate.go`, `${REFERENCE}awscertificatemanager.html`],
    read: (_, names) => [
      { actions: ['acm:DescribeCertificate', 'acm:ListTagsForCertificate'], on: certificates(names) },
    ],
    write: (resource, names) => [
      {
        actions: ['acm:RequestCertificate'],
        on: certificates(names),
        when: { 'ForAllValues:StringEquals': { 'acm:DomainNames': [text(resource, 'domainName')] } },
      },
      {
        actions: ['acm:DeleteCertificate', 'acm:AddTagsToCertificate', 'acm:RemoveTagsFromCertificate'],
        on: certificates(names),
      },
    ],
  },
  'aws:acm/certificateValidation:CertificateValidation': {
    sources: [`${PROVIDER}acm/certificate_validation.go`, `${REFERENCE}awscertificatemanager.html`],
    read: (_, names) => [{ actions: ['acm:DescribeCertificate'], on: certificates(names) }],
    write: () => [],
  },
  'aws:apigatewayv2/api:Api': httpApi('api'),
  'aws:apigatewayv2/apiMapping:ApiMapping': domain('api_mapping'),
  'aws:apigatewayv2/authorizer:Authorizer': httpApi('authorizer'),
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
            { actions: ['logs:DescribeLogGroups'], on: everyLogGroup(names) },
            {
              actions: ['logs:DescribeResourcePolicies', 'logs:PutResourcePolicy'],
              on: [arn(names, 'logs', '*')],
            },
            // These actions have no resource in IAM.
            {
              actions: [
                'logs:CreateLogDelivery',
                'logs:DeleteLogDelivery',
                'logs:GetLogDelivery',
                'logs:ListLogDeliveries',
                'logs:UpdateLogDelivery',
              ],
              on: ['*'],
            },
          ]),
    ],
  },
  'aws:cloudwatch/logGroup:LogGroup': {
    sources: [`${PROVIDER}logs/group.go`, `${REFERENCE}amazoncloudwatchlogs.html`],
    read: (_, names) => [
      { actions: ['logs:DescribeLogGroups'], on: everyLogGroup(names) },
      { actions: ['logs:ListTagsForResource'], on: logGroups(names) },
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
    read: (_, names) => [{ actions: ['logs:DescribeMetricFilters'], on: logGroups(names) }],
    write: (_, names) => [{ actions: ['logs:PutMetricFilter', 'logs:DeleteMetricFilter'], on: logGroups(names) }],
  },
  'aws:cloudwatch/metricAlarm:MetricAlarm': {
    sources: [`${PROVIDER}cloudwatch/metric_alarm.go`, `${REFERENCE}amazoncloudwatch.html`],
    read: (_, names) => [
      { actions: ['cloudwatch:DescribeAlarms'], on: [arn(names, 'cloudwatch', 'alarm:*')] },
      { actions: ['cloudwatch:ListTagsForResource'], on: [arn(names, 'cloudwatch', `alarm:${names.prefix}*`)] },
    ],
    write: (_, names) => [
      {
        actions: [
          'cloudwatch:PutMetricAlarm',
          'cloudwatch:DeleteAlarms',
          'cloudwatch:TagResource',
          'cloudwatch:UntagResource',
        ],
        on: [arn(names, 'cloudwatch', `alarm:${names.prefix}*`)],
      },
    ],
  },
  'aws:iam/role:Role': {
    sources: [`${PROVIDER}iam/role.go`, `${REFERENCE}awsidentityandaccessmanagementiam.html`],
    read: (_, names) => [
      {
        actions: ['iam:GetRole', 'iam:GetRolePolicy', 'iam:ListAttachedRolePolicies', 'iam:ListRolePolicies'],
        on: roles(names),
      },
    ],
    write: (_, names) => [
      bounded(['iam:CreateRole', 'iam:PutRolePermissionsBoundary'], names),
      {
        actions: [
          'iam:DeleteRole',
          'iam:ListInstanceProfilesForRole',
          'iam:TagRole',
          'iam:UntagRole',
          'iam:UpdateAssumeRolePolicy',
          'iam:UpdateRole',
          'iam:UpdateRoleDescription',
        ],
        on: roles(names),
      },
    ],
  },
  'aws:iam/rolePolicy:RolePolicy': {
    sources: [`${PROVIDER}iam/role_policy.go`, `${REFERENCE}awsidentityandaccessmanagementiam.html`],
    read: (_, names) => [{ actions: ['iam:GetRolePolicy'], on: roles(names) }],
    write: (_, names) => [bounded(['iam:PutRolePolicy', 'iam:DeleteRolePolicy'], names)],
  },
  'aws:lambda/function:Function': {
    sources: [`${PROVIDER}lambda/function.go`, `${REFERENCE}awslambda.html`],
    read: (_, names) => [
      {
        actions: [
          'lambda:GetFunction',
          'lambda:GetFunctionCodeSigningConfig',
          'lambda:ListTags',
          'lambda:ListVersionsByFunction',
        ],
        on: functions(names),
      },
    ],
    write: (resource, names) => [
      {
        actions: [
          'lambda:CreateFunction',
          'lambda:DeleteFunction',
          'lambda:DeleteFunctionConcurrency',
          'lambda:PutFunctionConcurrency',
          'lambda:TagResource',
          'lambda:UntagResource',
          'lambda:UpdateFunctionCode',
          'lambda:UpdateFunctionConfiguration',
        ],
        on: functions(names),
      },
      {
        actions: ['iam:PassRole'],
        on: roles(names),
        when: { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
      },
      ...layersOf(resource),
      // Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html. They have no resource in IAM.
      ...(resource.inputs['vpcConfig'] === undefined
        ? []
        : [{ actions: ['ec2:DescribeSecurityGroups', 'ec2:DescribeSubnets', 'ec2:DescribeVpcs'], on: ['*'] }]),
    ],
  },
  'aws:lambda/permission:Permission': {
    sources: [`${PROVIDER}lambda/permission.go`, `${REFERENCE}awslambda.html`],
    read: (resource, names) => [{ actions: ['lambda:GetPolicy'], on: invokedFunction(resource, names) }],
    write: (resource, names) => [
      {
        actions: ['lambda:AddPermission'],
        on: invokedFunction(resource, names),
        when: { StringEquals: { 'lambda:Principal': 'apigateway.amazonaws.com' } },
      },
      { actions: ['lambda:RemovePermission'], on: invokedFunction(resource, names) },
    ],
  },
  'aws:route53/record:Record': {
    sources: [
      `${PROVIDER}route53/record.go`,
      `${REFERENCE}amazonroute53.html`,
      'https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html',
    ],
    read: (resource, names) => [
      { actions: ['route53:GetHostedZone', 'route53:ListResourceRecordSets'], on: zone(resource, names) },
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
      { actions: ['route53:GetChange'], on: [`arn:${names.partition}:route53:::change/*`] },
    ],
  },
  'aws:sns/topic:Topic': {
    sources: [`${PROVIDER}sns/topic.go`, `${REFERENCE}amazonsns.html`],
    read: (_, names) => [{ actions: ['sns:GetTopicAttributes', 'sns:ListTagsForResource'], on: topics(names) }],
    write: (_, names) => [
      {
        actions: [
          'sns:CreateTopic',
          'sns:DeleteTopic',
          'sns:SetTopicAttributes',
          'sns:TagResource',
          'sns:UntagResource',
        ],
        on: topics(names),
      },
    ],
  },
};

/** Without the boundary, two calls could give a role any right. */
function bounded(actions: readonly string[], names: Names): Grant {
  return { actions, on: roles(names), when: { StringEquals: { 'iam:PermissionsBoundary': names.boundary } } };
}
