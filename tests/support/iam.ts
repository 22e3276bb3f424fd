import type { Policy, Statement } from '../../commands/rights/policies.ts';

/** A call as IAM authorizes it. */
export interface Call {
  readonly action: string;
  readonly resource: string;
  /** Condition keys of the request. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** Whether identity policies without a Deny allow a call. @throws for an unknown condition operator */
export function allows(policies: readonly Policy[], call: Call): boolean {
  return policies.some(({ Statement: statements }) => statements.some((statement) => covers(statement, call)));
}

function covers({ Action, Resource = [], Condition = {} }: Statement, call: Call): boolean {
  return (
    [Action].flat().some((pattern) => like(pattern.toLowerCase(), call.action.toLowerCase())) &&
    [Resource].flat().some((pattern) => like(pattern, call.resource)) &&
    Object.entries(Condition as Conditions).every(([operator, keys]) =>
      Object.entries(keys).every(([key, values]) => holds(operator, [values].flat(), call.context?.[key])),
    )
  );
}

type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/**
 * Whether a condition holds of a key's values in the request. Without the key a plain operator does not hold, and
 * `ForAllValues` does.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
function holds(operator: string, patterns: readonly string[], value: string | readonly string[] | undefined): boolean {
  const [, forAll, comparison] = /^(ForAllValues:)?(StringEquals|StringLike)$/.exec(operator) ?? [];
  if (comparison === undefined) throw new Error(`unknown condition operator ${operator}`);
  if (value === undefined) return forAll !== undefined;
  const matches = (text: string): boolean =>
    patterns.some((pattern) => (comparison === 'StringLike' ? like(pattern, text) : pattern === text));
  return [value].flat().every(matches);
}

/** Matches `*` and `?` as IAM does: across slashes and colons. */
function like(pattern: string, text: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}
