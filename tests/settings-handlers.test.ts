import { describe, expect, it } from 'vitest';
import type { ProblemCode } from '../program/user-error.ts';
import { settingsOf, type Changes } from './support/program.ts';
import { problemsOf, refusesOne, row, rows, type Row } from './support/stack-file-rows.ts';

const test = (changes: object): Changes => ({ 'api:handlers': { test: changes } });
const statement = (changes: object): Changes =>
  test({ statements: [{ actions: ['s3:GetObject'], resources: ['*'], ...changes }] });

const variable = (name: string): Changes => test({ environment: { [name]: 'x' } });
const on = (...resources: readonly string[]): Changes => statement({ resources });
const many = Array.from({ length: 100 }, (_, index) => `arn:aws:s3:::${'x'.repeat(100)}${index}`);

const at = (title: string, values: Changes, place: string, code?: ProblemCode): Row =>
  row(title, values, `api:handlers.test.${place}`, code);
const RESOURCE = 'statements.0.resources.0';

// rules.test.ts has every kind of broad statement, and contract.test.ts the ranges of numbers.
describe('Handlers in a stack file', () => {
  it.each([
    row('that is undeclared', { 'api:handlers': { tset: { memory: 128 } } }, 'api:handlers.tset', 'undeclared'),
    at('with too little memory', test({ memory: 64 }), 'memory'),
    at('with more concurrency than AWS accepts', test({ reservedConcurrency: 2 ** 31 }), 'reservedConcurrency'),
    at('with a variable that Lambda reserves', variable('_HANDLER'), 'environment._HANDLER'),
    at('with the variable TZ', variable('TZ'), 'environment.TZ'),
    at('with a dash in a variable name', variable('A-B'), 'environment.A-B'),
    at('with variables of over 4 KB', test({ environment: { BIG: 'x'.repeat(4094) } }), 'environment', 'quota'),
    at('with a broad action and no reason', statement({ actions: ['s3:*t*'] }), 'statements.0.actions'),
    at('with every action of a service', statement({ actions: ['s3:*'] }), 'statements.0.actions.0'),
    at('with a statement without actions', statement({ actions: [] }), 'statements.0.actions'),
    at('with a resource that is not an ARN', on('bucket'), RESOURCE),
    at('with an incomplete ARN', on('arn:aws:s3:bucket'), RESOURCE),
    at('with an ARN for any service', on('arn:aws:*:*:*:*'), RESOURCE),
    at('with an ARN of an unknown partition', on('arn:AWS:s3:::bucket/*'), RESOURCE),
    at('with a region in an ARN of IAM, which has none', on('arn:aws:iam:eu-central-1:123456789012:role/x'), RESOURCE),
    at('with an ARN of another partition than the stack’s', on('arn:aws-cn:s3:::bucket/*'), RESOURCE, 'conflict'),
    ...rows('api:handlers.test.statements.0.conditions.StringIs', 'invalid', {
      'with an unknown condition operator': statement({ conditions: { StringIs: { 'aws:SourceVpc': 'x' } } }),
    }),
    ...rows('api:handlers.test.statements.0.conditions.StringEquals', 'invalid', {
      'with a condition operator without a key': statement({ conditions: { StringEquals: {} } }),
    }),
    at('with a policy of over 10 KB', on(...many), 'statements', 'quota'),
    row('with a misspelt setting', test({ memroy: 128 }), 'api:handlers.test', 'unknown'),
  ])('A stack file is rejected if it has a handler $title', refusesOne);

  it('A handler’s statement can name a resource in any partition, or in the partition of its region', async () => {
    await settingsOf('dev', on('arn:*:s3:::bucket/*'));
    await settingsOf('dev', { ...on('arn:aws-iso:s3:::bucket/*'), 'aws:region': 'us-iso-east-1' });
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
