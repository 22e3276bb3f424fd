import { beforeAll, describe, expect, it } from 'vitest';
import type { Recorded } from '@auth0-http-api/twin';
import { requiredChecks } from '../../bootstrap/github.ts';
import { declarePipeline, type Served } from '../../bootstrap/pipeline.ts';
import { readPipeline } from '../../bootstrap/settings.ts';
import { policiesOf } from '../../commands/rights/policies.ts';
import { ACCOUNT } from '../support/provider-calls.ts';
import { recordProgram, recordStack, refusal, resourcesOf } from '../support/program.ts';
import { ROOT } from '../support/project.ts';
import { environmentOf, JOBS, jobOf, read, WORKFLOWS } from '../support/workflows.ts';

const TENANT = 'acme.eu.auth0.com';
const CLOUD = {
  account: ACCOUNT,
  repository: 'acme@1234/orders@5678',
  reviewers: { teams: ['platform'] },
  stacks: [{ name: 'dev', previews: 'open' }, { name: 'staging' }, { name: 'prod' }],
};
const BUCKET = { ...CLOUD, state: { bucket: 'states', region: 'eu-west-1' } };
const TOKENS = { deploy: 'a token that writes', preview: 'a token that reads' };

/** Returns what the program of bootstrap/ registers for the stacks of the fixture, in a tenant of their own. */
async function pipelineOf(settings: object, domain: (stack: string) => string = () => TENANT): Promise<Recorded> {
  const pipeline = readPipeline(settings);
  const served: Served[] = [];
  for (const stack of pipeline.stacks) {
    const recorded = await recordStack(stack.name);
    const providers = { ...recorded.providers, auth0: { domain: domain(stack.name), issuerDomain: undefined } };
    served.push({ settings: stack, recorded: { ...recorded, providers }, production: stack.name === 'prod' });
  }
  const tokens = Object.fromEntries(served.map(({ recorded: { stack } }) => [stack, TOKENS]));
  const program = async () => ({
    stacks: declarePipeline(pipeline, {
      served,
      checks: requiredChecks(ROOT),
      tokens,
      reviewers: () => ({ teams: [4711], users: [] }),
    }),
  });
  return recordProgram(program);
}

let withCloud: Recorded;
let withBucket: Recorded;
beforeAll(async () => {
  withCloud = await pipelineOf(CLOUD);
  withBucket = await pipelineOf(BUCKET);
});

const environments = (recorded: Recorded) =>
  resourcesOf(recorded, 'RepositoryEnvironment').map(({ inputs }) => inputs['environment'] as string);

/** The names of variables and secrets, by environment. */
function namesOf(recorded: Recorded, kind: 'Variable' | 'Secret', environment: string): string[] {
  return resourcesOf(recorded, `ActionsEnvironment${kind}`)
    .filter(({ inputs }) => inputs['environment'] === environment)
    .map(({ inputs }) => inputs[`${kind.toLowerCase()}Name`] as string)
    .toSorted();
}

const readByWorkflows = (context: 'vars' | 'secrets'): string[] => {
  const texts = [...WORKFLOWS.keys()].map((file) => read(`.github/workflows/${file}`)).join('\n');
  const names = [...texts.matchAll(new RegExp(`\\b${context}\\.(\\w+)`, 'g'))].map(([, name = '']) => name);
  return [...new Set(names)].toSorted();
};

describe('The environments', () => {
  it('Each environment that a job runs in has exactly the variables and secrets that the workflows read', () => {
    const recorded = withCloud;
    const used = JOBS.map(({ job }) => environmentOf(job)).filter((name) => name !== undefined);
    const expected = used.flatMap((name) =>
      CLOUD.stacks.map((stack) => name.replace(/\$\{\{ \w+\.stack \}\}/, stack.name)),
    );
    expect(expected.length).toBeGreaterThan(8);
    expect(environments(recorded).toSorted()).toEqual([...new Set(expected)].toSorted());
    expect(readByWorkflows('vars').length).toBeGreaterThan(3);
    for (const environment of environments(recorded)) {
      expect([environment, namesOf(recorded, 'Variable', environment)]).toEqual([environment, readByWorkflows('vars')]);
      expect([environment, namesOf(recorded, 'Secret', environment)]).toEqual([
        environment,
        readByWorkflows('secrets'),
      ]);
    }
  });

  it('With a bucket there is no access token, and each environment names the bucket', () => {
    const recorded = withBucket;
    expect(namesOf(recorded, 'Secret', 'prod')).toEqual(['AUTH0_CLIENT_SECRET']);
    const backends = resourcesOf(recorded, 'ActionsEnvironmentVariable')
      .filter(({ inputs }) => inputs['variableName'] === 'PULUMI_BACKEND_URL')
      .map(({ inputs }) => inputs['value']);
    expect(new Set(backends)).toEqual(new Set(['s3://states?region=eu-west-1']));
    expect(backends).toHaveLength(9);
  });

  it('Only main uses what deploys and compares; production and reviewed previews wait for another person', () => {
    const recorded = withCloud;
    const branches = resourcesOf(recorded, 'RepositoryEnvironmentDeploymentPolicy');
    const rules = resourcesOf(recorded, 'RepositoryEnvironment').map(({ inputs }) => [
      inputs['environment'],
      {
        branches: branches
          .filter((policy) => policy.inputs['environment'] === inputs['environment'])
          .map((policy) => policy.inputs['branchPattern']),
        custom: inputs['deploymentBranchPolicy'],
        reviewers: inputs['reviewers'],
        preventSelfReview: inputs['preventSelfReview'],
      },
    ]);
    const main = { branches: ['main'], custom: { protectedBranches: false, customBranchPolicies: true } };
    const reviewed = { reviewers: [{ teams: [4711], users: [] }], preventSelfReview: true };
    expect(Object.fromEntries(rules)).toEqual({
      dev: main,
      staging: main,
      prod: { ...main, ...reviewed },
      'drift-dev': main,
      'drift-staging': main,
      'drift-prod': main,
      'preview-dev': { branches: [] },
      'preview-staging': { branches: [], ...reviewed },
      'preview-prod': { branches: [], ...reviewed },
    });
  });

  it('A merge needs an approval of a code owner and every check, and no other app can report one', () => {
    const [ruleset] = resourcesOf(withCloud, 'RepositoryRuleset');
    const { uses } = jobOf('pull-request.yml', 'check');
    const names = Object.values(WORKFLOWS.get(uses?.split('/').at(-1) ?? '')?.jobs ?? {}).map(({ name }) => name);
    expect(names.length).toBeGreaterThan(1);
    expect(ruleset?.inputs).toMatchObject({
      enforcement: 'active',
      conditions: { refName: { includes: ['refs/heads/main'], excludes: [] } },
      rules: {
        deletion: true,
        nonFastForward: true,
        pullRequest: {
          requiredApprovingReviewCount: 1,
          requireCodeOwnerReview: true,
          dismissStaleReviewsOnPush: true,
          requireLastPushApproval: true,
        },
        requiredStatusChecks: {
          requiredChecks: names.map((name) => ({ context: `check / ${name}`, integrationId: 15368 })),
        },
      },
    });
    expect(ruleset?.inputs).not.toHaveProperty('bypassActors');
  });
});

describe('The rights', () => {
  // policies.test.ts has what these policies allow.
  it('Each role has the generated policies of its stack and trusts the account’s identity provider by its policy', async () => {
    const [provider] = resourcesOf(withBucket, 'OpenIdConnectProvider');
    expect(provider?.inputs).toEqual({
      url: 'https://token.actions.githubusercontent.com',
      clientIdLists: ['sts.amazonaws.com'],
    });
    const roles = resourcesOf(withBucket, 'Role').map(({ inputs: { name, assumeRolePolicy } }) => {
      const own = resourcesOf(withBucket, 'RolePolicy').filter(({ inputs }) => inputs['role'] === name);
      const policies = own.map(({ inputs }) => [inputs['name'], inputs['policy']]);
      return [name, { trust: assumeRolePolicy, ...Object.fromEntries(policies) }] as const;
    });
    const [key] = resourcesOf(withBucket, 'Key');
    const expected = ['dev', 'prod', 'staging'].map(async (stack) => {
      const policies = policiesOf(await recordStack(stack), {
        account: ACCOUNT,
        region: 'eu-central-1',
        subject: 'repo:acme@1234/orders@5678',
        state: { ...BUCKET.state, key: key?.id ?? '' },
      });
      const json = (document: string): string => JSON.stringify(policies[document]);
      return ['deploy', 'preview'].map((work) => [
        `github--auth0-http-api--${stack}--${work}`,
        { trust: json(`${work}-trust`), program: json(work), state: json(`${work}-state`) },
      ]);
    });
    expect(Object.fromEntries(roles)).toEqual(Object.fromEntries((await Promise.all(expected)).flat()));
  });

  it('Three applications serve all stacks of a tenant, with the scopes that the stacks’ resources need', () => {
    const recorded = withCloud;
    expect(resourcesOf(recorded, 'Client').map(({ name }) => name)).toEqual(['deploy', 'drift', 'preview']);
    const scopes = Object.fromEntries(
      resourcesOf(recorded, 'ClientGrant').map(({ name, inputs }) => [name, inputs['scopes'] as string[]]),
    );
    const entities = ['client_grants', 'clients', 'connections', 'resource_servers', 'roles', 'users'];
    const reads = [...entities, 'client_credentials', 'tenant_settings'].map((entity) => `read:${entity}`);
    expect(scopes['preview']).toEqual(reads.toSorted());
    expect(scopes['drift']).toEqual([...reads, 'read:client_keys'].toSorted());
    const all = entities.flatMap((entity) => ['create', 'read', 'update', 'delete'].map((verb) => `${verb}:${entity}`));
    const edits = ['client_credentials', 'client_keys', 'tenant_settings'].flatMap((entity) =>
      ['read', 'update'].map((verb) => `${verb}:${entity}`),
    );
    expect(scopes['deploy']).toEqual([...all, ...edits].toSorted());
    for (const { inputs } of resourcesOf(recorded, 'ClientGrant'))
      expect(inputs).toMatchObject({ audience: `https://${TENANT}/api/v2/`, subjectType: 'client' });
  });

  it('A stack without users, roles and a default directory needs no scope for them', async () => {
    const [grant] = resourcesOf(await pipelineOf({ ...CLOUD, stacks: [{ name: 'staging' }] }), 'ClientGrant');
    expect(grant?.name).toBe('deploy');
    expect(JSON.stringify(grant?.inputs['scopes'])).not.toMatch(/users|tenant_settings/);
  });
});

describe('The state and the secrets', () => {
  it('A secret goes from Auth0 into its environments alone, and no output of the stack has one', () => {
    const recorded = withCloud;
    const secrets = resourcesOf(recorded, 'ClientCredentials').map(({ outputs }) => outputs['clientSecret'] as string);
    expect(new Set(secrets).size).toBe(3);
    for (const { type, inputs, secretInputs } of recorded.resources) {
      const holds = [...secrets, ...Object.values(TOKENS)].some((secret) => JSON.stringify(inputs).includes(secret));
      expect([type, holds]).toEqual([type, type.endsWith(':ActionsEnvironmentSecret')]);
      expect([type, secretInputs]).toEqual([type, holds ? ['value'] : []]);
    }
    expect(recorded.secretOutputs).toEqual([]);
    expect(JSON.stringify(recorded.outputs)).not.toContain(secrets[0]);
  });

  it('The bucket keeps old versions and is closed to the public, and its key is rotated', () => {
    const recorded = withBucket;
    const [inputs] = resourcesOf(recorded, 'BucketPublicAccessBlock').map((resource) => resource.inputs);
    expect(inputs).toMatchObject({
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    expect(resourcesOf(recorded, 'BucketVersioning').map(({ inputs }) => inputs['versioningConfiguration'])).toEqual([
      { status: 'Enabled' },
    ]);
    expect(resourcesOf(recorded, 'Key').map(({ inputs }) => inputs['enableKeyRotation'])).toEqual([true]);
  });

  it('An existing bucket, identity provider and ruleset are used and not made', async () => {
    const state = { ...BUCKET.state, key: 'key-1' };
    const recorded = await pipelineOf({ ...BUCKET, state, makes: [] });
    for (const kind of ['Bucket', 'Key', 'OpenIdConnectProvider', 'RepositoryRuleset'])
      expect([kind, resourcesOf(recorded, kind)]).toEqual([kind, []]);
    expect(JSON.stringify(recorded.outputs)).toContain(
      "--secrets-provider 'awskms:///key-1?region=eu-west-1&context_stack=auth0-http-api/prod'",
    );
  });
});

describe('A mistake in the file', () => {
  it.each([
    ['an unknown key', { ...CLOUD, preview: 'open' }, 'unknown key "preview"'],
    ['a number for the account', { ...CLOUD, account: 123456789012 }, 'account: must be a string'],
    ['a repository without its owner', { ...CLOUD, repository: 'orders' }, 'owner@id/name@id'],
    ['a stack twice', { ...CLOUD, stacks: [{ name: 'dev' }, { name: 'dev' }] }, 'dev is listed twice'],
    [
      'two stacks that share environments',
      { ...CLOUD, stacks: [{ name: 'dev' }, { name: 'Dev' }] },
      'dev is listed twice',
    ],
    ['no stack', { ...CLOUD, stacks: [] }, 'stacks: '],
    ['no reviewer for a reviewed preview', { ...CLOUD, reviewers: {} }, 'staging needs a team or a user to approve'],
  ])('The bootstrap rejects %s by name', async (_, settings, message) => {
    expect((await refusal(() => pipelineOf(settings))).message).toContain(message);
  });

  it('The bootstrap rejects a placeholder domain and stacks of several tenants, with the file to correct', async () => {
    const placeholder = await refusal(() => pipelineOf(CLOUD, () => 'your-tenant.eu.auth0.com'));
    expect(placeholder.message).toContain('Pulumi.dev.yaml, auth0:domain: your-tenant.eu.auth0.com is a placeholder');
    const two = await refusal(() => pipelineOf(CLOUD, (stack) => (stack === 'prod' ? 'other.auth0.com' : TENANT)));
    expect(two.message).toContain('Pulumi.prod.yaml, auth0:domain: other.auth0.com is another tenant');
  });
});

it('The packages of the bootstrap are locked at the versions that these tests load', () => {
  const versionsIn = (file: string): Readonly<Record<string, string | undefined>> => {
    const { packages } = JSON.parse(read(file)) as { packages: Record<string, { version?: string }> };
    const names = ['auth0', 'aws', 'github', 'pulumi'].map((name) => `node_modules/@pulumi/${name}`);
    return Object.fromEntries(names.map((name) => [name, packages[name]?.version]));
  };
  expect(versionsIn('bootstrap/package-lock.json')).toEqual(versionsIn('package-lock.json'));
});
