import { MANAGED_POLICY_LENGTH, ROLE_POLICY_LENGTH } from '../../limits/iam.ts';
import { partitionOf } from '../../limits/partitions.ts';
import type { Recorded, RecordedResource } from '@auth0-http-api/twin';
import { RightsError } from './rights-error.ts';
import { RIGHTS, text, type Grant, type Names } from './table.ts';

export interface Statement {
  readonly Effect: 'Allow';
  readonly Principal?: unknown;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: unknown;
}

export interface Policy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

/** Facts that the program's resources do not contain. */
interface Surroundings {
  readonly account: string;
  readonly region: string;
  /** The states' bucket and KMS key ID, in the stack's region by default; undefined for Pulumi Cloud. */
  readonly state?: { readonly bucket: string; readonly key: string; readonly region?: string };
  /** The repository in GitHub's tokens, like `repo:acme@1234/orders@5678`. */
  readonly subject?: string;
}

/** GitHub's identity provider, and the audience for AWS. */
export const GITHUB_TOKENS = { issuer: 'token.actions.githubusercontent.com', audience: 'sts.amazonaws.com' };

/** Names whose pattern could match others: `prod--*` would also match a stack `prod--eu`. */
const AMBIGUOUS = /^-|-$|--|[^\w.-]/;

/** A stack `preview-prod` would deploy in the preview environment of `prod`, which any branch may use. */
const ENVIRONMENT_PREFIX = /^(preview|drift)-/i;

/** Returns the encryption context's `stack`, which stops other stacks' roles from decrypting with the shared key. */
export function encryptionContext({ project, stack }: Pick<Recorded, 'project' | 'stack'>): string {
  return `${project}/${stack}`;
}

/**
 * Returns the IAM policies of a stack's pipeline, by name: `boundary` for the functions' roles; `deploy` and `preview`
 * (also for drift); with a bucket `deploy-state` and `preview-state`; with a subject `deploy-trust` and
 * `preview-trust`.
 * @throws RightsError for a resource type without a row in the table, and for names whose pattern could match others
 */
export function policiesOf(recorded: Recorded, surroundings: Surroundings): Readonly<Record<string, Policy>> {
  const names = namesOf(recorded, surroundings);
  const resources = recorded.resources.filter(({ type }) => type.startsWith('aws:'));
  const grants = (kinds: readonly ('read' | 'write')[]): Grant[] =>
    resources.flatMap((resource) => kinds.flatMap((kind) => rightsOf(resource)[kind](resource, names)));
  const policies: Record<string, Policy> = {
    boundary: boundaryOf(names, resources),
    deploy: policy(merged(grants(['read', 'write']))),
    preview: policy(merged(grants(['read']))),
  };
  const { state, subject, account } = surroundings;
  if (state !== undefined) {
    policies['deploy-state'] = stateOf(names, state, ['s3:DeleteObject', 's3:GetObject', 's3:PutObject']);
    policies['preview-state'] = stateOf(names, state, ['s3:GetObject']);
  }
  if (subject !== undefined) {
    const { stack, partition } = names;
    policies['deploy-trust'] = trust(partition, account, [`${subject}:environment:${stack}`]);
    policies['preview-trust'] = trust(
      partition,
      account,
      ['preview', 'drift'].map((kind) => `${subject}:environment:${kind}-${stack}`),
    );
  }
  limit('boundary', [policies['boundary']], MANAGED_POLICY_LENGTH);
  for (const role of ['deploy', 'preview'])
    limit(role, [policies[role], policies[`${role}-state`]], ROLE_POLICY_LENGTH);
  return policies;
}

function namesOf({ project, stack, resources }: Recorded, { account, region }: Surroundings): Names {
  for (const [what, name] of Object.entries({ project, stack })) {
    if (!AMBIGUOUS.test(name)) continue;
    throw new RightsError(
      `the ${what} name ${name} may only have letters, digits, _, . and single hyphens inside: otherwise a policy could match another ${what}'s names`,
    );
  }
  const partition = partitionOf(region);
  if (ENVIRONMENT_PREFIX.test(stack)) {
    throw new RightsError(`the stack name ${stack} is the name of an environment of another stack; rename the stack`);
  }
  const prefix = `${project}--${stack}--`;
  const boundary = `arn:${partition}:iam::${account}:policy/${prefix}boundary`;
  for (const resource of resources) {
    const { type, name, inputs } = resource;
    if (type !== 'aws:iam/role:Role' || inputs['permissionsBoundary'] === undefined) continue;
    const own = text(resource, 'permissionsBoundary');
    if (own === boundary) continue;
    throw new RightsError(`the role ${name} has the boundary ${own}; write api:permissionsBoundary: ${boundary}`);
  }
  return { project, stack, region, account, partition, prefix, boundary };
}

function rightsOf({ type }: RecordedResource): (typeof RIGHTS)[string] {
  const rights = RIGHTS[type];
  if (rights === undefined)
    throw new RightsError(`commands/rights/table.ts has no ${type}; add what its provider calls`);
  return rights;
}

function merged(grants: readonly Grant[]): Statement[] {
  const statements = new Map<string, { actions: Set<string>; grant: Grant }>();
  for (const grant of grants) {
    const key = JSON.stringify([grant.on.toSorted(), grant.when]);
    const found = statements.get(key) ?? { actions: new Set(), grant };
    for (const action of grant.actions) found.actions.add(action);
    statements.set(key, found);
  }
  return [...statements.values()].map(({ actions, grant: { on, when } }) => ({
    Effect: 'Allow',
    Action: [...actions].toSorted(),
    Resource: on.toSorted(),
    ...(when && { Condition: when }),
  }));
}

/** Returns the boundary: all that the functions' roles may do. It covers the logs of future handlers too. */
function boundaryOf({ partition, region, project, stack }: Names, resources: readonly RecordedResource[]): Policy {
  const logs = `arn:${partition}:logs:${region}:*:log-group:/${project}/${stack}/`;
  const statements = resources
    .filter(({ type }) => type === 'aws:iam/rolePolicy:RolePolicy')
    .flatMap((resource) => {
      try {
        return (JSON.parse(text(resource, 'policy')) as Policy).Statement;
      } catch {
        throw new RightsError(
          `the policy of ${resource.name} cannot be read; pass its encrypted values with --config key=value`,
        );
      }
    })
    .filter(({ Resource }) => !String(Resource).startsWith(logs));
  const distinct = new Map(statements.map((statement) => [JSON.stringify(statement), statement]));
  const ownLogs = {
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: `${logs}*`,
  } as const;
  return policy([ownLogs, ...distinct.values()]);
}

/**
 * Returns access to one stack's state in a bucket. Other stacks' names can be listed, but not their states read.
 * Source: pulumi/pulumi, pkg/backend/diy: store.go, lock.go, stack_tags.go, meta.go
 */
function stateOf(
  { project, stack, partition, region, account }: Names,
  { bucket, key, region: keyRegion = region }: NonNullable<Surroundings['state']>,
  actions: readonly string[],
): Policy {
  const object = (path: string): string => `arn:${partition}:s3:::${bucket}/.pulumi/${path}`;
  const files = [
    object(`stacks/${project}/${stack}.json*`),
    object(`stacks/${project}/${stack}.pulumi-tags`),
    object(`locks/organization/${project}/${stack}/*`),
    object(`history/${project}/${stack}/*`),
    object(`backups/${project}/${stack}/*`),
  ];
  return policy([
    { Effect: 'Allow', Action: ['s3:ListBucket'], Resource: [`arn:${partition}:s3:::${bucket}`] },
    { Effect: 'Allow', Action: ['s3:GetObject'], Resource: [object('meta.yaml')] },
    { Effect: 'Allow', Action: actions, Resource: files },
    {
      Effect: 'Allow',
      Action: ['kms:Decrypt'],
      Resource: [`arn:${partition}:kms:${keyRegion}:${account}:key/${key}`],
      // Without it, roles of other stacks could decrypt the key in this stack's file, which the repository contains.
      Condition: { StringEquals: { 'kms:EncryptionContext:stack': encryptionContext({ project, stack }) } },
    },
  ]);
}

/** Returns a trust policy for the repository's runs in these environments only. */
function trust(partition: string, account: string, subjects: readonly string[]): Policy {
  const { issuer, audience } = GITHUB_TOKENS;
  return policy([
    {
      Effect: 'Allow',
      Principal: { Federated: `arn:${partition}:iam::${account}:oidc-provider/${issuer}` },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { [`${issuer}:aud`]: audience, [`${issuer}:sub`]: subjects } },
    },
  ]);
}

function policy(statements: readonly Statement[]): Policy {
  return { Version: '2012-10-17', Statement: statements };
}

function limit(what: string, policies: readonly (Policy | undefined)[], most: number): void {
  const length = policies.reduce((sum, policy) => sum + (policy === undefined ? 0 : JSON.stringify(policy).length), 0);
  if (length > most) throw new RightsError(`the policy ${what} has ${length} characters; IAM allows ${most}`);
}
