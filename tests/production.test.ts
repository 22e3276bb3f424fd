import { describe, expect, it } from 'vitest';
import { violationsOf } from '@auth0-http-api/twin';
import { stackFileLines } from '../program/config/stack-file-lines.ts';
import { evaluateHere } from './support/evaluate.ts';
import { folderWith } from './support/folder.ts';
import { output } from './support/planted.ts';
import { copyProject } from './support/project.ts';
import { recordDev, type Changes } from './support/program.ts';
import { APP, clients, IN_PRODUCTION, REASON, refusesOne, rows, type Row } from './support/stack-file-rows.ts';

const REFUSED: readonly Row[] = [
  ...rows('api:exceptions.tokenLifetime', 'invalid', {
    'an exception without a reason': { 'api:exceptions': { tokenLifetime: ' because  ' } },
    // S16
    'an exception whose reason has no words': { 'api:exceptions': { tokenLifetime: '..........' } },
  }),
  ...rows('api:exceptions', 'unknown', {
    'an exception for an unknown check': { 'api:exceptions': { 'api:audience': REASON } },
  }),
];

describe('A production stack file', () => {
  it.each(REFUSED)('A stack file is rejected if it has $title', refusesOne);

  it('A production stack that meets no requirement violates the rule of each', async () => {
    const recorded = await recordDev({ 'api:production': true });
    const rules = violationsOf(recorded).map(({ rule }) => rule.replace('production, ', ''));
    expect(new Set(rules)).toEqual(
      new Set(['testUser', 'passwordGrant', 'throttle', 'alarms', 'logRetention', 'handlers', 'userAccess', 'domain']),
    );
  });

  it('A violation names the key of its exception, what production requires, and where a reason goes', async () => {
    const recorded = await recordDev({ ...IN_PRODUCTION, 'api:tokenLifetime': 7200 });
    expect(violationsOf(recorded)).toEqual([
      {
        rule: 'production, tokenLifetime',
        resource: 'auth0:index/resourceServer:ResourceServer "auth0"',
        message:
          'its tokens live 7200 s (production requires: a token lifetime of at most 3600 s; or write a reason under exceptions, tokenLifetime)',
      },
    ]);
  });

  it.each<Changes>([
    { 'api:tokenLifetime': 7200 },
    { 'api:passwordGrant': 'allow', ...clients(APP) },
    { 'api:cors': { allowOrigins: ['https://*'] } },
    { 'api:logRetention': 60 },
    { 'api:throttle': { burst: 5000, rate: 10_000 } },
    { 'api:alarms': { topicArn: 'arn:aws:sns:eu-central-1:123456789012:on-call', latency: 30_000 } },
    { 'api:identitySource': '$request.querystring.token' },
    { 'api:handlers': {} },
    { 'api:userAccess': undefined },
    { 'api:domain': undefined },
  ])('A production stack may have %j only with a written reason', async (values) => {
    const key = (Object.keys(values)[0] ?? '').replace('api:', '');
    const recorded = await recordDev({ ...IN_PRODUCTION, ...values, 'api:exceptions': { [key]: REASON } });
    const rulesWith = (exceptions: Changes): Set<string> =>
      new Set(violationsOf(output({ exceptions })(recorded)).map(({ rule }) => rule));
    expect(violationsOf(recorded)).toEqual([]);
    expect(rulesWith({})).toEqual(new Set([`production, ${key}`]));
    expect(rulesWith({ [key]: REASON, testUser: REASON })).toEqual(new Set(['exceptions are needed']));
  });

  it('The exceptions of a stack file are in the outputs, where the access report reads them', async () => {
    const exceptions = { tokenLifetime: REASON };
    const recorded = await recordDev({ ...IN_PRODUCTION, 'api:tokenLifetime': 7200, 'api:exceptions': exceptions });
    expect(recorded.outputs).toMatchObject({ production: true, exceptions });
    expect(recorded.secretOutputs).not.toContain('exceptions');
  });
});

describe('Errors in a stack file', () => {
  const project = copyProject();

  it('An error names file, line and key, in the order of the lines', async () => {
    project.edit('Pulumi.prod.yaml', 'tokenLifetime: 3600', 'tokenLifetime: 59');
    project.edit('Pulumi.prod.yaml', 'permissions: [read:user]', 'permissions: [read:usr]');
    const prod = { root: project.root.href, stack: 'prod', config: {}, seed: 'a seed for tests' };
    const message = await evaluateHere(prod).then(String, String);
    const lines = project.read('Pulumi.prod.yaml').split('\n');
    const line = (text: string): number => lines.findIndex((found) => found.includes(text)) + 1;
    expect(message.split('\n').filter((found) => found.startsWith('  Pulumi'))).toEqual([
      expect.stringMatching(`^  Pulumi.prod.yaml:${line('59')}, api:tokenLifetime: `),
      expect.stringMatching(`^  Pulumi.prod.yaml:${line('read:usr')}, api:clients.0 \\(test-app\\).permissions: `),
    ]);
  });

  const folder = folderWith(
    {
      'Pulumi.dev.yaml':
        'config:\n  "api:a": 1\n  api:b:\n    - name: x\n      grants: []\n    - name: y\n  api:c: { api:d: e }\n  api:e:\n    GET /x.y, z: 1\n',
      'Pulumi.broken.yaml': 'config: [',
    },
    'the whole file',
  );
  it.each([
    ['Pulumi.dev.yaml', 'api:a', 2],
    ['Pulumi.dev.yaml', 'api:b', 3],
    ['Pulumi.dev.yaml', 'api:b.0 (x).grants', 5],
    ['Pulumi.dev.yaml', 'api:b.1 (y).grants', 6],
    ['Pulumi.dev.yaml', 'api:c.api:d', 7],
    ['Pulumi.dev.yaml', 'api:e, "GET /x.y, z"', 9],
    ['Pulumi.dev.yaml', 'api:none', undefined],
    ['Pulumi.broken.yaml', 'api:a', undefined],
    ['Pulumi.none.yaml', 'api:a', undefined],
  ])('In %s, an error about %s names line %s', (file, place, line) => {
    expect(stackFileLines(folder, file)(place)).toBe(line);
  });
});
