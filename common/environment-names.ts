/** Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html (reserved names). */
const RESERVED = /^(_HANDLER|_X_AMZN_TRACE_ID|AWS_(?!LAMBDA_EXEC_WRAPPER$).*|LAMBDA_TASK_ROOT|LAMBDA_RUNTIME_DIR|TZ)$/;

/** Bytes that names and values of a function's variables may take together. Source: Lambda quotas. */
export const ENVIRONMENT_LIMIT = 4096;

/** Why Lambda would not take a variable of this name, or nothing. */
export function variableNameProblem(name: string): string | undefined {
  if (RESERVED.test(name)) return 'Lambda keeps this name for itself; choose another';
  return /^[A-Za-z]\w+$/.test(name)
    ? undefined
    : 'Lambda takes no such name of a variable: a letter, and one or more letters, digits or _ after it';
}

/** Bytes that variables take. */
export function environmentSize(variables: Readonly<Record<string, string>>): number {
  return Object.entries(variables).reduce(
    (size, [name, value]) => size + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
}
