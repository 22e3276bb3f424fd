/** IAM actions that need a written reason, shared by the rules and the checks of contract and stack file. */

/** Services that can grant every other permission. */
const POWERFUL = /^(iam|sts|organizations):/i;

/** Verbs of read-only actions. */
const READING =
  /^[a-z0-9-]+:(BatchGet|Check|Describe|Filter|Get|Head|List|Lookup|Query|Scan|Search|Select|Simulate|Test|View)/i;

/**
 * Writing actions that tracing, metrics and logging need and that allow only `*`, or any log, as their resource.
 * Source: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
const WITHOUT_RESOURCE: readonly string[] = [
  'cloudwatch:PutMetricData',
  'logs:CreateLogGroup',
  'logs:CreateLogStream',
  'logs:PutLogEvents',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
];

/** Matches `*`, or an ARN that covers a whole service. */
const EVERY_RESOURCE = /^(\*|arn:[^:]*:[^:]*:[^:]*:[^:]*:[*?/:]+)$/;

/** Returns why an action needs a written reason, or undefined. */
export function whyBroad(action: string, resources: readonly string[]): string | undefined {
  if (POWERFUL.test(action)) return `${action} can lead to every other permission`;
  // A wildcard may only end a name, like dynamodb:Get*; elsewhere it matches actions that the author did not list.
  if (!/^[a-z0-9-]+:[A-Za-z0-9]+\*?$/.test(action)) return `${action} has a wildcard that is not the end of a name`;
  const everything = resources.find((resource) => EVERY_RESOURCE.test(resource));
  if (everything === undefined || READING.test(action) || WITHOUT_RESOURCE.includes(action)) return undefined;
  return `${action} writes, and its resource is ${everything}`;
}
