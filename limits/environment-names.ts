/** Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html (reserved names). */
const RESERVED = `_HANDLER _X_AMZN_TRACE_ID AWS_ACCESS_KEY AWS_ACCESS_KEY_ID AWS_DEFAULT_REGION AWS_EXECUTION_ENV
AWS_LAMBDA_FUNCTION_MEMORY_SIZE AWS_LAMBDA_FUNCTION_NAME AWS_LAMBDA_FUNCTION_VERSION AWS_LAMBDA_INITIALIZATION_TYPE
AWS_LAMBDA_LOG_GROUP_NAME AWS_LAMBDA_LOG_STREAM_NAME AWS_LAMBDA_RUNTIME_API AWS_REGION AWS_SECRET_ACCESS_KEY
AWS_SECRET_KEY AWS_SESSION_TOKEN LAMBDA_RUNTIME_DIR LAMBDA_TASK_ROOT TZ`.split(/\s+/);

/** Maximum bytes of all names and values of a function's variables. Source: Lambda quotas. */
export const ENVIRONMENT_LIMIT = 4096;

/** Returns why Lambda rejects a variable of this name, or undefined. */
export function variableNameProblem(name: string): string | undefined {
  if (RESERVED.includes(name)) return 'Lambda keeps this name for itself; choose another';
  return /^[A-Za-z]\w+$/.test(name)
    ? undefined
    : 'Lambda takes no such name of a variable: a letter, and one or more letters, digits or _ after it';
}

export function environmentSize(variables: Readonly<Record<string, string>>): number {
  return Object.entries(variables).reduce(
    (size, [name, value]) => size + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
}
