import type * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { LAMBDA_HANDLER } from './bundle.ts';
import { RUNTIME, type HandlerSpec } from '../contract/handler-spec.ts';
import type { Settings } from '../../settings.ts';
import { LAMBDA_MAY_ASSUME, logGroupArn, policyOf, statementsOf } from './policy.ts';
import { services } from './services.ts';

interface Surroundings {
  readonly code: pulumi.asset.Archive;
  readonly parent: pulumi.Resource;
  /** The only API that may invoke the function. */
  readonly api: aws.apigatewayv2.Api;
  readonly region: string;
  /** Former names of the resources, if the handler was renamed. */
  readonly aliases: pulumi.Alias[];
  readonly logs: Pick<aws.cloudwatch.LogGroupArgs, 'retentionInDays' | 'kmsKeyId'>;
  /** Whether Node reads the bundle's source map. */
  readonly sourceMaps: boolean;
  readonly vpc: Settings['vpc'];
  readonly secretEnvironment: boolean;
  /** The ARN of the role's permissions boundary. */
  readonly permissionsBoundary: string | undefined;
  readonly secretStatements: boolean;
}

/**
 * Declares a Lambda function, its log group, its role with the handler's statements, and the API's invoke permission.
 */
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
    // Renaming would replace the log group and lose its events.
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
 * Declares the API's permission to invoke a function. One covers all routes: separate ones would reach the 20 KB limit
 * at about 60.
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
