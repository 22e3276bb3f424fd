/**
 * Total characters of a role's inline policies. Source:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export const ROLE_POLICY_LENGTH = 10_240;
/** Characters of a managed policy, without whitespace. Source: the same. */
export const MANAGED_POLICY_LENGTH = 6144;

/**
 * Condition operators. Source:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export const CONDITION_OPERATOR =
  /^((ForAllValues:|ForAnyValue:)?(String(Not)?(Equals(IgnoreCase)?|Like)|(Numeric|Date)((Not)?Equals|(Less|Greater)Than(Equals)?)|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like))(IfExists)?|Null)$/;

/** An action, or a pattern of one service's actions. */
export const ACTION = /^[a-z0-9-]+:[A-Za-z0-9*]*[A-Za-z][A-Za-z0-9*]*$/;

/** `*` or an ARN. IAM allows no pattern for the service, and no region for services without one. */
export const RESOURCE = /^(\*|arn:(\*|aws(-[a-z]+)*):(iam:|(?!iam:)[a-z0-9-]+:[\w*?-]*):[\w*?-]*:.+)$/;

const TAG_CHARACTER = String.raw`[\p{L}\p{Z}\p{N}_.:/=+@-]`;
/**
 * IAM's tag keys are stricter than other services'. Source:
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html
 */
export const TAG_KEY = new RegExp(`^(?!aws:)${TAG_CHARACTER}{1,128}$`, 'iu');
export const TAG_VALUE = new RegExp(`^${TAG_CHARACTER}{0,256}$`, 'u');
export const TAGS_PER_RESOURCE = 50;
