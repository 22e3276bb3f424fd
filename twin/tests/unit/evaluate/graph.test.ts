import { symlinkSync } from 'node:fs';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../src/evaluate/fresh.ts';
import { modelOf, pathTo } from '../../../src/model/model.ts';
import type { Plain } from '../../../src/evaluate/plain.ts';
import type { Recorded, RecordedResource } from '../../../src/evaluate/record.ts';
import program from '../../../../index.ts';
import { routeOf } from '../../support/local-api.ts';
import { copyProject } from '../../../../tests/support/project.ts';
import { folderWith } from '../../../../tests/support/folder.ts';
import {
  onlyOf,
  recordDev,
  recordProgram,
  recordStack,
  refusal,
  resourcesOf,
  root,
} from '../../../../tests/support/program.ts';
import { REFUSED_OF_AUTH0, REFUSED_OF_AWS, type RefusedInput } from '../../support/refused-inputs.ts';

/** A short wait, as an output has it whose cloud takes its time. */
const later = <T>(value: T) => pulumi.output(new Promise<T>((resolve) => setTimeout(() => resolve(value), 5)));

const logGroup = (name: string, options?: pulumi.CustomResourceOptions) =>
  new aws.cloudwatch.LogGroup(name, { name: `/${name}` }, options);

class Unknown extends pulumi.CustomResource {}

describe('A recording', () => {
  it('holds 50 routes that nothing awaits', async () => {
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

  it('holds what components declare, and what waits for another resource', async () => {
    const recorded = await recordProgram(async () => {
      const component = new pulumi.ComponentResource('auth0-http-api:index:Test', 'test');
      const first = new aws.cloudwatch.LogGroup('first', { name: later('/first') }, { parent: component });
      const name = first.arn.apply((arn) => `/second/${arn.length}`);
      new aws.cloudwatch.LogGroup('second', { name }, { parent: component, dependsOn: [first] });
      return {};
    });
    expect(resourcesOf(recorded, 'LogGroup').map(({ name }) => name)).toEqual(['first', 'second']);
  });

  it('keeps the provider’s configuration apart from the authorizer and the outputs', async () => {
    const recorded = await recordDev({ 'api:issuerDomain': 'login.example.com', 'auth0:clientSecret': 'hush' });
    expect(recorded.providers).toEqual({
      auth0: { domain: 'your-tenant.eu.auth0.com', issuerDomain: 'login.example.com' },
      aws: { region: 'eu-central-1', defaultTags: false },
    });
    expect(JSON.stringify(recorded)).not.toContain('hush');
  });

  it('has the same ids, secrets and hash on a second evaluation', async () => {
    expect(await recordDev({})).toEqual(await recordStack('dev'));
  });

  it('keeps every id, secret and password when another client comes in front', async () => {
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

  it('has other ids and secrets in another stack', async () => {
    const [dev, staging] = [await recordStack('dev'), await recordStack('staging')];
    expect(onlyOf(staging, 'Client').id).not.toBe(onlyOf(dev, 'Client').id);
    expect(onlyOf(staging, 'ClientCredentials').outputs).not.toEqual(onlyOf(dev, 'ClientCredentials').outputs);
  });

  const NEVER: readonly { title: string; declare: () => unknown; says: readonly string[] }[] = [
    {
      title: 'a resource twice',
      declare: () => [logGroup('twice'), logGroup('twice')],
      says: ['LogGroup "twice" twice'],
    },
    {
      title: 'a component twice',
      declare: () => [new pulumi.ComponentResource('a:b:C', 'one'), new pulumi.ComponentResource('a:b:C', 'one')],
      says: ['a:b:C "one" twice'],
    },
    {
      title: 'a resource of an unknown type',
      declare: () => new Unknown('aws:s3/bucket:Bucket', 'pictures', {}),
      says: ['aws:s3/bucket:Bucket "pictures"', 'does not imitate'],
    },
    {
      title: 'a provider of its own',
      declare: () => new aws.Provider('elsewhere', { region: 'us-east-1' }),
      says: ['pulumi:providers:aws "elsewhere"'],
    },
    {
      title: 'a provider function that it awaits',
      declare: () => aws.getCallerIdentity(),
      says: ['aws:index/getCallerIdentity:getCallerIdentity', 'provider function'],
    },
    {
      title: 'a provider function that it does not await',
      declare: () => aws.getCallerIdentityOutput(),
      says: ['aws:index/getCallerIdentity:getCallerIdentity'],
    },
    {
      title: 'an imported resource',
      declare: () => logGroup('there', { import: '/there' }),
      says: ['LogGroup "there" (/there)', 'cannot know'],
    },
    {
      title: 'a resource that is only read',
      declare: () => aws.cloudwatch.LogGroup.get('there', '/there'),
      says: ['LogGroup "there" (/there)', 'cannot know'],
    },
    {
      title: 'an archive from the disk',
      declare: () => new aws.lambda.Function('f', { role: 'r', code: new pulumi.asset.FileArchive('./handler') }),
      says: ['The input code of aws:lambda/function:Function "f"', 'AssetArchive of StringAssets'],
    },
  ];

  it.each(NEVER)('of $title is refused by name', async ({ declare, says }) => {
    const program = async () => {
      await declare();
      return {};
    };
    const { message } = await refusal(() => recordProgram(program));
    for (const part of says) expect(message).toContain(part);
  });

  it('fails on what an apply throws that nobody awaits, as the engine does', async () => {
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

  it('works again after one that failed', async () => {
    await expect(refusal(() => recordProgram(async () => Promise.reject(new Error('mine'))))).rejects.toThrow('mine');
    expect((await recordProgram(program)).hash).toBe((await recordStack('dev')).hash);
  });
});

describe('An evaluation in a process of its own', () => {
  const of = (root: URL) => ({ root: root.href, stack: 'dev', config: {}, seed: 'a seed for tests' });

  it('yields the very recording', async () => {
    const copy = copyProject();
    // All but the bundled code and the hash over it: the code names the file that it was bundled from.
    const comparable = ({ hash: _hash, resources, ...rest }: Recorded) => ({
      ...rest,
      resources: resources.map(({ inputs: { code: _code, ...inputs }, ...resource }) => ({ ...resource, inputs })),
    });
    expect(comparable(await evaluate(of(copy.root)))).toEqual(comparable(await recordStack('dev')));
    copy.remove();
  });

  it('says which key is missing, and that an environment was not read which may hold it', async () => {
    const folder = folderWith({ 'Pulumi.yaml': 'name: shop', 'Pulumi.dev.yaml': 'environment: [shared/dev]' });
    symlinkSync(new URL('index.ts', root), new URL('index.ts', folder));
    const { message } = await refusal(() => evaluate(of(folder)));
    expect(message).toContain('Pulumi.dev.yaml, api:production: is missing');
    expect(message).toContain('environment shared/dev was not read');
    expect(message).toContain('--config key=<value>');
  });

  it('names a program that is none, without a stack', async () => {
    const index = 'export const program = 1;';
    const folder = folderWith({ 'Pulumi.yaml': 'name: shop', 'Pulumi.dev.yaml': '', 'index.ts': index });
    const { message } = await refusal(() => evaluate(of(folder)));
    expect(message).toBe('index.ts must default-export one async function.');
  });
});

describe('The model', () => {
  it('has the tenant’s issuer from the provider, not from the authorizer or the outputs', async () => {
    const dev = await recordStack('dev');
    const jwtConfiguration = { issuer: 'https://wrong.example/', audiences: ['https://a.example'] };
    const wrong = changed(dev, 'authorizer:Authorizer', { jwtConfiguration });
    const { tenant, api } = modelOf({ ...wrong, outputs: {} });
    expect(tenant.issuerDomain).toBe('your-tenant.eu.auth0.com');
    expect(api.routes[0]?.authorizer?.issuer).toBe('https://wrong.example/');
  });

  it('has the custom domain as the issuer’s, where the tenant has one', async () => {
    const { tenant } = modelOf(await recordDev({ 'api:issuerDomain': 'login.example.com' }));
    expect(tenant).toMatchObject({ domain: 'your-tenant.eu.auth0.com', issuerDomain: 'login.example.com' });
  });

  it('has the tenant, the callers and the routes that the stack declares', async () => {
    const { tenant, api } = modelOf(await recordStack('dev'));
    expect(tenant).toMatchObject({
      resourceServers: [{ scopes: ['read:user', 'write:user', 'read:appointments'], permissionsInToken: false }],
      clients: [{ logicalName: 'auth0-test-app', firstParty: true }],
      grants: [{ scopes: ['read:user'], subjectType: 'client' }],
      connections: [{ name: 'auth0-http-api-dev', clientIds: [tenant.clients[0]?.clientId] }],
      roles: [{ permissions: [{ name: 'read:user' }] }],
      users: [{ email: 'test-user@example.com', roleIds: [tenant.roles[0]?.id] }],
      defaultDirectory: 'auth0-http-api-dev',
    });
    expect(api.routes).toMatchObject([{ routeKey: 'GET /test', scopes: ['read:user'] }]);
  });

  it.each([...REFUSED_OF_AUTH0, ...REFUSED_OF_AWS])('never has $title', async ({ type, inputs, says }) => {
    const recorded = changed(await recordStack('dev'), type, inputs);
    const { message } = await refusal(() => modelOf(recorded));
    expect(message).toContain(says);
  });

  it.each([
    { type: 'api:Api', says: '2 of the HTTP API' },
    { type: 'stage:Stage', says: '2 of the stage' },
    { type: 'route:Route', says: 'match the same requests' },
    { type: 'tenant:Tenant', says: 'the Auth0 tenant more than once' },
    { type: 'clientCredentials:ClientCredentials', says: 'has 2 ClientCredentials' },
    { type: 'resourceServer:ResourceServer', says: 'more than once: the API https://test-api' },
    { type: 'resourceServerScopes:ResourceServerScopes', says: 'more than once: the scopes of the API https' },
    { type: 'clientGrant:ClientGrant', says: 'more than once: the client grant of https' },
    { type: 'connection:Connection', says: 'more than once: the connection auth0-http-api-dev' },
    { type: 'connectionClients:ConnectionClients', says: 'more than once: the enabled clients of the connection' },
    { type: 'role:Role', says: 'more than once: the role reader (dev)' },
    { type: 'rolePermissions:RolePermissions', says: 'more than once: the permissions of the role' },
    { type: 'user:User', says: 'more than once: the user test-user@example.com' },
    { type: 'userRoles:UserRoles', says: 'more than once: the roles of the user' },
  ])('never has two of $type where there can be one', async ({ type, says }) => {
    const recorded = await recordStack('dev');
    const more = recorded.resources.filter((resource) => resource.type.endsWith(`/${type}`));
    const twice = more.map((resource) => ({ ...structuredClone(resource), name: 'another', id: 'another' }));
    const { message } = await refusal(() => modelOf({ ...recorded, resources: [...recorded.resources, ...twice] }));
    expect(message).toContain(says);
  });

  it('never has a resource type that is neither imitated nor listed as inert', async () => {
    const recorded = await recordStack('dev');
    const [first] = recorded.resources;
    if (first === undefined) throw new Error('stack dev declares nothing');
    const unknown: RecordedResource = { ...first, type: 'aws:s3/bucket:Bucket', name: 'pictures' };
    const { problems } = await refusal(() => modelOf({ ...recorded, resources: [...recorded.resources, unknown] }));
    expect(problems).toEqual([
      { place: 'aws:s3/bucket:Bucket "pictures"', message: 'the twin does not imitate this resource type' },
    ]);
  });

  it('reports all that it refuses at once', async () => {
    const dev = await recordStack('dev');
    const one = changed(dev, 'function:Function', { runtime: 'nodejs20.x', layers: [] });
    const { problems } = await refusal(() => modelOf(changed(one, 'stage:Stage', { autoDeploy: false })));
    expect(problems).toHaveLength(3);
  });

  it.each([
    { title: 'tags and descriptions', type: 'api:Api', inputs: { tags: { a: 'b' }, description: 'An API' } },
    {
      title: 'a password policy for sign-ups',
      type: 'connection:Connection',
      inputs: { options: { passwordPolicy: 'good' } },
    },
  ])('is the same with $title', async ({ type, inputs }) => {
    const dev = await recordStack('dev');
    const { tenant, api } = modelOf(changed(dev, type, inputs));
    expect({ tenant, api }).toEqual({ tenant: modelOf(dev).tenant, api: modelOf(dev).api });
  });
});

it.each([
  ['GET /orders/{id}', {}, '/orders/x'],
  ['GET /orders/{id}', { 'GET /orders/{id}': '/orders/17' }, '/orders/17'],
  ['ANY /files/{rest+}', { 'GET /orders/{id}': '/orders/17' }, '/files/x'],
  ['$default', {}, '/'],
])('A path to %s, with the examples %j, is %s', (key, examplePaths, path) => {
  expect(pathTo(routeOf(key), { examplePaths })).toBe(path);
});

/** A recording in which the resources of one type have other inputs. */
function changed(recorded: Recorded, type: string, inputs: RefusedInput['inputs']): Recorded {
  let hits = 0;
  const resources = structuredClone(recorded.resources).map((resource) => {
    if (!resource.type.endsWith(`/${type}`)) return resource;
    hits += 1;
    const merged = Object.entries({ ...resource.inputs, ...inputs }).filter(([, value]) => value !== undefined);
    return { ...resource, inputs: Object.fromEntries(merged) as Record<string, Plain> };
  });
  if (hits === 0) throw new Error(`stack dev declares no ${type}`);
  return { ...recorded, resources };
}
