import * as auth0 from '@pulumi/auth0';
import * as aws from '@pulumi/aws';
import * as github from '@pulumi/github';
import * as pulumi from '@pulumi/pulumi';
import { placeholderProblems } from '../program/config/rules.ts';
import { problem, UserError, type Problem } from '../program/user-error.ts';
import { encryptionContext } from '../commands/rights/policies.ts';
import type { Recorded } from '../commands/rights/recorded.ts';
import type { Work } from '../commands/rights/scopes.ts';
import { declareIdentityProvider, declareRoles, declareState } from './aws.ts';
import { declareEnvironment, declareRuleset, type Environment, type Reviewers } from './github.ts';
import type { Pipeline, Tokens } from './settings.ts';
import { declareApplications } from './tenant.ts';

/** A stack of the program: its settings and resources. */
export interface Served {
  readonly settings: Pipeline['stacks'][number];
  readonly recorded: Recorded;
  readonly production: boolean;
}

export interface Sources {
  readonly served: readonly Served[];
  /** The status checks required for a merge. */
  readonly checks: readonly string[];
  /** Stack to tokens; empty with a bucket. */
  readonly tokens: pulumi.Input<Readonly<Record<string, Tokens>>>;
  readonly reviewers: (opts: pulumi.InvokeOptions) => Reviewers;
}

/** A person's next steps with a stack. Contains no secret. */
export interface NextSteps {
  /** For `api:permissionsBoundary` in the stack file. */
  readonly boundary: pulumi.Input<string>;
  readonly create: pulumi.Input<string>;
}

const CLOUD = 'https://api.pulumi.com';

/** Declares everything that the workflows need for these stacks. */
export function declarePipeline(
  pipeline: Pipeline,
  { served, checks, tokens, reviewers: findReviewers }: Sources,
): Readonly<Record<string, NextSteps>> {
  const tenant = tenantOf(served, pipeline);
  const { account, makes } = pipeline;
  const [owner = '', repository = ''] = pipeline.repository.split('/').map((part) => part.replace(/@\d+$/, ''));
  const region = pipeline.state?.region ?? served[0]?.recorded.providers.aws.region;
  const inAccount = {
    provider: new aws.Provider('account', { ...(region && { region }), allowedAccountIds: [account] }),
  };
  const inTenant = { provider: new auth0.Provider('tenant', { domain: tenant }) };
  const inGitHub = { provider: new github.Provider('github', { owner }) };

  if (makes.includes('identity-provider')) declareIdentityProvider(inAccount);
  if (makes.includes('ruleset')) declareRuleset(repository, checks, inGitHub);
  const state = pipeline.state && declareState(pipeline.state, inAccount);
  const applications = declareApplications(
    tenant,
    served.map(({ recorded }) => recorded),
    inTenant,
  );
  const reviewers = findReviewers(inGitHub);
  const backend = state === undefined ? CLOUD : `s3://${state.bucket}?region=${state.region}`;

  const steps = served.map(({ settings, recorded, production }): [string, NextSteps] => {
    const { stack, providers } = recorded;
    const roles = declareRoles(recorded, pipeline, state, inAccount);
    const environment = (work: Work, name: string): Environment => ({
      name,
      mainOnly: work !== 'preview',
      reviewed: work === 'preview' ? settings.previews === 'reviewed' : work === 'deploy' && production,
      variables: {
        AWS_ROLE_ARN: work === 'deploy' ? roles.deploy : roles.preview,
        AWS_REGION: providers.aws.region,
        AUTH0_CLIENT_ID: applications[work].clientId,
        PULUMI_BACKEND_URL: backend,
      },
      secrets: {
        AUTH0_CLIENT_SECRET: applications[work].clientSecret,
        ...(state === undefined && {
          PULUMI_ACCESS_TOKEN: pulumi
            .output(tokens)
            .apply((all) => tokenOf(all, stack, work === 'deploy' ? 'deploy' : 'preview')),
        }),
      },
    });
    for (const declared of [
      environment('deploy', stack),
      environment('preview', `preview-${stack}`),
      environment('drift', `drift-${stack}`),
    ])
      declareEnvironment(repository, declared, reviewers, inGitHub);
    const secretsProvider =
      state &&
      pulumi.interpolate` --secrets-provider 'awskms:///${state.key}?region=${state.region}&context_stack=${encryptionContext(recorded)}'`;
    const create = pulumi.interpolate`pulumi login '${backend}' && pulumi stack init ${stack}${secretsProvider ?? ''}`;
    return [stack, { boundary: roles.boundary, create }];
  });
  return Object.fromEntries(steps);
}

/** Returns the domain of the stacks' tenant. @throws UserError for placeholders, several tenants, or no reviewers */
function tenantOf(served: readonly Served[], { reviewers }: Pipeline): string {
  const [first] = served;
  const tenant = first?.recorded.providers.auth0.domain ?? '';
  const problems: Problem[] = served.flatMap(({ settings: { name, previews }, recorded, production }) => {
    const { domain } = recorded.providers.auth0;
    const file = `Pulumi.${name}.yaml, auth0:domain`;
    const isReviewed = previews === 'reviewed' || production;
    return [
      ...placeholderProblems({ 'auth0:domain': domain }).map((placeholder) => ({ ...placeholder, place: file })),
      ...(domain === tenant
        ? []
        : [problem('conflict', file, `${domain} is another tenant, which needs another bootstrap stack`)]),
      ...(isReviewed && reviewers.teams.length + reviewers.users.length === 0
        ? [problem('missing', 'bootstrap:pipeline, reviewers', `is empty; ${name} needs a team or a user to approve`)]
        : []),
    ];
  });
  if (problems.length > 0) throw new UserError('stack-file', 'The stacks cannot be bootstrapped', problems);
  return tenant;
}

function tokenOf(tokens: Readonly<Record<string, Tokens>>, stack: string, work: keyof Tokens): string {
  const token = tokens[stack]?.[work];
  if (token !== undefined) return token;
  const command = `pulumi config set --secret --path 'bootstrap:tokens["${stack}"].${work}'`;
  throw new UserError('stack-file', `bootstrap:tokens has no ${stack}.${work}; run ${command}`);
}
