import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { Sandbox } from './support/sandbox.ts';

const sandbox = new Sandbox();
const POLICY = ['--policy-pack', 'policy'];

beforeAll(async () => {
  execFileSync(process.execPath, ['policy/bundle.ts'], { cwd: sandbox.project.path });
  await sandbox.select('prod');
});

/** An edit of a hurried colleague, and what the preview says to it. */
const EDITS = [
  {
    title: 'a managed policy on the role of every function',
    file: 'program/aws/function.ts',
    from: 'assumeRolePolicy: LAMBDA_MAY_ASSUME',
    to: "assumeRolePolicy: LAMBDA_MAY_ASSUME, managedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess']",
    says: '[mandatory]  rules  (aws:iam:Role: api-test)',
  },
  {
    title: 'every action in the policy of every function',
    file: 'program/aws/policy.ts',
    from: "Action: ['logs:CreateLogStream', 'logs:PutLogEvents']",
    to: "Action: ['*']",
    says: '* has a wildcard that is not the end of a name',
  },
  {
    title: 'a narrow statement that the contract does not declare',
    file: 'program/aws/policy.ts',
    from: '    ...statements.map(',
    to: "    { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: 'arn:aws:dynamodb:eu-central-1:1:table/x' },\n    ...statements.map(",
    says: 'dynamodb:GetItem by a statement that contract and stack file do not declare',
  },
  {
    title: 'a token lifetime of two hours, whatever the stack file says',
    file: 'auth0.ts',
    from: 'tokenLifetime: settings.tokenLifetime,',
    to: 'tokenLifetime: 7200,',
    says: 'or write a reason under exceptions, tokenLifetime',
  },
  {
    title: 'routes without an authorizer',
    file: 'api.ts',
    from: "route.scopes === 'public'",
    to: 'true',
    says: 'GET /test is open to anyone',
  },
  {
    title: 'an invoke permission for every API',
    file: 'program/aws/function.ts',
    from: 'sourceArn: pulumi.interpolate`${api.executionArn}/*/*`',
    to: "sourceArn: 'arn:aws:execute-api:*:*:*'",
    says: 'lets undeclared APIs invoke its function',
  },
  {
    title: 'an output with a Slack webhook',
    file: 'program/outputs.ts',
    from: '    audience: tenant.audience,\n',
    to: "    slackWebhook: 'https://hooks.slack.com/services/T0123456/B0123456/abcdefghijklmnop',\n",
    says: 'slackWebhook of the stack holds a secret',
  },
  {
    title: 'an output that calls production a test',
    file: 'program/outputs.ts',
    from: '    production,\n',
    to: '    production: false,\n',
    says: 'api:production: true, but the output production differs',
  },
] as const;

describe('The policy pack on a real engine', () => {
  it('The first preview of the shipped stack prod satisfies every rule', async () => {
    const { text } = await sandbox.pulumi(['preview', '--suppress-progress', ...POLICY]);
    expect(text).toMatch(/\+ \d+ to create/);
    expect(text).not.toMatch(/advisory|can't run policy|\[mandatory\]/);
    expect(text).toContain('auth0-http-api');
  });

  it('The first preview of an empty stack refuses each planted edit, and calls no service', async () => {
    const files = [...new Set(EDITS.map(({ file }) => file))];
    const before = files.map((file) => [file, sandbox.project.read(file)] as const);
    for (const { file, from, to } of EDITS) sandbox.project.edit(file, from, to);
    const { code, text } = await sandbox.attempt(['preview', '--suppress-progress', ...POLICY]);
    for (const [file, content] of before) sandbox.project.write(file, content);
    expect(code).not.toBe(0);
    expect(EDITS.filter(({ says }) => !text.includes(says)).map(({ title }) => title)).toEqual([]);
    expect(text).not.toMatch(/advisory|can't run policy/);
    expect(sandbox.services.entries).toEqual([]);
  });

  it('The shipped stack prod comes up under the rules, and is previewed again without a violation', async () => {
    await sandbox.pulumi(['up', '--yes', '--suppress-progress', ...POLICY]);
    const { text } = await sandbox.pulumi(['preview', '--suppress-progress', '--expect-no-changes', ...POLICY]);
    expect(text).not.toMatch(/advisory|can't run policy|\[mandatory\]/);
  });
});
