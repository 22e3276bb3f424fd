import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { expect, it } from 'vitest';
import type { Recorded } from '../../../src/evaluate/recorded.ts';
import { modelOf } from '../../../src/model/model.ts';
import { reportOf } from '../../../src/report/report.ts';
import program from '../../../../index.ts';
import {
  onlyOf,
  recordDev,
  recordProgram,
  recordStack,
  refusal,
  resourcesOf,
} from '../../../../tests/support/program.ts';

/** A short wait, as an output has it whose cloud takes its time. */
const later = <T>(value: T) => pulumi.output(new Promise<T>((resolve) => setTimeout(() => resolve(value), 5)));

const logGroup = (name: string, options?: pulumi.CustomResourceOptions) =>
  new aws.cloudwatch.LogGroup(name, { name: `/${name}` }, options);

class Unknown extends pulumi.CustomResource {}

it('The recording has 50 routes that nothing awaits', async () => {
  const recorded = await recordProgram(async () => {
    const api = new aws.apigatewayv2.Api('api', { protocolType: 'HTTP' });
    for (let index = 0; index < 50; index += 1) {
      const routeKey = later(`GET /${index}`);
      new aws.apigatewayv2.Route(`route-${index}`, { apiId: api.id, routeKey, target: later('integrations/x') });
    }
    return {};
  });
  expect(resourcesOf(recorded, 'Route')).toHaveLength(50);
});

it('The recording has the resources of components, and those that wait for another resource', async () => {
  const recorded = await recordProgram(async () => {
    const component = new pulumi.ComponentResource('auth0-http-api:index:Test', 'test');
    const first = new aws.cloudwatch.LogGroup('first', { name: later('/first') }, { parent: component });
    const name = first.arn.apply((arn) => `/second/${arn.length}`);
    new aws.cloudwatch.LogGroup('second', { name }, { parent: component, dependsOn: [first] });
    return {};
  });
  expect(resourcesOf(recorded, 'LogGroup').map(({ name }) => name)).toEqual(['first', 'second']);
});

it('The access report says of a reason or a claim with a secret in it only that it is encrypted', async () => {
  const recorded = await recordProgram(async (...all) => ({
    ...((await program(...all)) as object),
    accepted: { 's3:*': pulumi.secret('hush-hush') },
    exceptions: pulumi.secret({ 'GET /test': 'hush-hush' }),
    claims: { 'https://x.example/plan': pulumi.secret('hush-hush') },
  }));
  expect(recorded.secretOutputs).toContain('accepted.s3:*');
  const report = reportOf(modelOf(recorded));
  expect(report.facts.accepted).toEqual([{ is: '(encrypted)' }]);
  expect(report.exceptions).toEqual([{ key: '(encrypted)', reason: '(encrypted)' }]);
  expect(report.claims).toEqual([{ name: '(encrypted)', source: '(encrypted)' }]);
  expect(JSON.stringify(report)).not.toContain('hush-hush');
});

it('The recording has the provider’s configuration apart from the authorizer and the outputs', async () => {
  const recorded = await recordDev({ 'api:issuerDomain': 'login.example.com', 'auth0:clientSecret': 'hush' });
  expect(recorded.providers).toEqual({
    auth0: { domain: 'your-tenant.eu.auth0.com', issuerDomain: 'login.example.com' },
    aws: { region: 'eu-central-1', defaultTags: false },
  });
  expect(JSON.stringify(recorded)).not.toContain('hush');
});

it('A second evaluation records the same ids, secrets and hash', async () => {
  expect(await recordDev({})).toEqual(await recordStack('dev'));
});

it('Ids, secrets and passwords stay when another client is declared first', async () => {
  const before = await recordStack('dev');
  const other = { name: 'another', party: 'first', grants: ['client_credentials'], permissions: [] };
  const own = { ...other, name: 'test-app', grants: ['client_credentials', 'password'], permissions: ['read:user'] };
  const after = await recordDev({ 'api:clients': [other, own] });
  const chosen = ({ resources }: Recorded) =>
    new Map(resources.map(({ type, name, id, outputs }) => [`${type} ${name}`, { id, outputs }]));
  expect([...chosen(after)]).toEqual(expect.arrayContaining([...chosen(before)]));
  expect(after.resources).toHaveLength(before.resources.length + 3);
  expect(after.hash).not.toBe(before.hash);
});

it('Another stack has other ids and secrets', async () => {
  const [dev, staging] = [await recordStack('dev'), await recordStack('staging')];
  expect(onlyOf(staging, 'Client').id).not.toBe(onlyOf(dev, 'Client').id);
  expect(onlyOf(staging, 'ClientCredentials').outputs).not.toEqual(onlyOf(dev, 'ClientCredentials').outputs);
});

const REJECTED: readonly (readonly [title: string, says: string, declare: () => unknown])[] = [
  [
    'a duplicate resource',
    'aws:cloudwatch/logGroup:LogGroup "twice": declared twice',
    () => [logGroup('twice'), logGroup('twice')],
  ],
  [
    'a duplicate component',
    'a:b:C "one": declared twice',
    () => [new pulumi.ComponentResource('a:b:C', 'one'), new pulumi.ComponentResource('a:b:C', 'one')],
  ],
  [
    'an Auth0 resource that the twin does not emulate',
    'auth0:index/attackProtection:AttackProtection "tenant": the twin does not emulate this resource type',
    () => new Unknown('auth0:index/attackProtection:AttackProtection', 'tenant', {}),
  ],
  [
    'an awaited provider function',
    'aws:index/getAvailabilityZones:getAvailabilityZones: the twin does not emulate this provider function',
    () => aws.getAvailabilityZones(),
  ],
  [
    'a provider function that is not awaited',
    'aws:index/getAvailabilityZones:getAvailabilityZones: the twin does not emulate this provider function',
    () => aws.getAvailabilityZonesOutput(),
  ],
  [
    'an imported resource',
    'LogGroup "there": the twin cannot read or import an existing resource (/there)',
    () => logGroup('there', { import: '/there' }),
  ],
  [
    'a resource that is only read',
    'LogGroup "there": the twin cannot read or import an existing resource (/there)',
    () => aws.cloudwatch.LogGroup.get('there', '/there'),
  ],
  [
    'an archive that does not exist',
    'aws:lambda/function:Function "f": input code: the twin cannot read',
    () => new aws.lambda.Function('f', { role: 'r', code: new pulumi.asset.FileArchive('./nowhere') }),
  ],
];

it.each(REJECTED)('The recording rejects %s by name', async (_title, says, declare) => {
  const program = async () => {
    await declare();
    return {};
  };
  const error = await refusal(() => recordProgram(program));
  expect(error).toMatchObject({ code: 'not-emulated', message: expect.stringContaining(says) as string });
});

it('The recording lists every rejected registration in one error', async () => {
  const { problems } = await refusal(() =>
    recordProgram(async () => {
      new Unknown('aws:wafv2/webAcl:WebAcl', 'firewall', {});
      new Unknown('aws:apigateway/restApi:RestApi', 'orders', {});
      logGroup('there', { import: '/there' });
      return {};
    }),
  );
  expect(problems.map(({ place }) => place).toSorted()).toEqual([
    'aws:apigateway/restApi:RestApi "orders"',
    'aws:cloudwatch/logGroup:LogGroup "there"',
    'aws:wafv2/webAcl:WebAcl "firewall"',
  ]);
});

it('An error in an apply that the program does not await fails the evaluation, as in the engine', async () => {
  const lost = refusal(() =>
    recordProgram(async () => {
      logGroup('group').arn.apply(() => {
        throw new Error('lost');
      });
      return {};
    }),
  );
  await expect(lost).rejects.toThrow('lost');
});

it('An evaluation works after a failed one', async () => {
  await expect(refusal(() => recordProgram(async () => Promise.reject(new Error('mine'))))).rejects.toThrow('mine');
  expect((await recordProgram(program)).hash).toBe((await recordStack('dev')).hash);
});
