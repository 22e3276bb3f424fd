import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { bundleHandler, LAMBDA_HANDLER } from './bundle.ts';
import type { HandlerSpec } from './define-contract.ts';

/** Days that a function's log is kept. */
const LOG_RETENTION = 30;

/** The runtime that handlers are bundled for, typed and tried with. */
const RUNTIME = 'nodejs24.x';

interface Surroundings {
  readonly root: URL;
  readonly parent: pulumi.Resource;
  /** The one API that may invoke the function. */
  readonly api: aws.apigatewayv2.Api;
  /** What the resources were called before, where the handler was renamed. */
  readonly aliases: pulumi.Alias[];
}

/** A Lambda function with its own log group, a role that may write to that and nothing else, and leave for the API. */
export function declareFunction(
  name: string,
  handler: HandlerSpec,
  { root, parent, api, aliases }: Surroundings,
): aws.lambda.Function {
  const logGroup = new aws.cloudwatch.LogGroup(
    name,
    { name: `/${pulumi.getProject()}/${pulumi.getStack()}/${name}`, retentionInDays: LOG_RETENTION },
    // A log group cannot be renamed. It keeps the name that it was created with, and so its events.
    { parent, aliases, ignoreChanges: ['name'] },
  );
  const role = new aws.iam.Role(name, { assumeRolePolicy: policy(LAMBDA_MAY_ASSUME) }, { parent, aliases });
  const rolePolicy = new aws.iam.RolePolicy(
    name,
    { role: role.name, policy: logGroup.arn.apply((arn) => policy(mayLogTo(arn))) },
    { parent, aliases },
  );
  const lambda = new aws.lambda.Function(
    name,
    {
      code: bundleHandler(handler.file, root),
      handler: LAMBDA_HANDLER,
      runtime: RUNTIME,
      architectures: ['arm64'],
      memorySize: handler.memory,
      timeout: handler.timeout,
      role: role.arn,
      loggingConfig: { logFormat: 'Text', logGroup: logGroup.name },
    },
    { parent, aliases, dependsOn: [rolePolicy] },
  );
  // One for all routes: a function's policy is limited to 20 KB, which one permission per route reaches at about 60.
  new aws.lambda.Permission(
    name,
    {
      action: 'lambda:InvokeFunction',
      function: lambda.name,
      principal: 'apigateway.amazonaws.com',
      sourceArn: pulumi.interpolate`${api.executionArn}/*/*`,
    },
    { parent, aliases },
  );
  return lambda;
}

const LAMBDA_MAY_ASSUME = {
  Effect: 'Allow',
  Action: 'sts:AssumeRole',
  Principal: { Service: 'lambda.amazonaws.com' },
} as const;

function mayLogTo(logGroupArn: string): object {
  return {
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: `${logGroupArn}:*`,
  };
}

function policy(statement: object): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}
