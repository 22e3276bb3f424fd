import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { parse } from 'yaml';
import type { Recorded } from '@auth0-http-api/twin';
import { policiesOf, type Policy } from '../../commands/rights/policies.ts';
import { RIGHTS } from '../../commands/rights/table.ts';
import { runEntry } from '../support/entry.ts';
import { EVERYTHING, EVERY_OPTION } from '../support/everything.ts';
import { allows, type Call } from '../support/iam.ts';
import { ACCOUNT, callsOf } from '../support/provider-calls.ts';
import { ROOT } from '../support/project.ts';
import { recordStack, recordWith } from '../support/program.ts';

const SURROUNDINGS = {
  account: ACCOUNT,
  region: 'eu-central-1',
  state: { bucket: 'states', key: 'key-1' },
  subject: 'repo:acme@1234/orders@5678',
};
const ROLE = `arn:aws:iam::${ACCOUNT}:role`;
const LAMBDA = `arn:aws:lambda:eu-central-1:${ACCOUNT}:function`;
const BOUNDARY = { 'iam:PermissionsBoundary': `arn:aws:iam::${ACCOUNT}:policy/auth0-http-api--prod--boundary` };

let recordedEverything: Promise<Recorded> | undefined;
const everything = (): Promise<Recorded> =>
  (recordedEverything ??= recordWith({ contract: EVERYTHING, values: EVERY_OPTION }));

function deployed(recorded: Recorded, kind: 'deploy' | 'preview'): Policy[] {
  const policies = policiesOf(recorded, SURROUNDINGS);
  return [policies[kind], policies[`${kind}-state`]].filter((policy) => policy !== undefined);
}

const stackCalls = (recorded: Recorded) =>
  recorded.resources.filter(({ type }) => type.startsWith('aws:')).map((resource) => callsOf(resource, recorded.stack));

const call = (action: string, resource: string, context?: Call['context']): Call => ({
  action,
  resource,
  ...(context && { context }),
});

describe('The generated policies', () => {
  it.each([
    ['dev', () => recordStack('dev')],
    ['staging', () => recordStack('staging')],
    ['prod', () => recordStack('prod')],
    ['with every option', everything],
  ])('the policies of the stack %s allow each call of the provider, and a preview may only read', async (_, record) => {
    const recorded = await record();
    const calls = stackCalls(recorded);
    const [deploy, preview] = [deployed(recorded, 'deploy'), deployed(recorded, 'preview')];
    expect(calls.flatMap(({ read, write }) => [...read, ...write]).filter((made) => !allows(deploy, made))).toEqual([]);
    expect(calls.flatMap(({ read }) => read).filter((made) => !allows(preview, made))).toEqual([]);
    const reads = calls.flatMap(({ read }) => read.map(({ action }) => action));
    const writes = calls.flatMap(({ write }) => write).filter(({ action }) => !reads.includes(action));
    expect(writes.filter((made) => allows(preview, made))).toEqual([]);
  });

  const OWN_ROLE = `${ROLE}/auth0-http-api--prod--x`;
  const FUNCTION = `${LAMBDA}:auth0-http-api--prod--api-test-1`;
  const PULUMI = 'arn:aws:s3:::states/.pulumi';
  const LOGS = `arn:aws:logs:eu-central-1:${ACCOUNT}:log-group`;
  const ADMINISTRATOR = { 'iam:PermissionsBoundary': 'arn:aws:iam::aws:policy/AdministratorAccess' };
  const passedTo = (service: string) => ({ 'iam:PassedToService': `${service}.amazonaws.com` });
  const letting = (principal: string) => ({ 'lambda:Principal': principal });

  /** What a stolen deployment of prod would try. */
  const ESCALATIONS: Readonly<Record<string, readonly [action: string, resource: string, context?: Call['context']]>> =
    {
      'create a role without the boundary': ['iam:CreateRole', OWN_ROLE],
      'create a role with another boundary': ['iam:CreateRole', OWN_ROLE, ADMINISTRATOR],
      'create a role of another name': ['iam:CreateRole', `${ROLE}/admin`, BOUNDARY],
      'write a policy on a role without the boundary': ['iam:PutRolePolicy', OWN_ROLE],
      'write a policy on its own role': ['iam:PutRolePolicy', `${ROLE}/github-deploy-prod`, BOUNDARY],
      'attach a managed policy': ['iam:AttachRolePolicy', OWN_ROLE, BOUNDARY],
      'take the boundary off': ['iam:DeleteRolePermissionsBoundary', OWN_ROLE, BOUNDARY],
      'widen the boundary': ['iam:CreatePolicyVersion', BOUNDARY['iam:PermissionsBoundary']],
      'pass a role of another': ['iam:PassRole', `${ROLE}/admin`, passedTo('lambda')],
      'pass a role to another service': ['iam:PassRole', OWN_ROLE, passedTo('ec2')],
      'let an API invoke the function of another': [
        'lambda:AddPermission',
        `${LAMBDA}:payroll`,
        letting('apigateway.amazonaws.com'),
      ],
      'let another account invoke a function': ['lambda:AddPermission', FUNCTION, letting('999999999999')],
      'replace the code of another function': ['lambda:UpdateFunctionCode', `${LAMBDA}:payroll`],
      'replace the code of the stack prod-eu': [
        'lambda:UpdateFunctionCode',
        FUNCTION.replace('--prod--', '--prod-eu--'),
      ],
      'delete the alarm of another': [
        'cloudwatch:DeleteAlarms',
        `arn:aws:cloudwatch:eu-central-1:${ACCOUNT}:alarm:payroll`,
      ],
      'delete the logs of the stack prod-eu': ['logs:DeleteLogGroup', `${LOGS}:/auth0-http-api/prod-eu/access`],
      'change any zone': ['route53:ChangeResourceRecordSets', 'arn:aws:route53:::hostedzone/Z9'],
      'read the state of dev': ['s3:GetObject', `${PULUMI}/stacks/auth0-http-api/dev.json`],
      'read the state of prod-eu': ['s3:GetObject', `${PULUMI}/stacks/auth0-http-api/prod-eu.json`],
      'read a backup of prod-eu': ['s3:GetObject', `${PULUMI}/backups/auth0-http-api/prod-eu/prod-eu.1.json`],
      'take the lock of another project': ['s3:PutObject', `${PULUMI}/locks/organization/other/prod/1.json`],
    };

  it.each(Object.entries(ESCALATIONS))('the deployment of prod must not %s', async (_, escalated) => {
    const escalation = call(...escalated);
    const prod = await recordStack('prod');
    expect(allows(deployed(prod, 'deploy'), escalation)).toBe(false);
    expect(allows(deployed(prod, 'preview'), escalation)).toBe(false);
  });

  it('a stack with a domain may change its own records alone, and only functions that its routes name', async () => {
    const policies = deployed(await everything(), 'deploy');
    const names = (name: string) => ({ 'route53:ChangeResourceRecordSetsNormalizedRecordNames': [name] });
    const zone = 'arn:aws:route53:::hostedzone/Z0123456789ABCDEFGHIJ';
    const invoke = { 'lambda:Principal': 'apigateway.amazonaws.com' };
    const change = 'route53:ChangeResourceRecordSets';
    expect(allows(policies, call(change, zone, names('api.example.com')))).toBe(true);
    expect(allows(policies, call(change, zone, names('_0a1b.api.example.com')))).toBe(true);
    expect(allows(policies, call(change, zone, names('www.example.com')))).toBe(false);
    expect(allows(policies, call(change, `${zone}X`, names('api.example.com')))).toBe(false);
    expect(allows(policies, call('lambda:AddPermission', `${LAMBDA}:reports:live`, invoke))).toBe(true);
    expect(allows(policies, call('lambda:AddPermission', `${LAMBDA}:reports-2`, invoke))).toBe(false);
    expect(allows(policies, call('lambda:UpdateFunctionCode', `${LAMBDA}:reports`))).toBe(false);
  });

  it('the state policies name the files and the encryption context of the one stack, and a preview cannot write them', async () => {
    const prod = await recordStack('prod');
    const files = [
      'stacks/auth0-http-api/prod.json',
      'stacks/auth0-http-api/prod.json.bak',
      'locks/organization/auth0-http-api/prod/1.json',
      'history/auth0-http-api/prod/prod-1.history.json',
      'backups/auth0-http-api/prod/prod.1.json',
    ].map((path) => `arn:aws:s3:::states/.pulumi/${path}`);
    const may = (kind: 'deploy' | 'preview', action: string) =>
      files.filter((file) => allows(deployed(prod, kind), call(action, file)));
    for (const action of ['s3:GetObject', 's3:PutObject', 's3:DeleteObject']) {
      expect(may('deploy', action)).toEqual(files);
      expect(may('preview', action)).toEqual(action === 's3:GetObject' ? files : []);
    }
    const key = `arn:aws:kms:eu-central-1:${ACCOUNT}:key/key-1`;
    const decrypts = (context: Call['context']) => allows(deployed(prod, 'preview'), call('kms:Decrypt', key, context));
    const contexts = ['prod', 'dev'].map((stack) => ({ 'kms:EncryptionContext:stack': `auth0-http-api/${stack}` }));
    expect([...contexts, undefined].map(decrypts)).toEqual([true, false, false]);
  });

  it('the boundary allows the functions their logs and their statements, and nothing of IAM', async () => {
    const { boundary } = policiesOf(await everything(), SURROUNDINGS);
    const policies = boundary === undefined ? [] : [boundary];
    const log = `arn:aws:logs:eu-central-1:${ACCOUNT}:log-group:/auth0-http-api/dev/api-new:log-stream:1`;
    expect(allows(policies, call('logs:PutLogEvents', log))).toBe(true);
    expect(allows(policies, call('s3:GetObject', 'arn:aws:s3:::x/y', { 's3:authType': 'REST-HEADER' }))).toBe(true);
    expect(allows(policies, call('s3:GetObject', 'arn:aws:s3:::x/y'))).toBe(false);
    expect(allows(policies, call('iam:CreateRole', `${ROLE}/x`))).toBe(false);
  });

  it('each role of a stack with api:permissionsBoundary has it, and a boundary of another stack is an error', async () => {
    const recorded = await everything();
    const roles = recorded.resources.filter(({ type }) => type === 'aws:iam/role:Role');
    expect(roles.map(({ inputs }) => inputs['permissionsBoundary'])).toEqual([EVERY_OPTION['api:permissionsBoundary']]);
    expect(() => policiesOf({ ...recorded, stack: 'qa' }, SURROUNDINGS)).toThrow(
      `write api:permissionsBoundary: arn:aws:iam::${ACCOUNT}:policy/auth0-http-api--qa--boundary`,
    );
  });

  it('policies are refused for a name whose pattern could match another, and for a resource type without a row', async () => {
    const dev = await recordStack('dev');
    for (const stack of ['prod--eu', 'prod-', '-prod', 'pr*', 'pro?', '${aws:PrincipalTag/x}']) {
      expect(() => policiesOf({ ...dev, stack }, SURROUNDINGS)).toThrow('a policy could match another');
    }
    for (const stack of ['preview-prod', 'Drift-prod']) {
      expect(() => policiesOf({ ...dev, stack }, SURROUNDINGS)).toThrow('an environment of another stack');
    }
    const [resource] = dev.resources;
    const queue = { ...resource, type: 'aws:sqs/queue:Queue' } as (typeof dev.resources)[number];
    expect(() => policiesOf({ ...dev, resources: [queue] }, SURROUNDINGS)).toThrow(
      'commands/rights/table.ts has no aws:sqs/queue:Queue',
    );
  });

  it('the roles of the pipeline trust the environments of their stack, and no other run of the repository', async () => {
    const policies = policiesOf(await recordStack('prod'), SURROUNDINGS);
    const subjects = (kind: string): unknown =>
      (policies[`${kind}-trust`]?.Statement[0]?.Condition as { StringEquals: unknown } | undefined)?.StringEquals;
    const environment = (name: string): string => `repo:acme@1234/orders@5678:environment:${name}`;
    const issuer = 'token.actions.githubusercontent.com';
    const audience = { [`${issuer}:aud`]: 'sts.amazonaws.com' };
    expect(subjects('deploy')).toEqual({ ...audience, [`${issuer}:sub`]: [environment('prod')] });
    expect(subjects('preview')).toEqual({
      ...audience,
      [`${issuer}:sub`]: [environment('preview-prod'), environment('drift-prod')],
    });
  });

  it('npm run policies prints one document for a shell, and names the argument that is missing or invalid', async () => {
    vi.doMock('../../commands/rights/recorded.ts', () => ({ recordedStack: recordStack }));
    onTestFinished(() => {
      vi.doUnmock('../../commands/rights/recorded.ts');
    });
    const run = (...args: readonly string[]) => runEntry('commands/rights/main.ts', ['--stack', 'dev', ...args]);
    const { stdout } = await run('--account', ACCOUNT, '--subject', SURROUNDINGS.subject, 'preview-trust');
    expect(JSON.parse(stdout)).toMatchObject({ Version: '2012-10-17' });
    expect(stdout).toContain('environment:preview-dev');
    expect(await run()).toMatchObject({ code: 1, stderr: expect.stringMatching(/--account 123456789012/) as string });
    for (const [args, stderr] of [
      [['--account', ACCOUNT, '--config', 'api:x'], '--config api:x has no value; write --config key=value\n'],
      [['--account', '12'], '--account must have 12 digits, not "12"\n'],
    ] as const)
      expect(await run(...args)).toEqual({ code: 1, stdout: '', stderr });
  });

  it.each(['bootstrap', 'commands/rights'])(
    '%s/main.ts prints its usage with --help, and does nothing else',
    (folder) => {
      const output = execFileSync(process.execPath, [`${folder}/main.ts`, '--help'], { cwd: ROOT, encoding: 'utf8' });
      expect(output).toMatch(/^Usage: npm run .+\n.+\n$/);
    },
  );

  it('the names that Pulumi generates begin as the policies expect', () => {
    for (const file of ['Pulumi.yaml', 'tests/fixture/Pulumi.yaml']) {
      const { config } = parse(readFileSync(new URL(file, ROOT), 'utf8')) as { config: Record<string, unknown> };
      expect(config['pulumi:autonaming']).toEqual({
        value: { providers: { aws: { pattern: '${project}--${stack}--${name}-${hex(7)}' } } },
      });
    }
  });

  it('every type of the table names the provider’s code and IAM’s reference', () => {
    for (const [type, { sources }] of Object.entries(RIGHTS)) {
      expect([type, sources.length >= 2]).toEqual([type, true]);
      for (const source of sources)
        expect(source).toMatch(/^https:\/\/(docs\.aws\.amazon\.com|github\.com\/hashicorp)\//);
    }
  });
});
