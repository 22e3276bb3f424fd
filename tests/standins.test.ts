import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { UpdateResult } from '@pulumi/pulumi/provider/index.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PACKAGES } from './engine/standin/kinds.ts';
import { StandIn, type StandInOptions } from './engine/standin/provider.ts';
import { secret, secretTexts, type Properties } from './engine/standin/values.ts';
import { World, type Entry, type Thing } from './engine/standin/world.ts';
import { withoutEncryption } from './engine/support/encrypted.ts';
import { openMoments } from './engine/support/open-routes.ts';

// What the tests on a real engine rest on, without one: a stand-in that let everything pass would prove nothing.

const API = 'aws:apigatewayv2/api:Api';
const AUTHORIZER = 'aws:apigatewayv2/authorizer:Authorizer';
const INTEGRATION = 'aws:apigatewayv2/integration:Integration';
const ROUTE = 'aws:apigatewayv2/route:Route';
const RESOURCE_SERVER = 'auth0:index/resourceServer:ResourceServer';
const SCOPES = 'auth0:index/resourceServerScopes:ResourceServerScopes';
const JWT = { authorizerType: 'JWT', jwtConfiguration: { issuer: 'https://x.example/', audiences: ['a'] } };
const AUDIENCE = 'https://api.example.com';

const urn = (type: string, name = 'it'): string => `urn:pulumi:dev::project::${type}::${name}`;

const ALWAYS = {
  region: 'eu-central-1',
  delay: 0,
  failFrom: Infinity,
  refuse: [],
  lose: [],
  limit: Infinity,
  hideSecrets: false,
};

/** A world of a test's own, with a stand-in for a package. */
function standIn(name: string, options: Partial<StandInOptions> = {}): { provider: StandIn; world: World } {
  const folder = mkdtempSync(join(tmpdir(), 'auth0-http-api-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const world = new World(join(folder, 'world.jsonl'));
  return { provider: new StandIn({ ...ALWAYS, package: name, world, ...options }), world };
}

/** An API with an authorizer, an integration and a protected route. */
async function apiWithRoute(provider: StandIn) {
  const { id: apiId } = await provider.create(urn(API), { protocolType: 'HTTP' });
  const { id: authorizerId } = await provider.create(urn(AUTHORIZER), { apiId, ...JWT });
  const { id: integrationId } = await provider.create(urn(INTEGRATION), { apiId, integrationType: 'AWS_PROXY' });
  const target = `integrations/${integrationId}`;
  const inputs = {
    apiId,
    target,
    routeKey: 'GET /test',
    authorizationType: 'JWT',
    authorizerId,
    authorizationScopes: ['read:user'],
  };
  const { id: routeId } = await provider.create(urn(ROUTE), inputs);
  return { apiId, authorizerId, integrationId, routeId, inputs };
}

describe('npm run test:engine without a Pulumi CLI', () => {
  it.each([
    { required: '0', status: 0 },
    { required: '1', status: 1 },
  ])(
    'npm run test:engine without a Pulumi CLI says so in one line and exits $status if REQUIRE_ENGINE is $required',
    ({ required, status }) => {
      const script = fileURLToPath(new URL('./engine/main.ts', import.meta.url));
      const env = { PATH: fileURLToPath(new URL('./', import.meta.url)), REQUIRE_ENGINE: required };
      const ended = spawnSync(process.execPath, [script], { env, encoding: 'utf8' });
      expect(ended).toMatchObject({ status, stdout: '' });
      expect(ended.stderr).toMatch(/^There is no pulumi on the PATH.*\n$/);
    },
  );
});

describe('The stand-in for AWS', () => {
  it.each([
    ['without an authorizer', { authorizerId: undefined }, 'requires a valid JWT authorizer'],
    ['with an authorizer that does not exist', { authorizerId: 'missing' }, 'there is no aws:apigatewayv2/authorizer'],
    ['with an integration that does not exist', { target: 'integrations/x' }, 'there is no aws:apigatewayv2/integr'],
    ['of an API that does not exist', { apiId: 'x' }, 'there is no aws:apigatewayv2/api'],
    ['that exists already', { routeKey: 'GET /test' }, 'already exists'],
  ])('The stand-in for AWS rejects a protected route %s', async (_, change, says) => {
    const { provider, world } = standIn('aws');
    const { inputs } = await apiWithRoute(provider);
    const route = { ...inputs, routeKey: 'GET /other', ...change };
    await expect(provider.create(urn(ROUTE, 'other'), route)).rejects.toThrow(says);
    expect(world.entries.at(-1)).toMatchObject({ what: 'refused', reason: expect.stringContaining(says) as string });
  });

  it('The stand-in for AWS rejects a protected route with an authorizer of another API', async () => {
    const { provider } = standIn('aws');
    const { inputs } = await apiWithRoute(provider);
    const { id: apiId } = await provider.create(urn(API, 'other'), { protocolType: 'HTTP' });
    const { id } = await provider.create(urn(INTEGRATION, 'other'), { apiId, integrationType: 'AWS_PROXY' });
    const route = { ...inputs, apiId, target: `integrations/${id}` };
    await expect(provider.create(urn(ROUTE, 'other'), route)).rejects.toThrow('requires a valid JWT authorizer');
  });

  it('The stand-in for AWS deletes an authorizer only once no route names it', async () => {
    const { provider, world } = standIn('aws');
    const { apiId, authorizerId, routeId } = await apiWithRoute(provider);
    const remove = () => provider.delete(authorizerId, urn(AUTHORIZER), { apiId });
    await expect(remove()).rejects.toThrow('is referenced by aws:apigatewayv2/route:Route');
    await provider.delete(routeId, urn(ROUTE), { apiId });
    await remove();
    expect([...world.things.values()].map(({ type }) => type)).toEqual([API, INTEGRATION]);
    await remove();
  });

  it('The stand-in for AWS replaces a resource only for an input that cannot be changed', async () => {
    const { provider } = standIn('aws');
    const { inputs, routeId } = await apiWithRoute(provider);
    const diff = (news: Properties) => provider.diff(routeId, urn(ROUTE), inputs, news);
    expect(await diff(inputs)).toMatchObject({ changes: false, replaces: [] });
    expect(await diff({ ...inputs, authorizationType: 'NONE' })).toMatchObject({ changes: true, replaces: [] });
    expect(await diff({ ...inputs, apiId: 'other' })).toMatchObject({ changes: true, replaces: ['apiId'] });
  });

  it('The stand-in for AWS fails from the configured change on', async () => {
    const { provider, world } = standIn('aws', { failFrom: 2 });
    await provider.create(urn(API), { protocolType: 'HTTP' });
    await expect(provider.create(urn(API, 'other'), { protocolType: 'HTTP' })).rejects.toThrow('503');
    expect(world.things.size).toBe(1);
  });
});

describe('A removed throttle in the stand-in for AWS', () => {
  const STAGE = 'aws:apigatewayv2/stage:Stage';
  const limits = (throttlingBurstLimit: number, throttlingRateLimit: number) => ({
    defaultRouteSettings: { throttlingBurstLimit, throttlingRateLimit },
  });

  it('The stand-in for AWS sends zeros for a removed throttle, and shows no difference afterwards', async () => {
    const { provider, world } = standIn('aws');
    const { id: apiId } = await provider.create(urn(API), { protocolType: 'HTTP' });
    const stage = { apiId, name: '$default' };
    const { id } = await provider.create(urn(STAGE), { ...stage, ...limits(100, 50) });
    const diff = (olds: Properties) => provider.diff(id, urn(STAGE), olds, stage);
    expect(await diff({ ...stage, ...limits(100, 50) })).toMatchObject({ changes: true });
    const updated: UpdateResult = await provider.update(id, urn(STAGE), { ...stage, ...limits(100, 50) }, stage);
    expect([...world.things.values()].at(-1)?.inputs).toEqual({ ...stage, ...limits(0, 0) });
    expect(await diff(updated.outs as Properties)).toMatchObject({ changes: false });
  });
});

describe('The stand-in for Auth0', () => {
  const CONNECTION = 'auth0:index/connection:Connection';
  const database = { name: 'users', strategy: 'auth0' };

  it('The stand-in for Auth0 deletes the users of a deleted connection, and cannot update them afterwards', async () => {
    const { provider } = standIn('auth0');
    const USER = urn('auth0:index/user:User');
    const { id } = await provider.create(urn(CONNECTION), database);
    const inputs = { connectionName: 'users', email: 'a@example.com' };
    const user = await provider.create(USER, inputs);
    await provider.delete(id, urn(CONNECTION), database);
    const update = provider.update(user.id, USER, inputs, { ...inputs, connectionName: 'other' });
    await expect(update).rejects.toThrow('User: resource did not exist while updating');
  });

  it('The stand-in for Auth0 rejects the enabled clients of a connection in another order', async () => {
    const { provider } = standIn('auth0');
    const { id: connectionId } = await provider.create(urn(CONNECTION), database);
    const client = async (name: string) => (await provider.create(urn('auth0:index/client:Client', name), { name })).id;
    const clients = [await client('first'), await client('second')];
    const enable = (enabledClients: string[]) =>
      provider.create(urn('auth0:index/connectionClients:ConnectionClients'), { connectionId, enabledClients });
    await enable(clients);
    await expect(enable(clients.toReversed())).rejects.toThrow('Connection with non empty enabled clients');
    expect((await enable(clients)).id).toBe(connectionId);
  });

  it('The stand-in for Auth0 keeps the tenant’s default directory when the resource or the connection is deleted', async () => {
    const { provider, world } = standIn('auth0');
    const TENANT = 'auth0:index/tenant:Tenant';
    const { id: connection } = await provider.create(urn(CONNECTION), database);
    const { id } = await provider.create(urn(TENANT), { defaultDirectory: 'users' });
    const again = await provider.create(urn(TENANT), { defaultDirectory: 'users' });
    expect(again.id).toBe(id);
    await provider.delete(id, urn(TENANT), {});
    await provider.delete(connection, urn(CONNECTION), database);
    expect([...world.things.values()].map(({ type, inputs }) => [type, inputs])).toEqual([
      [TENANT, { defaultDirectory: 'users' }],
    ]);
  });

  it('The stand-in for Auth0 resets four tenant settings when it creates the resource, and keeps all others', async () => {
    const { provider, world } = standIn('auth0');
    const TENANT = 'auth0:index/tenant:Tenant';
    await provider.create(urn(CONNECTION), database);
    const kept = { allowedLogoutUrls: ['https://acme.example'] };
    const reset = {
      skipNonVerifiableCallbackUriConfirmationPrompt: true,
      mtls: {},
      errorPage: {},
      defaultTokenQuota: {},
    };
    world.record({
      what: 'found',
      urn: '',
      thing: { type: TENANT, id: TENANT, inputs: {}, outputs: { ...kept, ...reset } },
    });
    await provider.create(urn(TENANT), { defaultDirectory: 'users' });
    expect([...world.things.values()].at(-1)).toMatchObject({ inputs: { defaultDirectory: 'users' } });
    expect([...world.things.values()].at(-1)?.outputs).toEqual(kept);
  });

  it('The stand-in for Auth0 rejects unchanged enabled clients, and reads no password', async () => {
    const { provider } = standIn('auth0');
    const { id: connectionId } = await provider.create(urn(CONNECTION), database);
    const { id } = await provider.create(urn('auth0:index/client:Client'), { name: 'app' });
    const inputs = { connectionId, enabledClients: [id] };
    const ENABLED = urn('auth0:index/connectionClients:ConnectionClients');
    await provider.create(ENABLED, inputs);
    await expect(provider.update(connectionId, ENABLED, inputs, inputs)).rejects.toThrow('expected a non-empty array');
    const USER = urn('auth0:index/user:User');
    const user = await provider.create(USER, { connectionName: 'users', email: 'a@example.com', password: 'old' });
    const read = await provider.read(user.id, USER, { password: 'new' });
    expect(read.props).toMatchObject({ email: 'a@example.com', password: 'new' });
  });

  it('The provider retries while the stand-in for Auth0 answers 429', async () => {
    const { provider, world } = standIn('auth0', { limit: 1 });
    const { id } = await provider.create(urn(CONNECTION), database);
    for (const _ of [1, 2]) expect((await provider.read(id, urn(CONNECTION))).id).toBe(id);
    expect(world.entries.filter(({ what }) => what === 'limited').length).toBeGreaterThan(0);
  });

  it('The stand-in for Auth0 shows a client secret only with read:client_keys', async () => {
    const { provider, world } = standIn('auth0', { hideSecrets: true });
    const { id: clientId } = await provider.create(urn('auth0:index/client:Client'), { name: 'app' });
    const credentials = urn('auth0:index/clientCredentials:ClientCredentials');
    const created = await provider.create(credentials, { clientId });
    expect(secretTexts(created.outs)).toEqual([]);
    const allowed = new StandIn({ ...ALWAYS, package: 'auth0', world });
    expect(secretTexts((await allowed.read(created.id, credentials)).props)).toHaveLength(1);
  });

  it('The stand-in for Auth0 keeps the planned state after a rejected change, and has nothing to write then', async () => {
    const { provider, world } = standIn('auth0');
    await provider.create(urn(RESOURCE_SERVER), { identifier: AUDIENCE });
    const scopes = ['read:user', 'write:user'].map((name) => ({ name }));
    await provider.create(urn(SCOPES), { resourceServerIdentifier: AUDIENCE, scopes });
    const { id: roleId } = await provider.create(urn('auth0:index/role:Role'), { name: 'reader' });
    const HELD = urn('auth0:index/rolePermissions:RolePermissions');
    const held = (...names: string[]) => ({
      roleId,
      permissions: names.map((name) => ({ name, resourceServerIdentifier: AUDIENCE })),
    });
    await provider.create(HELD, held('read:user', 'write:user'));
    const refusing = new StandIn({ ...ALWAYS, package: 'auth0', world, refuse: ['RolePermissions'] });
    const refused = refusing.update(roleId, HELD, held('read:user', 'write:user'), held('read:user'));
    await expect(refused).rejects.toMatchObject({ id: roleId, properties: held('read:user') });
    const again = provider.update(roleId, HELD, held('read:user'), held('read:user'));
    expect(await again).toEqual({ outs: held('read:user') });
    expect([...world.things.values()].at(-1)?.inputs).toEqual(held('read:user', 'write:user'));
  });
  it('The stand-in for Auth0 rejects a duplicate API identifier, and scopes if the API has others', async () => {
    const { provider } = standIn('auth0');
    await provider.create(urn(RESOURCE_SERVER), { identifier: AUDIENCE });
    const again = provider.create(urn(RESOURCE_SERVER, 'again'), { identifier: AUDIENCE });
    await expect(again).rejects.toThrow('409 Conflict');

    const scopes = (...names: string[]) =>
      provider.create(urn(SCOPES), { resourceServerIdentifier: AUDIENCE, scopes: names.map((name) => ({ name })) });
    await scopes('read:user');
    await expect(scopes('write:user')).rejects.toThrow('Resource Server with non empty scopes');
    expect((await scopes('read:user')).id).toBe(AUDIENCE);
  });

  it('The stand-in for Auth0 rejects a grant of an unknown scope, and accepts an existing grant', async () => {
    const { provider } = standIn('auth0');
    await provider.create(urn(RESOURCE_SERVER), { identifier: AUDIENCE });
    await provider.create(urn(SCOPES), { resourceServerIdentifier: AUDIENCE, scopes: [{ name: 'read:user' }] });
    const { id: clientId } = await provider.create(urn('auth0:index/client:Client'), { name: 'app' });
    const grant = (...scopes: string[]) =>
      provider.create(urn('auth0:index/clientGrant:ClientGrant'), {
        clientId,
        audience: AUDIENCE,
        scopes,
        subjectType: 'client',
      });
    await expect(grant('write:user')).rejects.toThrow('has no scope write:user');
    const first = await grant('read:user');
    expect(await grant()).toMatchObject({ id: first.id, outs: { scopes: ['read:user'] } });
  });

  it('The stand-in for Auth0 marks a client’s secret, also when an import reads it', async () => {
    const { provider } = standIn('auth0');
    const { id: clientId } = await provider.create(urn('auth0:index/client:Client'), { name: 'app' });
    const credentials = urn('auth0:index/clientCredentials:ClientCredentials');
    const created = await provider.create(credentials, { clientId });
    const texts = secretTexts(created.outs);
    expect(texts).toEqual([expect.stringMatching(/^[A-Za-z0-9]{64}$/) as string]);
    expect(secretTexts((await provider.read(created.id, credentials)).props)).toEqual(texts);
    expect(await provider.read('missing', credentials)).toMatchObject({ id: '' });
  });
});

describe('The stand-in for random', () => {
  it('The stand-in for random reads, compares and deletes each password as itself', async () => {
    const { provider, world } = standIn('random');
    const type = 'random:index/randomPassword:RandomPassword';
    const inputs = { length: 64, special: false };
    const first = await provider.create(urn(type, 'first'), inputs);
    const second = await provider.create(urn(type, 'second'), inputs);
    expect([first.id, second.id]).toEqual(['none', 'none']);
    const [gone, kept] = [first.outs, second.outs] as readonly [Properties, Properties];
    await provider.delete('none', urn(type, 'first'), gone);
    expect(await provider.read('none', urn(type, 'second'), kept)).toEqual({
      id: 'none',
      props: kept,
      inputs,
    });
    expect(await provider.diff('none', urn(type, 'second'), kept, inputs)).toMatchObject({ changes: false });
    const longer = { ...inputs, length: 65 };
    expect(await provider.diff('none', urn(type, 'second'), kept, longer)).toMatchObject({
      replaces: ['length'],
    });
    expect(world.things.size).toBe(1);
  });
});

describe('All stand-ins', () => {
  it.each(PACKAGES)('The stand-in for %s rejects an unknown resource type by its name', async (name) => {
    const check = standIn(name).provider.check(urn(`${name}:index/unheardOf:UnheardOf`), {}, {});
    await expect(check).rejects.toThrow(`${name}:index/unheardOf:UnheardOf`);
  });

  it('The stand-ins find a secret however deep it is nested', () => {
    expect(secretTexts({ a: [{ b: secret({ c: 'one' }) }], d: 'two', e: secret(['three']) })).toEqual(['one', 'three']);
  });
});

describe('Encrypted values in a stack file', () => {
  it('The tests replace encrypted values in a stack file with secrets of their own, and need no key', () => {
    const text = `encryptionsalt: v1:abc
config:
  auth0:clientSecret: { secure: v1:a }
  api:handlers: { test: { environment: { PIN: { secure: v1:b }, my-pin: { secure: v1:c }, LEVEL: info } } }
  api:clients: [{ name: { secure: v1:d } }]
`;
    const without = withoutEncryption(text);
    expect(without.text).not.toMatch(/secure|v1:|encryptionsalt/);
    expect(without.text).toContain('LEVEL: info');
    expect(without.paths).toEqual([
      'auth0:clientSecret',
      'api:handlers.test.environment.PIN',
      'api:handlers.test.environment["my-pin"]',
      'api:clients[0].name',
    ]);
  });

  it('The tests leave a stack file without encrypted values as it is, with its comments', () => {
    const text = '# Ours\nconfig:\n  api:production: true # yes\n';
    expect(withoutEncryption(text)).toEqual({ text, paths: [] });
  });
});

describe('Open moments of a route', () => {
  const routes = { 'GET /test': { handler: 'test', scopes: ['read:user'] } } as const;
  const open = { 'GET /test': { handler: 'test', scopes: 'public' } } as const;
  const authorizer = thing(AUTHORIZER, 'auth', { apiId: 'api', ...JWT });
  const route = (change: Properties): Thing =>
    thing(ROUTE, 'route', {
      apiId: 'api',
      routeKey: 'GET /test',
      authorizationType: 'JWT',
      authorizerId: 'auth',
      authorizationScopes: ['read:user'],
      ...change,
    });

  function thing(type: string, id: string, inputs: Properties): Thing {
    return { type, id, within: 'api', inputs, outputs: {} };
  }

  const entry = (what: 'created' | 'updated' | 'deleted', it: Thing): Entry => ({ what, urn: '', thing: it });
  const good = [entry('created', authorizer), entry('created', route({}))];

  it('A good update has no moment at which a route is open', () => {
    expect(openMoments([], good, { before: {}, after: routes })).toEqual([]);
    expect(openMoments(good, [entry('updated', route({}))], { before: routes, after: routes })).toEqual([]);
  });

  it.each([
    {
      title: 'that is created before its authorizer',
      update: good.toReversed(),
      found: 'an authorizer that does not exist',
    },
    {
      title: 'that is open for a moment',
      update: [...good, entry('updated', route({ authorizationType: 'NONE' })), entry('updated', route({}))],
      found: 'has authorization NONE',
    },
    {
      title: 'whose authorizer is deleted first',
      update: [...good, entry('deleted', authorizer), entry('deleted', route({}))],
      found: 'an authorizer that does not exist',
    },
    {
      title: 'without a scope',
      update: [...good, entry('updated', route({ authorizationScopes: [] }))],
      found: 'asks for no scope',
    },
    {
      title: 'with an undeclared scope',
      update: [...good, entry('updated', route({ authorizationScopes: ['read:user', 'admin'] }))],
      found: 'entered with admin',
    },
  ])('The check for open moments reports a route $title', ({ update, found }) => {
    const moments = openMoments([], update, { before: {}, after: routes });
    expect(moments).toEqual([expect.stringContaining(found) as string]);
  });

  it('A route can stay open until it is protected, but cannot be opened before it is public', () => {
    const opened = entry('updated', route({ authorizationType: 'NONE' }));
    const other = entry('updated', thing(API, 'api', {}));
    const earlier = [entry('created', authorizer), entry('created', route({ authorizationType: 'NONE' }))];
    expect(openMoments(earlier, [other], { before: open, after: routes })).toEqual([]);
    expect(openMoments(earlier, [opened], { before: open, after: routes })).toHaveLength(1);
    expect(openMoments(good, [opened], { before: routes, after: open })).toEqual([]);
  });
});
