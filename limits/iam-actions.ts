/**
 * Which actions of IAM a function may have without a written reason: the rules over registered resources and the checks
 * of contract and stack file read the same.
 */

/** Services whose actions lead to every other permission. */
const POWERFUL = /^(iam|sts|organizations):/i;

/** Actions that only read, by the verb of their name. */
const READING =
  /^[a-z0-9-]+:(BatchGet|Check|Describe|Filter|Get|Head|List|Lookup|Query|Scan|Search|Select|Simulate|Test|View)/i;

/**
 * Actions that write and take no resource but `*`, or any log: what tracing, metrics and logging need.
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

/** `*`, or an ARN of everything of a service. */
const EVERY_RESOURCE = /^(\*|arn:[^:]*:[^:]*:[^:]*:[^:]*:[*?/:]+)$/;

/** Returns why an action needs a written reason, or undefined. */
export function whyBroad(action: string, resources: readonly string[]): string | undefined {
  if (POWERFUL.test(action)) return `${action} can lead to every other permission`;
  // A wildcard is a prefix of names, like dynamodb:Get*, or it matches actions that the author did not list.
  if (!/^[a-z0-9-]+:[A-Za-z0-9]+\*?$/.test(action)) return `${action} has a wildcard that is not the end of a name`;
  const everything = resources.find((resource) => EVERY_RESOURCE.test(resource));
  if (everything === undefined || READING.test(action) || WITHOUT_RESOURCE.includes(action)) return undefined;
  return `${action} writes, and its resource is ${everything}`;
}
