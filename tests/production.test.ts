import { afterAll, describe, expect, it } from 'vitest';
import { evaluate } from '@auth0-http-api/twin';
import { stackFileLines } from '../program/config/stack-file-lines.ts';
import { folderWith } from './support/folder.ts';
import { copyProject } from './support/project.ts';
import { onlyOf, recordDev, recordStack, resourcesOf, settingsOf } from './support/program.ts';
import {
  APP,
  clients,
  IN_PRODUCTION,
  MACHINE,
  NO_PASSWORD,
  problemsOf,
  REASON,
  refusesOne,
  row,
  USER,
  type Row,
} from './support/stack-file-rows.ts';

const REFUSED: readonly Row[] = [
  row(
    'an exception without a reason',
    { 'api:exceptions': { 'api:tokenLifetime': ' because  ' } },
    'api:exceptions.api:tokenLifetime',
    'invalid',
  ),
  row(
    'an exception for an unknown check',
    { 'api:exceptions': { 'api:audience': REASON } },
    'api:exceptions',
    'unknown',
  ),
  row(
    'passwordGrant: allow in production',
    {
      ...NO_PASSWORD,
      ...clients(MACHINE),
      'api:passwordGrant': 'allow',
      'api:production': true,
      'api:logRetention': 90,
      'api:throttle': IN_PRODUCTION['api:throttle'],
      'api:alarms': IN_PRODUCTION['api:alarms'],
    },
    'api:passwordGrant',
    'production',
  ),
  row(
    'a token lifetime of more than an hour in production',
    { ...IN_PRODUCTION, 'api:tokenLifetime': 3601 },
    'api:tokenLifetime',
    'production',
  ),
  row(
    'a token in the query string in production',
    { ...IN_PRODUCTION, 'api:identitySource': '$request.querystring.token' },
    'api:identitySource',
    'production',
  ),
  row(
    'cookies over http:// in production',
    { ...IN_PRODUCTION, 'api:cors': { allowOrigins: ['http://app.example.com'], allowCredentials: true } },
    'api:cors.allowOrigins',
    'production',
  ),
  row('no throttle in production', { ...IN_PRODUCTION, 'api:throttle': undefined }, 'api:throttle', 'production'),
  row(
    "the account's throttle in production",
    { ...IN_PRODUCTION, 'api:throttle': { burst: 5000, rate: 10_000 } },
    'api:throttle',
    'production',
  ),
  row('no alarms in production', { ...IN_PRODUCTION, 'api:alarms': undefined }, 'api:alarms', 'production'),
  row(
    'an alarm that never goes off in production',
    {
      ...IN_PRODUCTION,
      'api:alarms': { topicArn: 'arn:aws:sns:eu-central-1:123456789012:on-call', serverErrors: 1_000_000 },
    },
    'api:alarms.serverErrors',
    'production',
  ),
  row(
    'an exception that is not needed',
    { ...IN_PRODUCTION, 'api:exceptions': { 'api:tokenLifetime': REASON } },
    'api:exceptions.api:tokenLifetime',
    'unused',
  ),
  row(
    'an exception outside production',
    { 'api:exceptions': { 'api:testUser': REASON } },
    'api:exceptions.api:testUser',
    'unused',
  ),
];

describe('A production stack file', () => {
  it.each(REFUSED)('A stack file is rejected if it has $title', refusesOne);

  it('A production stack file is rejected for its password grant and its test user', async () => {
    const problems = await problemsOf({ 'api:production': true });
    expect(problems.map(({ place }) => place)).toEqual([
      'api:testUser',
      'api:clients.0 (test-app).grants',
      'api:passwordGrant',
      'api:throttle',
      'api:alarms',
      'api:logRetention',
    ]);
    expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(['production']));
  });

  it.each([
    { 'api:exceptions': { 'api:tokenLifetime': REASON }, 'api:tokenLifetime': 7200 },
    { 'api:exceptions': { 'api:passwordGrant': REASON }, 'api:passwordGrant': 'allow', ...clients(APP) },
    {
      'api:exceptions': { 'api:passwordGrant': REASON, 'api:testUser': REASON },
      'api:passwordGrant': 'allow',
      'api:testUser': USER,
      ...clients(APP),
    },
  ])('A production stack file accepts %j with a written reason', async (values) => {
    const settings = await settingsOf('dev', { ...IN_PRODUCTION, ...values });
    expect(settings.exceptions).toEqual(values['api:exceptions']);
  });

  it('An exception for one key does not allow another', async () => {
    const values = { ...IN_PRODUCTION, 'api:tokenLifetime': 3601, 'api:exceptions': { 'api:testUser': REASON } };
    expect((await problemsOf(values)).map(({ place }) => place)).toEqual([
      'api:exceptions.api:testUser',
      'api:tokenLifetime',
    ]);
  });

  it('The exceptions of a stack file are in the outputs, where the access report reads them', async () => {
    const exceptions = { 'api:tokenLifetime': REASON };
    const recorded = await recordDev({ ...IN_PRODUCTION, 'api:tokenLifetime': 7200, 'api:exceptions': exceptions });
    expect(recorded.outputs).toMatchObject({ production: true, exceptions });
    expect(recorded.secretOutputs).not.toContain('exceptions');
  });

  it.each(['dev', 'staging', 'prod'])(
    'api:production decides what is protected, not the name of the stack: %s',
    async (stack) => {
      const recorded = await recordStack(stack);
      const protectedTypes = ['ResourceServer', 'Client', 'Api'].map((kind) => onlyOf(recorded, kind).protect);
      expect(protectedTypes).toEqual([stack === 'prod', stack === 'prod', stack === 'prod']);
      expect(resourcesOf(await recordDev(IN_PRODUCTION), 'Client').map(({ protect }) => protect)).toEqual([true]);
    },
  );
});

describe('Errors in a stack file', () => {
  const project = copyProject();
  afterAll(() => project.remove());

  it('An error names file, line and key, in the order of the lines', async () => {
    project.edit('Pulumi.prod.yaml', 'tokenLifetime: 3600', 'tokenLifetime: 7200');
    project.edit('Pulumi.prod.yaml', 'permissions: [read:user]', 'permissions: [read:usr]');
    const prod = { root: project.root.href, stack: 'prod', config: {}, seed: 'a seed for tests' };
    // The copy's errors are of a class of its own.
    const message = await evaluate(prod).then(String, String);
    const lines = project.read('Pulumi.prod.yaml').split('\n');
    const line = (text: string): number => lines.findIndex((one) => one.includes(text)) + 1;
    expect(message.split('\n').filter((one) => one.startsWith('  Pulumi'))).toEqual([
      expect.stringMatching(`^  Pulumi.prod.yaml:${line('7200')}, api:tokenLifetime: api:production is true: `),
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
