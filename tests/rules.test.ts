import { generateKeyPairSync } from 'node:crypto';
import * as aws from '@pulumi/aws';
import { describe, expect, it } from 'vitest';
import { contract as shipped } from '../contract.ts';
import { modelOf, RULES, violationsOf, type Registered } from '@auth0-http-api/twin';
import program from '../index.ts';
import { recordDev, recordProgram, recordStack, recordWith, resourcesOf } from './support/program.ts';
import { APP, clients, IN_PRODUCTION, MACHINE, REASON, USER } from './support/stack-file-rows.ts';
import { inputs, output, plus, secretOf } from './support/planted.ts';
import { PLANTED_OTHERS } from './support/planted-others.ts';
import { PLANTED_RIGHTS } from './support/planted-rights.ts';
import { PLANTED_ROUTES } from './support/planted-routes.ts';

const PLANTED = [...PLANTED_ROUTES, ...PLANTED_RIGHTS, ...PLANTED_OTHERS];

describe('The rules over the registered resources', () => {
  it('Each rule has a unique name, a sentence, and a planted violation', () => {
    const names = RULES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(RULES.filter(({ says }) => !/^[A-Z].*\.$/.test(says))).toEqual([]);
    expect([...new Set(PLANTED.map(({ rule }) => rule))].toSorted()).toEqual(names.toSorted());
  });

  it.each(['dev', 'staging', 'prod'])('The stack %s satisfies every rule', async (stack) => {
    expect(violationsOf(await recordStack(stack))).toEqual([]);
  });

  it.each(PLANTED)(
    'The rule "$rule" reports $title, without any secret',
    async ({ rule, plant: spoil, resource, says }) => {
      const prod = await recordStack('prod');
      const found = violationsOf(spoil(prod));
      expect(JSON.stringify(found)).not.toContain(secretOf(prod));
      const message = expect.stringContaining(says) as string;
      expect(found.filter((violation) => violation.rule === rule)).toContainEqual({ rule, resource, message });
    },
  );

  it('The rules accept an open route only if the contract declares it public', async () => {
    const routes = { ...shipped.routes, 'GET /open': { handler: 'test', scopes: 'public' } } as const;
    const recorded = await recordWith({ contract: { ...shipped, routes } });
    expect(violationsOf(recorded)).toEqual([]);
    expect(violationsOf(output({ publicRoutes: [] })(recorded)).map(({ message }) => message.split(' is')[0])).toEqual([
      'GET /open',
    ]);
    expect(violationsOf(output({ publicRoutes: undefined })(recorded))).toHaveLength(1);
  });

  it('The rules do not take a number of tokens, a reference or an ARN for a secret', async () => {
    const variables = { MAX_TOKENS: '5', DB_SECRET: 'arn:aws:secretsmanager:x', URL: 'https://a.example/b@c' };
    expect(violationsOf(inputs('Function', { environment: { variables } })(await recordStack('dev')))).toEqual([]);
  });

  it('The rules report a role with several managed policies once, as a callback function has them', async () => {
    const prod = await recordStack('prod');
    const role = prod.resources.find(({ type }) => type === 'aws:iam/role:Role')?.id;
    const attached = ['AWSLambda_FullAccess', 'CloudWatchFullAccess', 'AmazonS3FullAccess'].reduce(
      (all, name) =>
        plus('aws:iam/rolePolicyAttachment:RolePolicyAttachment', {
          role,
          policyArn: `arn:aws:iam::aws:policy/${name}`,
        })(all),
      prod as Registered,
    );
    const found = violationsOf(attached);
    expect(found.map(({ rule }) => rule)).toEqual(['no managed policy']);
    expect(found[0]?.message).toMatch(/FullAccess, .*FullAccess, .*FullAccess$/);
  });

  it('The rules skip the libraries in the archive of a function, unless they contain a secret of the stack', async () => {
    const dev = await recordStack('dev');
    const found = (text: string): string[] =>
      violationsOf(inputs('Function', { code: { 'node_modules/pg/readme.md': text } })(dev)).map(({ rule }) => rule);
    expect(found('postgres://app:hunter2@db.example.com/app')).toEqual([]);
    expect(found(secretOf(dev))).toEqual(['secrets are marked']);
  });

  it('The rules report a private key in the code of a function, and not its header alone, as jose has it', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const found = async (code: string): Promise<number> =>
      violationsOf(inputs('Function', { environment: { variables: { CODE: code } } })(await recordStack('dev'))).length;
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const lines = key.trim().split('\n');
    const [quoted, joined] = [JSON.stringify(key), lines.map((line) => JSON.stringify(line)).join(' +\n  ')];
    expect(await Promise.all([key, quoted, joined].map(found))).toEqual([1, 1, 1]);
    const header = lines[0] ?? '';
    const jose = `if (typeof pkcs8 !== 'string' || pkcs8.indexOf('${header}') !== 0) throw new TypeError('"pkcs8" must be PKCS#8');`;
    expect(await Promise.all([header, jose, `const pem = \`${header}\\n\${body}\`;`].map(found))).toEqual([0, 0, 0]);
  });

  it('The rules allow in production only what the written exceptions say', async () => {
    const exceptions = { passwordGrant: REASON, testUser: REASON, tokenLifetime: REASON };
    const excepted = {
      ...IN_PRODUCTION,
      'api:passwordGrant': 'allow',
      'api:tokenLifetime': 7200,
      'api:testUser': USER,
      ...clients(APP, { ...MACHINE, name: 'job' }),
      'api:exceptions': exceptions,
    };
    const recorded = await recordDev(excepted);
    expect(modelOf(recorded)).toMatchObject({ exceptions, violations: [] });
    const broken = violationsOf(output({ exceptions: { testUser: REASON } })(recorded));
    expect(broken.map(({ rule }) => rule)).toEqual(['production, passwordGrant', 'production, tokenLifetime']);
    expect(violationsOf(output({ exceptions: 'all of them' })(recorded))).toHaveLength(3);
  });

  it('The rules for production do not apply to a stack outside production', async () => {
    const recorded = await recordDev({ 'api:tokenLifetime': 86_400 });
    expect(resourcesOf(recorded, 'User')).toHaveLength(1);
    expect(violationsOf(recorded)).toEqual([]);
  });

  it('The rules also apply to resources that a program adds to the two sides', async () => {
    const recorded = await recordProgram(async () => {
      const outputs = await program();
      new aws.lambda.Permission('past', {
        action: 'lambda:InvokeFunction',
        function: 'elsewhere',
        principal: 'apigateway.amazonaws.com',
        sourceArn: 'arn:aws:execute-api:eu-central-1:123456789012:other/*/*',
      });
      return { ...outputs, note: 'nothing' };
    });
    expect(modelOf(recorded).violations).toEqual([
      {
        rule: 'one invoke permission',
        resource: 'aws:lambda/permission:Permission "past"',
        message: 'it lets undeclared APIs invoke its function',
      },
    ]);
  });
});
