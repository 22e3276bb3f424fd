import { describe, expect, it } from 'vitest';
import type { ProblemCode } from '../program/user-error.ts';
import { settingsOf, type Changes } from './support/program.ts';
import { problemsOf, refusesOne, row, rows, type Row } from './support/stack-file-rows.ts';

const test = (changes: object): Changes => ({ 'api:handlers': { test: changes } });
const statement = (changes: object): Changes =>
  test({ statements: [{ actions: ['s3:GetObject'], resources: ['*'], ...changes }] });

const at = (title: string, values: Changes, place: string, code: ProblemCode): Row =>
  row(title, values, `api:handlers.test.${place}`, code);

describe('Handlers in a stack file', () => {
  it.each([
    ...rows('api:handlers.tset', 'undeclared', {
      'that the contract does not have': { 'api:handlers': { tset: { memory: 128 } } },
    }),
    at('with too little memory', test({ memory: 64 }), 'memory', 'invalid'),
    ...rows('api:handlers.test.reservedConcurrency', 'invalid', {
      'with a reserved concurrency of zero': test({ reservedConcurrency: 0 }),
      'with a reserved concurrency larger than AWS accepts': test({ reservedConcurrency: 2_147_483_648 }),
    }),
    ...rows('api:handlers.test.environment.AWS_REGION', 'invalid', {
      'with a variable that AWS reserves': test({ environment: { AWS_REGION: 'x' } }),
    }),
    ...rows('api:handlers.test.environment._HANDLER', 'invalid', {
      'with a variable that Lambda reserves': test({ environment: { _HANDLER: 'x' } }),
    }),
    at('with the variable TZ', test({ environment: { TZ: 'x' } }), 'environment.TZ', 'invalid'),
    at('with a dash in a variable name', test({ environment: { 'A-B': 'x' } }), 'environment.A-B', 'invalid'),
    at('with variables of over 4 KB', test({ environment: { BIG: 'x'.repeat(4094) } }), 'environment', 'quota'),
    ...(
      [
        ['s3:*t*', '*'],
        ['iam:CreateAccessKey', '*'],
        ['iam:*e*', '*'],
        ['sts:AssumeRole', 'arn:aws:iam::123456789012:role/x'],
        ['organizations:LeaveOrganization', '*'],
        ['dynamodb:PutItem', '*'],
      ] as const
    ).map(([action, resource]) =>
      row(
        `with ${action} on ${resource} and no reason`,
        statement({ actions: [action], resources: [resource] }),
        'api:handlers.test.statements.0.actions',
      ),
    ),
    ...rows('api:handlers.test.statements.0.actions.0', 'invalid', {
      'with a statement for every action': statement({ actions: ['*'] }),
      'with a statement for every action of a service': statement({ actions: ['s3:*'] }),
    }),
    at('with a statement without actions', statement({ actions: [] }), 'statements.0.actions', 'invalid'),
    ...rows('api:handlers.test.statements.0.resources.0', 'invalid', {
      'with a resource that is not an ARN': statement({ resources: ['bucket'] }),
      'with an incomplete ARN': statement({ resources: ['arn:aws:s3:bucket'] }),
      'with an ARN for any service': statement({ resources: ['arn:aws:*:*:*:*'] }),
      'with an ARN of an unknown partition': statement({ resources: ['arn:AWS:s3:::bucket/*'] }),
      'with a region in an ARN of IAM, which has none': statement({
        resources: ['arn:aws:iam:eu-central-1:123456789012:role/x'],
      }),
    }),
    ...rows('api:handlers.test.statements.0.resources.0', 'conflict', {
      'with an ARN of another partition than the stack’s': statement({ resources: ['arn:aws-cn:s3:::bucket/*'] }),
    }),
    ...rows('api:handlers.test.statements.0.conditions.StringIs', 'invalid', {
      'with an unknown condition operator': statement({ conditions: { StringIs: { 'aws:SourceVpc': 'x' } } }),
    }),
    ...rows('api:handlers.test.statements.0.conditions.StringEquals', 'invalid', {
      'with a condition operator without a key': statement({ conditions: { StringEquals: {} } }),
    }),
    ...rows('api:handlers.test.statements', 'quota', {
      'with a policy of over 10 KB': statement({
        resources: Array.from({ length: 100 }, (_, index) => `arn:aws:s3:::${'x'.repeat(100)}${index}`),
      }),
    }),
    row('with a misspelt setting', test({ memroy: 128 }), 'api:handlers.test', 'unknown'),
  ])('A stack file is rejected if it has a handler $title', refusesOne);

  it('A handler’s statement can name a resource in any partition, or in the partition of its region', async () => {
    const any = statement({ resources: ['arn:*:s3:::bucket/*'] });
    await settingsOf('dev', any);
    const iso = statement({ resources: ['arn:aws-iso:s3:::bucket/*'] });
    await settingsOf('dev', { ...iso, 'aws:region': 'us-iso-east-1' });
  });

  it('A handler can have the AWS variables that Lambda does not set itself', async () => {
    const environment = { AWS_NODEJS_CONNECTION_REUSE_ENABLED: '1', AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR' };
    const { handlers } = await settingsOf('dev', test({ environment }));
    expect(handlers['test']?.environment).toEqual(environment);
  });

  it('An error about a handler’s variable does not contain its value, which can be a secret', async () => {
    const [problem] = await problemsOf(test({ environment: { PIN: 4711 } }));
    expect(problem?.place).toBe('api:handlers.test.environment.PIN');
    expect(problem?.message).not.toContain('4711');
  });
});
