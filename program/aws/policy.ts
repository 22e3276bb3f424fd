import { partitionOf } from '../../limits/partitions.ts';
import { NETWORK_ACTIONS } from '../../limits/vpc.ts';
import type { HandlerSpec, PolicyStatement } from '../contract/handler-spec.ts';

/** Returns a log group's ARN with any account. A preview knows it early, so the rules can read the role's policy. */
export function logGroupArn(region: string, name: string): string {
  return `arn:${partitionOf(region)}:logs:${region}:*:log-group:${name}`;
}

/** Returns the policy of a handler's role: its log, and the statements of contract and stack file. */
export function policyOf(logArn: string, statements: readonly PolicyStatement[] = [], inVpc = false): string {
  return policy(
    ...(inVpc ? networkStatements(logArn.split(':')[1] ?? 'aws') : []),
    { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: `${logArn}:*` },
    ...statements.map(({ actions, resources, conditions }) => ({
      Effect: 'Allow',
      Action: actions,
      Resource: resources,
      ...(conditions && { Condition: conditions }),
    })),
  );
}

/**
 * Returns statements that let Lambda create network interfaces, but deny it to the function's own code.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 */
function networkStatements(partition: string): readonly object[] {
  const own = { 'lambda:SourceFunctionArn': `arn:${partition}:lambda:*:*:function:*` };
  return [
    { Effect: 'Allow', Action: NETWORK_ACTIONS, Resource: ['*'] },
    { Effect: 'Deny', Action: NETWORK_ACTIONS, Resource: ['*'], Condition: { ArnLike: own } },
  ];
}

/** Returns the handler's statements, plus permission to send traces if it has tracing. */
export function statementsOf({ statements = [], tracing }: HandlerSpec): readonly PolicyStatement[] {
  // Source: https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
  const traces = { actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], resources: ['*'] };
  return tracing === true ? [...statements, traces] : statements;
}

export const LAMBDA_MAY_ASSUME = policy({
  Effect: 'Allow',
  Action: 'sts:AssumeRole',
  Principal: { Service: 'lambda.amazonaws.com' },
});

/** Returns the characters of the role's policy with these statements, with the longest log group ARN. */
export function policySize(statements: readonly PolicyStatement[], inVpc: boolean): number {
  return policyOf(logGroupArn('us-gov-southeast-99', 'x'.repeat(100)), statements, inVpc).length;
}

function policy(...statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}
