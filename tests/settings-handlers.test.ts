import { describe, expect, it } from 'vitest';
import { settingsOf, type Changes } from './support/program.ts';
import { problemsOf, refusesOne, row } from './support/stack-file-rows.ts';

const test = (changes: object): Changes => ({ 'api:handlers': { test: changes } });
const statement = (changes: object): Changes =>
  test({ statements: [{ actions: ['s3:GetObject'], resources: ['*'], ...changes }] });

describe('A handler in a stack file', () => {
  it.each([
    row('that is not there', { 'api:handlers': { tset: { memory: 128 } } }, 'api:handlers.tset', 'did you mean test?'),
    row('with too little memory', test({ memory: 64 }), 'api:handlers.test.memory', 'must be at least 128'),
    row('with more time than the gateway waits', test({ timeout: 31 }), 'api:handlers.test.timeout', 'at most 30'),
    row(
      'that handles nothing',
      test({ reservedConcurrency: 0 }),
      'api:handlers.test.reservedConcurrency',
      'at least 1',
    ),
    row(
      'with a variable of AWS',
      test({ environment: { AWS_REGION: 'x' } }),
      'api:handlers.test.environment.AWS_REGION',
      'keeps this name',
    ),
    row(
      'with a variable of Lambda',
      test({ environment: { _HANDLER: 'x' } }),
      'api:handlers.test.environment._HANDLER',
      'keeps this name',
    ),
    row(
      'with the variable TZ',
      test({ environment: { TZ: 'x' } }),
      'api:handlers.test.environment.TZ',
      'keeps this name',
    ),
    row(
      'with a variable with a dash',
      test({ environment: { 'A-B': 'x' } }),
      'api:handlers.test.environment.A-B',
      'no such name',
    ),
    row(
      'with variables of over 4 KB',
      test({ environment: { BIG: 'x'.repeat(4094) } }),
      'api:handlers.test.environment',
      '4097 bytes',
    ),
    row(
      'that may do everything',
      statement({ actions: ['*'] }),
      'api:handlers.test.statements.0.actions.0',
      'is like dynamodb:GetItem',
    ),
    row(
      'that may do all of a service',
      statement({ actions: ['s3:*'] }),
      'api:handlers.test.statements.0.actions.0',
      'is not taken',
    ),
    row('that may do nothing', statement({ actions: [] }), 'api:handlers.test.statements.0.actions', 'name an action'),
    row(
      'that may do it with a name',
      statement({ resources: ['bucket'] }),
      'api:handlers.test.statements.0.resources.0',
      'an ARN of six parts',
    ),
    row(
      'that may do it with half an ARN',
      statement({ resources: ['arn:aws:s3:bucket'] }),
      'api:handlers.test.statements.0.resources.0',
      'an ARN of six parts',
    ),
    row(
      'that may do it with an ARN of any service',
      statement({ resources: ['arn:aws:*:*:*:*'] }),
      'api:handlers.test.statements.0.resources.0',
      'its partition and service written out',
    ),
    row(
      'that may do it with an ARN of a made-up partition',
      statement({ resources: ['arn:AWS:s3:::bucket/*'] }),
      'api:handlers.test.statements.0.resources.0',
      'its partition and service written out',
    ),
    row(
      'that may do it with a region of IAM, which has none',
      statement({ resources: ['arn:aws:iam:eu-central-1:123456789012:role/x'] }),
      'api:handlers.test.statements.0.resources.0',
      'no region for iam',
    ),
    row(
      "that may do it in another partition than the stack's",
      statement({ resources: ['arn:aws-cn:s3:::bucket/*'] }),
      'api:handlers.test.statements.0.resources.0',
      'it is of another partition than eu-central-1; begin it with arn:aws:',
    ),
    row(
      'that handles more at once than AWS can count',
      test({ reservedConcurrency: 2_147_483_648 }),
      'api:handlers.test.reservedConcurrency',
      'must be at most 2147483647',
    ),
    row(
      'that may do it by a made-up operator',
      statement({ conditions: { StringIs: { 'aws:SourceVpc': 'x' } } }),
      'api:handlers.test.statements.0.conditions.StringIs',
      'no operator of IAM',
    ),
    row(
      'that may do it by an operator without a key',
      statement({ conditions: { StringEquals: {} } }),
      'api:handlers.test.statements.0.conditions.StringEquals',
      'name a condition key',
    ),
    row(
      'with a policy of over 10 KB',
      statement({ resources: Array.from({ length: 100 }, (_, index) => `arn:aws:s3:::${'x'.repeat(100)}${index}`) }),
      'api:handlers.test.statements',
      'a role takes 10240',
    ),
    row('with a misspelt setting', test({ memroy: 128 }), 'api:handlers.test', '"memroy" here; did you mean memory?'),
  ])('may not be one $title', refusesOne);

  it('may name a resource in any partition, or in that of its region', async () => {
    const any = statement({ resources: ['arn:*:s3:::bucket/*'] });
    await settingsOf('dev', any);
    const iso = statement({ resources: ['arn:aws-iso:s3:::bucket/*'] });
    await settingsOf('dev', { ...iso, 'aws:region': 'us-iso-east-1' });
  });

  it('may have variables of AWS that Lambda leaves to it', async () => {
    const environment = { AWS_NODEJS_CONNECTION_REUSE_ENABLED: '1', AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR' };
    const { handlers } = await settingsOf('dev', test({ environment }));
    expect(handlers['test']?.environment).toEqual(environment);
  });

  it('has no value of a variable in an error, since it may be secret', async () => {
    const [problem] = await problemsOf(test({ environment: { PIN: 4711 } }));
    expect(problem).toEqual({
      place: 'api:handlers.test.environment.PIN',
      message: 'a variable’s value must be a text; put it in quotes',
    });
  });
});
