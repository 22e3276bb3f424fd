import { finding, type Finding } from './finding.ts';
import { jsonOf, type Machine } from './machine.ts';

/** The caller of AWS's API. */
export interface Identity {
  readonly Account: string;
  readonly Arn: string;
}

/** Checks the AWS credentials, and returns their identity. */
export function judgeCredentials({ run }: Machine): { readonly finding: Finding; readonly identity?: Identity } {
  const result = run('aws', 'sts', 'get-caller-identity', '--output', 'json');
  if (result.code === undefined) {
    const message = 'not checked, because the AWS CLI is not installed; Pulumi does not need it';
    return { finding: finding('AWS credentials', 'unknown', message) };
  }
  const identity = jsonOf(result) as Identity | undefined;
  if (identity !== undefined) return { finding: finding('AWS credentials', 'ok', identity.Arn), identity };
  return { finding: finding('AWS credentials', 'error', `do not work: ${result.error}`, 'aws configure sso') };
}

/** Checks the account against the stack file's permissions boundary, if set. */
export function judgeAccount({ Account }: Identity, boundary: string | undefined, stack: string): Finding[] {
  const expected = boundary?.split(':')[4] ?? Account;
  if (expected === Account) return [];
  const message = `the credentials belong to account ${Account}, but api:permissionsBoundary of ${stack} belongs to ${expected}`;
  return [finding('AWS account', 'error', message, `export AWS_PROFILE=<a profile of account ${expected}>`)];
}
