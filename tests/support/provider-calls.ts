import type { RecordedResource } from '@auth0-http-api/twin';
import type { Call } from './iam.ts';

export const ACCOUNT = '123456789012';
const REGION = 'eu-central-1';

/** The calls that the AWS provider makes for a resource, with its ARN in AWS. */
interface ProviderCalls {
  readonly read: readonly Call[];
  readonly write: readonly Call[];
}

/** Read from the provider's source, type by type; sources are in `commands/rights/table.ts`. */
export function callsOf(resource: RecordedResource, stack: string): ProviderCalls {
  const { type, name, inputs } = resource;
  const textOf = (key: string): string => {
    const value = inputs[key];
    if (typeof value !== 'string') throw new Error(`${name} has no ${key}`);
    return value;
  };
  const own = `auth0-http-api--${stack}--${name}-0a1b2c3`;
  const role = `arn:aws:iam::${ACCOUNT}:role/${own}`;
  const bounded = {
    'iam:PermissionsBoundary': `arn:aws:iam::${ACCOUNT}:policy/auth0-http-api--${stack}--boundary`,
  };
  const on = (on: string, actions: string, context?: Call['context']): Call[] =>
    actions.split(' ').map((action) => ({ action, resource: on, ...(context && { context }) }));
  const at = (service: string, path: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${path}`;
  const http = (...paths: readonly string[]): ProviderCalls => ({
    read: paths.flatMap((path) => on(`arn:aws:apigateway:${REGION}::${path}`, 'apigateway:GET')),
    write: paths.flatMap((path) =>
      on(`arn:aws:apigateway:${REGION}::${path}`, 'apigateway:POST apigateway:PATCH apigateway:DELETE'),
    ),
  });
  const logGroup = (group: string): string => at('logs', `log-group:${group}`);
  switch (type.split(':').at(-1) ?? '') {
    case 'Api':
      return http('/apis', '/apis/a1b2c3d4e5');
    case 'Authorizer':
    case 'Integration':
    case 'Route':
      return http('/apis/a1b2c3d4e5/routes', '/apis/a1b2c3d4e5/routes/r1');
    case 'Stage': {
      const { read, write } = http('/apis/a1b2c3d4e5/stages', '/apis/a1b2c3d4e5/stages/$default');
      const delivery = 'logs:CreateLogDelivery logs:GetLogDelivery logs:UpdateLogDelivery logs:DeleteLogDelivery';
      return {
        read,
        write: [
          ...write,
          ...on('*', `${delivery} logs:ListLogDeliveries`),
          ...on(at('logs', '*'), 'logs:PutResourcePolicy logs:DescribeResourcePolicies'),
          ...on(logGroup('*'), 'logs:DescribeLogGroups'),
        ],
      };
    }
    case 'DomainName': {
      const { read, write } = http('/domainnames', `/domainnames/${textOf('domainName')}`);
      const linked = `arn:aws:iam::${ACCOUNT}:role/aws-service-role/ops.apigateway.amazonaws.com/AWSServiceRoleForAPIGateway`;
      const service = { 'iam:AWSServiceName': 'ops.apigateway.amazonaws.com' };
      return { read, write: [...write, ...on(linked, 'iam:CreateServiceLinkedRole', service)] };
    }
    case 'ApiMapping':
      return http(`/domainnames/${textOf('domainName')}/apimappings`);
    case 'Certificate': {
      const certificate = at('acm', 'certificate/1234');
      return {
        read: on(certificate, 'acm:DescribeCertificate acm:ListTagsForCertificate'),
        write: [
          ...on(certificate, 'acm:RequestCertificate', { 'acm:DomainNames': [textOf('domainName')] }),
          ...on(certificate, 'acm:DeleteCertificate acm:AddTagsToCertificate acm:RemoveTagsFromCertificate'),
        ],
      };
    }
    case 'CertificateValidation':
      return { read: on(at('acm', 'certificate/1234'), 'acm:DescribeCertificate'), write: [] };
    case 'Record': {
      const zone = `arn:aws:route53:::hostedzone/${textOf('zoneId')}`;
      const names = { 'route53:ChangeResourceRecordSetsNormalizedRecordNames': [textOf('name').replace(/\.$/, '')] };
      return {
        read: on(zone, 'route53:GetHostedZone route53:ListResourceRecordSets'),
        write: [
          ...on(zone, 'route53:ChangeResourceRecordSets', names),
          ...on('arn:aws:route53:::change/C1', 'route53:GetChange'),
        ],
      };
    }
    case 'LogGroup':
      return {
        read: [
          ...on(logGroup('*'), 'logs:DescribeLogGroups'),
          ...on(logGroup(textOf('name')), 'logs:ListTagsForResource'),
        ],
        write: on(
          logGroup(textOf('name')),
          `logs:CreateLogGroup logs:PutRetentionPolicy logs:DeleteLogGroup logs:TagResource logs:UntagResource${
            inputs['kmsKeyId'] === undefined ? '' : ' logs:AssociateKmsKey logs:DisassociateKmsKey'
          }`,
        ),
      };
    case 'LogMetricFilter':
      return {
        read: on(logGroup(textOf('logGroupName')), 'logs:DescribeMetricFilters'),
        write: on(logGroup(textOf('logGroupName')), 'logs:PutMetricFilter logs:DeleteMetricFilter'),
      };
    case 'MetricAlarm': {
      const alarm = at('cloudwatch', `alarm:${own}`);
      return {
        read: on(alarm, 'cloudwatch:DescribeAlarms cloudwatch:ListTagsForResource'),
        write: on(
          alarm,
          'cloudwatch:PutMetricAlarm cloudwatch:DeleteAlarms cloudwatch:TagResource cloudwatch:UntagResource',
        ),
      };
    }
    case 'Role':
      return {
        read: on(role, 'iam:GetRole iam:ListRolePolicies iam:GetRolePolicy iam:ListAttachedRolePolicies'),
        write: [
          ...on(role, 'iam:CreateRole iam:PutRolePermissionsBoundary', bounded),
          ...on(role, 'iam:UpdateRole iam:UpdateRoleDescription iam:UpdateAssumeRolePolicy', bounded),
          ...on(role, 'iam:ListInstanceProfilesForRole iam:DeleteRole iam:TagRole iam:UntagRole', bounded),
        ],
      };
    case 'RolePolicy':
      return {
        read: on(role, 'iam:GetRolePolicy'),
        write: on(role, 'iam:PutRolePolicy iam:DeleteRolePolicy', bounded),
      };
    case 'Function': {
      const lambda = at('lambda', `function:${own}`);
      const reads = 'lambda:GetFunction lambda:GetFunctionCodeSigningConfig lambda:ListTags';
      const writes = 'lambda:CreateFunction lambda:UpdateFunctionCode lambda:UpdateFunctionConfiguration';
      return {
        read: on(lambda, `${reads} lambda:ListVersionsByFunction`),
        write: [
          ...on(lambda, `${writes} lambda:DeleteFunction lambda:TagResource lambda:UntagResource`),
          ...on(lambda, 'lambda:PutFunctionConcurrency lambda:DeleteFunctionConcurrency'),
          ...((inputs['layers'] ?? []) as readonly string[]).flatMap((layer) => on(layer, 'lambda:GetLayerVersion')),
          ...on(role, 'iam:PassRole', { 'iam:PassedToService': 'lambda.amazonaws.com' }),
        ],
      };
    }
    case 'Permission': {
      const existing = textOf('function').startsWith('arn:');
      const { qualifier } = inputs;
      const target = existing
        ? `${textOf('function')}${typeof qualifier === 'string' ? `:${qualifier}` : ''}`
        : at('lambda', `function:${own}`);
      return {
        read: on(target, 'lambda:GetPolicy'),
        write: on(target, 'lambda:AddPermission lambda:RemovePermission', { 'lambda:Principal': textOf('principal') }),
      };
    }
    default:
      throw new Error(`${type} has no calls here; read them in the provider's source`);
  }
}
