import { describe, expect, it } from 'vitest';
import { RESOURCE_TYPES, type RecordedResource } from '@auth0-http-api/twin';
import { ACTIONS, allowed, lacking, statements } from '../support/policies.ts';
import { EVERYTHING, EVERY_OPTION } from '../support/everything.ts';
import { recordStack, recordWith, resourcesOf } from '../support/program.ts';

/** What AWS holds of all three stacks, and of one that uses every option. */
async function resources(): Promise<RecordedResource[]> {
  const all: RecordedResource[] = [];
  for (const stack of ['dev', 'staging', 'prod']) all.push(...(await recordStack(stack)).resources);
  const everything = await recordWith({ contract: EVERYTHING, values: EVERY_OPTION });
  // The default tags go to all that can be tagged.
  const tagged = everything.resources.map((one) => ({ ...one, inputs: { ...one.inputs, tags: { team: 'orders' } } }));
  return [...all, ...tagged].filter(({ type }) => type.startsWith('aws:'));
}

describe('The deploy policy', () => {
  it('The deploy policy allows every call that the provider makes for the resources of the program', async () => {
    const registered = await resources();
    // The twin emulates more types than the program registers.
    const types = [...RESOURCE_TYPES.keys()].filter((type) => type.startsWith('aws:') && type in ACTIONS);
    expect(new Set(registered.map(({ type }) => type))).toEqual(new Set(types));
    expect(lacking(registered)).toEqual([]);
  });

  it('The check of the deploy policy reports a missing action, an option’s missing action, and an unmapped type', async () => {
    const registered = await resources();
    for (const action of allowed('deploy-policy.json')) {
      const without = new Set([...allowed('deploy-policy.json')].filter((other) => other !== action));
      expect([action, lacking(registered, without).length > 0]).toEqual([action, true]);
    }
    const [stage] = registered.filter(({ type }) => type.endsWith(':Stage'));
    if (stage === undefined) throw new Error('there is no stage');
    const without = new Set([...allowed('deploy-policy.json')].filter((action) => action !== 'logs:CreateLogDelivery'));
    expect(lacking([stage], without)).toEqual([
      '.github/aws/deploy-policy.json lacks logs:CreateLogDelivery for aws:apigatewayv2/stage:Stage',
    ]);
    expect(lacking([{ ...stage, type: 'aws:sqs/queue:Queue' }])).toEqual([
      'aws:sqs/queue:Queue is not in .github/aws/actions.json',
    ]);
  });

  it('The deploy policy names functions, roles and log groups as the program does', async () => {
    const patterns = statements('deploy-policy.json').flatMap(({ Resource = [] }) => [Resource].flat());
    expect(patterns).toEqual(
      expect.arrayContaining([
        'arn:aws:lambda:REGION:ACCOUNT_ID:function:api-*',
        'arn:aws:iam::ACCOUNT_ID:role/api-*',
        'arn:aws:logs:REGION:ACCOUNT_ID:log-group:/PROJECT/STACK/*',
      ]),
    );
    for (const stack of ['dev', 'staging', 'prod']) {
      const recorded = await recordStack(stack);
      const named = recorded.resources.filter(({ type }) => /:(Function|Role)$/.test(type) && type.startsWith('aws:'));
      // Without a name of their own they get the one in the program, with random digits after it.
      for (const { name, inputs } of named)
        expect([name, inputs['name']]).toEqual([expect.stringMatching(/^api-/), undefined]);
      const start = `/${recorded.project}/${stack}/`;
      for (const { inputs } of resourcesOf(recorded, 'LogGroup'))
        expect(inputs['name']).toMatch(new RegExp(`^${start}`));
      expect(named).toHaveLength(2);
    }
  });

  it('The deploy policy lets roles be passed to Lambda only', () => {
    const passing = statements('deploy-policy.json').filter(({ Action }) => Action.includes('iam:PassRole'));
    expect(passing).toEqual([
      expect.objectContaining({ Condition: { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } } }),
    ]);
  });
});

describe('The preview policy', () => {
  it('The preview policy allows exactly what a refresh calls, so that a pull request’s program can change nothing', async () => {
    const read = (await resources()).flatMap(({ type }) => ACTIONS[type]?.read ?? []);
    expect(allowed('preview-policy.json')).toEqual(new Set(read));
    for (const action of allowed('preview-policy.json')) expect(action).toMatch(/:(GET$|Get|List|Describe)/);
    expect([...allowed('state-read-policy.json')].toSorted()).toEqual(['kms:Decrypt', 's3:GetObject', 's3:ListBucket']);
  });
});

describe('Every policy', () => {
  it.each(['deploy-policy.json', 'preview-policy.json', 'state-read-policy.json', 'state-write-policy.json'])(
    'The policy %s allows named actions on named resources',
    (file) => {
      for (const { Effect, Resource = [], ...statement } of statements(file)) {
        expect(Effect).toBe('Allow');
        for (const action of statement.Action) expect(action).not.toContain('*');
        for (const resource of [Resource].flat()) expect(resource).toMatch(/^arn:aws:[a-z0-9]+:/);
      }
    },
  );

  it.each([
    { file: 'deploy-trust.json', environments: ['STACK'] },
    { file: 'preview-trust.json', environments: ['preview-STACK', 'drift-STACK'] },
  ])(
    'The policy $file trusts the environments $environments and no other run of the repository',
    ({ file, environments }) => {
      const issuer = 'token.actions.githubusercontent.com';
      expect(statements(file)).toEqual([
        {
          Effect: 'Allow',
          Principal: { Federated: `arn:aws:iam::ACCOUNT_ID:oidc-provider/${issuer}` },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: {
            StringEquals: {
              [`${issuer}:aud`]: 'sts.amazonaws.com',
              [`${issuer}:sub`]: environments.map((environment) => `SUBJECT:environment:${environment}`),
            },
          },
        },
      ]);
    },
  );

  it('Every type has a source in actions.json, and its read actions only read', () => {
    for (const [type, { sources, read, also = {} }] of Object.entries(ACTIONS)) {
      expect([type, sources.length >= 2]).toEqual([type, true]);
      for (const source of sources)
        expect(source).toMatch(/^https:\/\/(docs\.aws\.amazon\.com|github\.com\/hashicorp)\//);
      for (const action of read) expect(action).toMatch(/^[a-z0-9]+:(GET$|Get|List|Describe)/);
      for (const action of Object.values(also).flat()) expect(action).toMatch(/^[a-z0-9]+:[A-Z]/);
    }
  });
});
