import { readFileSync } from 'node:fs';
import * as github from '@pulumi/github';
import * as pulumi from '@pulumi/pulumi';
import { parse } from 'yaml';

/** A GitHub environment with its variables and secrets. */
export interface Environment {
  readonly name: string;
  /** Whether only runs of `main` may use it. */
  readonly mainOnly: boolean;
  readonly reviewed: boolean;
  readonly variables: Readonly<Record<string, pulumi.Input<string>>>;
  readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
}

/** IDs of the reviewers. */
export interface Reviewers {
  readonly teams: pulumi.Input<pulumi.Input<number>[]>;
  readonly users: pulumi.Input<pulumi.Input<number>[]>;
}

/** The ID of the GitHub Actions app, so that no other app can report the checks. */
const ACTIONS_APP = 15_368;

const BRANCH = 'main';

/** Returns the IDs of teams and users; throws for an unknown name. */
export function findReviewers(
  { teams, users }: { readonly teams: readonly string[]; readonly users: readonly string[] },
  opts: pulumi.InvokeOptions,
): Reviewers {
  return {
    teams: teams.map((slug) => github.getTeamOutput({ slug, summaryOnly: true }, opts).id.apply(Number)),
    users: users.map((username) => github.getUserOutput({ username }, opts).id.apply(Number)),
  };
}

/** Declares an environment with its protection, variables and secrets. */
export function declareEnvironment(
  repository: string,
  { name, mainOnly, reviewed, variables, secrets }: Environment,
  reviewers: Reviewers,
  opts: pulumi.CustomResourceOptions,
): void {
  const { environment } = new github.RepositoryEnvironment(
    name,
    {
      repository,
      environment: name,
      ...(reviewed && { reviewers: [reviewers], preventSelfReview: true }),
      ...(mainOnly && { deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true } }),
    },
    opts,
  );
  if (mainOnly) {
    new github.RepositoryEnvironmentDeploymentPolicy(name, { repository, environment, branchPattern: BRANCH }, opts);
  }
  for (const [variableName, value] of Object.entries(variables)) {
    const args = { repository, environment, variableName, value };
    new github.ActionsEnvironmentVariable(`${name}-${variableName}`, args, opts);
  }
  for (const [secretName, value] of Object.entries(secrets)) {
    const args = { repository, environment, secretName, value: pulumi.secret(value) };
    new github.ActionsEnvironmentSecret(`${name}-${secretName}`, args, opts);
  }
}

/** Declares the protection of `main` and the permissions of all workflows. */
export function declareRuleset(
  repository: string,
  checks: readonly string[],
  opts: pulumi.CustomResourceOptions,
): void {
  new github.RepositoryRuleset(
    BRANCH,
    {
      repository,
      name: BRANCH,
      target: 'branch',
      enforcement: 'active',
      conditions: { refName: { includes: [`refs/heads/${BRANCH}`], excludes: [] } },
      rules: {
        deletion: true,
        nonFastForward: true,
        pullRequest: {
          requiredApprovingReviewCount: 1,
          requireCodeOwnerReview: true,
          dismissStaleReviewsOnPush: true,
          // Otherwise, someone who pushes to another author's pull request could approve it too.
          requireLastPushApproval: true,
        },
        requiredStatusChecks: {
          requiredChecks: checks.map((context) => ({ context, integrationId: ACTIONS_APP })),
        },
      },
    },
    opts,
  );
  new github.WorkflowRepositoryPermissions(
    'workflows',
    { repository, defaultWorkflowPermissions: 'read', canApprovePullRequestReviews: false },
    opts,
  );
  new github.ActionsRepositoryPermissions(
    'workflows',
    { repository, enabled: true, allowedActions: 'all', shaPinningRequired: true },
    opts,
  );
}

/** Returns the check names of every job in the workflow that pull requests and deployments share. */
export function requiredChecks(root: URL): string[] {
  const { jobs } = parse(readFileSync(new URL('.github/workflows/check.yml', root), 'utf8')) as {
    readonly jobs: Readonly<Record<string, { readonly name?: string }>>;
  };
  return Object.entries(jobs).map(([id, { name = id }]) => `check / ${name}`);
}
