export interface FunctionArn {
  /** The function's ARN without version or alias. */
  readonly unqualified: string;
  readonly region: string;
  readonly account: string;
  readonly name: string;
  /** A version number or an alias. */
  readonly qualifier: string | undefined;
}

/** Returns the parts of a Lambda function's ARN; undefined for any other string. */
export function parseFunctionArn(text: string): FunctionArn | undefined {
  const [, unqualified, region, account, name, qualifier] =
    /^(arn:aws[a-z-]*:lambda:([a-z0-9-]+):(\d{12}):function:([A-Za-z0-9_-]{1,64}))(?::([A-Za-z0-9_-]{1,128}|\$LATEST))?$/.exec(
      text,
    ) ?? [];
  if (unqualified === undefined || region === undefined || account === undefined || name === undefined)
    return undefined;
  return { unqualified, region, account, name, qualifier };
}

/** Returns the function's ARN in API Gateway's invocation URI; any other string unchanged. */
export function functionOfUri(text: string): string {
  return (
    /^arn:aws[a-z-]*:apigateway:[^:]+:lambda:path\/2015-03-31\/functions\/(.+)\/invocations$/.exec(text)?.[1] ?? text
  );
}
