import type * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Within } from './api-parts.ts';
import { LAMBDA_HANDLER } from '../bundle/bundle.ts';
import { handlerIn, RUNTIME, type HandlerSpec } from '../contract/handler-spec.ts';
import { formerName } from '../former-name.ts';
import { LAMBDA_MAY_ASSUME, logGroupArn, policyOf, statementsOf } from './policy.ts';
import { services } from '../services.ts';
import { keptLogs } from './stage.ts';

/** Declares a handler's function, its log group, its role with the handler's statements, and the API's invoke permission. */
export function declareHandler(
  { component: parent, name: side, contract, settings, bundles }: Within,
  key: string,
  api: aws.apigatewayv2.Api,
): aws.lambda.Function {
  const spec = contract.handlers[key];
  const code = bundles.get(key)?.archive;
  if (spec === undefined || code === undefined) throw new Error(`no handler or bundle of ${key}`);
  const name = `${side}-${key}`;
  const handler = handlerIn(spec, settings.handlers[key]);
  const aliases = formerName(side, spec.formerly);
  const { region, vpc, permissionsBoundary, secretHandlers } = settings;
  const isSecret = (part: 'environment' | 'statements'): boolean =>
    secretHandlers && settings.handlers[key]?.[part] !== undefined;
  const logGroup = new services.cloudwatch.LogGroup(
    name,
    { name: `/${pulumi.getProject()}/${pulumi.getStack()}/${name}`, ...keptLogs(settings) },
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
      policy: (isSecret('statements') ? pulumi.secret(logGroup.name) : logGroup.name).apply((log) =>
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
      ...environmentOf(handler, settings.sourceMaps, isSecret('environment')),
      role: role.arn,
      loggingConfig: { logFormat: 'Text', logGroup: logGroup.name },
    },
    { parent, aliases, dependsOn: [rolePolicy] },
  );
  letInvoke(name, { function: lambda.name }, api, { parent, aliases });
  return lambda;
}

/** Declares the API's permission to invoke a function: one for all routes, because 60 would reach the 20 KB limit. */
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
