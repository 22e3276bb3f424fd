import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Recorded } from '../commands/rights/recorded.ts';
import { GITHUB_TOKENS, policiesOf, type Policy } from '../commands/rights/policies.ts';
import type { Pipeline } from './settings.ts';

/** The bucket of the states, and the ID of the KMS key that encrypts their secrets. */
interface State {
  readonly bucket: string;
  readonly key: pulumi.Output<string>;
  readonly region: string;
}

interface StackRoles {
  readonly deploy: pulumi.Output<string>;
  /** Also for drift, which makes the same calls and so needs the same permissions. */
  readonly preview: pulumi.Output<string>;
  readonly boundary: pulumi.Output<string>;
}

/** Declares the identity provider for GitHub's tokens; an account can have one only. */
export function declareIdentityProvider(opts: pulumi.CustomResourceOptions): void {
  const { issuer, audience } = GITHUB_TOKENS;
  new aws.iam.OpenIdConnectProvider('github', { url: `https://${issuer}`, clientIdLists: [audience] }, opts);
}

/**
 * Declares the states' bucket and key, or refers to existing ones. Both survive a destroy: without the key, all secrets
 * are lost.
 */
export function declareState(
  { bucket: name, region, key: existing }: NonNullable<Pipeline['state']>,
  opts: pulumi.CustomResourceOptions,
): State {
  if (existing !== undefined) return { bucket: name, key: pulumi.output(existing), region };
  const kept = { ...opts, retainOnDelete: true };
  const bucket = new aws.s3.Bucket('state', { bucket: name, region }, kept);
  new aws.s3.BucketVersioning(
    'state',
    { bucket: bucket.bucket, region, versioningConfiguration: { status: 'Enabled' } },
    kept,
  );
  new aws.s3.BucketPublicAccessBlock(
    'state',
    {
      bucket: bucket.bucket,
      region,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    kept,
  );
  const key = new aws.kms.Key(
    'state',
    { description: `Secrets of the states in ${name}`, region, enableKeyRotation: true, deletionWindowInDays: 30 },
    kept,
  );
  return { bucket: name, key: key.id, region };
}

/** Declares the roles of a stack's pipeline, with the generated policies, and the boundary of its functions' roles. */
export function declareRoles(
  recorded: Recorded,
  { account, repository }: Pipeline,
  state: State | undefined,
  opts: pulumi.CustomResourceOptions,
): StackRoles {
  const { project, stack } = recorded;
  const surroundings = { account, region: recorded.providers.aws.region, subject: `repo:${repository}` };
  const policies = policiesOf(recorded, surroundings);
  const boundary = new aws.iam.Policy(
    `${stack}-boundary`,
    { name: `${project}--${stack}--boundary`, policy: json(policies['boundary']) },
    opts,
  );
  const role = (work: 'deploy' | 'preview'): pulumi.Output<string> => {
    const name = `${stack}-${work}`;
    const declared = new aws.iam.Role(
      name,
      // The stack's own policies must not match this name: a deployment must not change its own role.
      { name: `github--${project}--${stack}--${work}`, assumeRolePolicy: json(policies[`${work}-trust`]) },
      opts,
    );
    const attach = (suffix: string, policy: pulumi.Input<string>): unknown =>
      new aws.iam.RolePolicy(`${name}-${suffix}`, { name: suffix, role: declared.name, policy }, opts);
    attach('program', json(policies[work]));
    if (state !== undefined) {
      const { bucket, key, region } = state;
      const policy = key.apply((id) => {
        const all = policiesOf(recorded, { ...surroundings, state: { bucket, key: id, region } });
        return json(all[`${work}-state`]);
      });
      attach('state', policy);
    }
    return declared.arn;
  };
  return { deploy: role('deploy'), preview: role('preview'), boundary: boundary.arn };
}

function json(policy: Policy | undefined): string {
  return JSON.stringify(policy);
}
