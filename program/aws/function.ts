import type * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { LAMBDA_HANDLER } from './bundle.ts';
import { RUNTIME, type HandlerSpec } from '../contract/handler-spec.ts';
import type { Settings } from '../../settings.ts';
import { LAMBDA_MAY_ASSUME, logGroupArn, policyOf, statementsOf } from './policy.ts';
import { services } from './services.ts';

interface Surroundings {
  /** The handler's bundle. */
  readonly code: pulumi.asset.Archive;
  readonly parent: pulumi.Resource;
  /** The one API that may invoke the function. */
  readonly api: aws.apigatewayv2.Api;
  /** The stack's region. */
  readonly region: string;
  /** What the resources were called before, where the handler was renamed. */
  readonly aliases: pulumi.Alias[];
  /** Retention and encryption of its log. */
  readonly logs: Pick<aws.cloudwatch.LogGroupArgs, 'retentionInDays' | 'kmsKeyId'>;
  /** Whether its bundle has a source map that Node is to read. */
  readonly sourceMaps: boolean;
  readonly vpc: Settings['vpc'];
  /** Whether the values of its variables are secret. */
  readonly secretEnvironment: boolean;
  /** The ARN of the permissions boundary of its role. */
  readonly permissionsBoundary: string | undefined;
  /** Whether the policy of its role is secret. */
  readonly secretStatements: boolean;
}

/** A Lambda function with its own log group, a role that may write to that and what the handler asks for, and leave for the API. */
export function declareFunction(
  name: string,
  handler: HandlerSpec,
  {
    code,
    parent,
    api,
    region,
    aliases,
    logs,
    sourceMaps,
    vpc,
    secretEnvironment,
    secretStatements,
    permissionsBoundary,
  }: Surroundings,
): aws.lambda.Function {
  const logGroup = new services.cloudwatch.LogGroup(
    name,
    { name: `/${pulumi.getProject()}/${pulumi.getStack()}/${name}`, ...logs },
    // A log group cannot be renamed. It keeps the name that it was created with, and so its events.
    { parent, aliases, ignoreChanges: ['name'] },
  );
  const role = new services.iam.Role(
    name,
    { assumeRolePolicy: LAMBDA_MAY_ASSUME, ...(permissionsBoundary !== undefined && { permissionsBoundary }) },
    { parent, aliases },
  );
  const rolePolicy = new services.iam.RolePolicy(
    name,
    {
      role: role.name,
      policy: (secretStatements ? pulumi.secret(logGroup.name) : logGroup.name).apply((log) =>
        policyOf(logGroupArn(region, log), statementsOf(handler), vpc !== undefined),
      ),
    },
    { parent, aliases },
  );
  const lambda = new services.lambda.Function(
    name,
    {
      code,
      handler: LAMBDA_HANDLER,
      runtime: handler.runtime ?? RUNTIME,
      architectures: [handler.architecture ?? 'arm64'],
      memorySize: handler.memory,
      timeout: handler.timeout,
      ...(handler.reservedConcurrency !== undefined && { reservedConcurrentExecutions: handler.reservedConcurrency }),
      ...(handler.layers !== undefined && { layers: [...handler.layers] }),
      ...(handler.ephemeralStorage !== undefined && { ephemeralStorage: { size: handler.ephemeralStorage } }),
      ...(handler.tracing === true && { tracingConfig: { mode: 'Active' } }),
      ...(vpc && { vpcConfig: { subnetIds: vpc.subnets, securityGroupIds: vpc.securityGroups } }),
      ...environmentOf(handler, sourceMaps, secretEnvironment),
      role: role.arn,
      loggingConfig: { logFormat: 'Text', logGroup: logGroup.name },
    },
    { parent, aliases, dependsOn: [rolePolicy] },
  );
  letInvoke(name, { function: lambda.name }, api, { parent, aliases });
  return lambda;
}

/**
 * Lets the API invoke a function. One permission for all routes: a function's policy is limited to 20 KB, which one for
 * each route reaches at about 60.
 */
export function letInvoke(
  name: string,
  target: Pick<aws.lambda.PermissionArgs, 'function' | 'qualifier'>,
  api: aws.apigatewayv2.Api,
  options: pulumi.CustomResourceOptions,
): void {
  new services.lambda.Permission(
    name,
    {
      action: 'lambda:InvokeFunction',
      ...target,
      principal: 'apigateway.amazonaws.com',
      sourceArn: pulumi.interpolate`${api.executionArn}/*/*`,
    },
    options,
  );
}

function environmentOf(
  { environment: own = {} }: HandlerSpec,
  sourceMaps: boolean,
  isSecret: boolean,
): Pick<aws.lambda.FunctionArgs, 'environment'> {
  const options = [own['NODE_OPTIONS'], '--enable-source-maps'].filter((option) => option !== undefined);
  const environment = sourceMaps ? { ...own, NODE_OPTIONS: options.join(' ') } : own;
  if (Object.keys(environment).length === 0) return {};
  const variables = { variables: environment };
  return { environment: isSecret ? pulumi.secret(variables) : variables };
}
