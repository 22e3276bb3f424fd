import type { LambdaFunction } from '../model/integrations.ts';

/** Returns whether a major version of Node.js supports handlers with a callback. */
export function takesCallbacks(node: number): boolean {
  return node < 24;
}

/** NODE_PATH: layers, Lambda's packages, and the function's folder last. Source: lambda/latest/dg/nodejs-layers */
const nodePath = (node: number): readonly string[] => [
  `/opt/nodejs/node${node}/node_modules`,
  '/opt/nodejs/node_modules',
  '/var/runtime/node_modules',
  '/var/runtime',
  '/var/task',
];

/**
 * Returns the environment of a function's process: Lambda's variables and the function's own. It has none of this
 * machine's variables, above all no cloud credentials.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function environmentOf(lambda: LambdaFunction, region: string, taskRoot: string): Record<string, string> {
  return {
    LANG: 'en_US.UTF-8',
    PATH: '/usr/local/bin:/usr/bin:/bin',
    // Lambda's home, which does not exist here: in the user's home, the AWS SDK would find credentials.
    HOME: '/home/sbx_user1051',
    // Node copies this variable from the parent process unless it is set.
    NODE_V8_COVERAGE: '',
    ...lambda.environment,
    AWS_EC2_METADATA_DISABLED: 'true',
    _HANDLER: lambda.handler,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${lambda.node}.x`,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(lambda.memory),
    AWS_LAMBDA_FUNCTION_NAME: lambda.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: lambda.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: 'twin',
    AWS_REGION: region,
    // Not the address of Lambda's X-Ray daemon: a handler's traces must not leave this machine.
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1:2000',
    _AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1',
    _AWS_XRAY_DAEMON_PORT: '2000',
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    LAMBDA_TASK_ROOT: taskRoot,
    NODE_PATH: nodePath(lambda.node).join(':'),
    TZ: ':UTC',
  };
}
