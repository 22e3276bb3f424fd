import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { NO_FAULTS, StandIn } from './engine/standin/provider.ts';
import type { Properties } from './engine/standin/values.ts';
import { Services, type Entry, type Resource } from './engine/standin/services.ts';
import { withoutEncryption } from './engine/support/encrypted.ts';
import { openMoments } from './engine/support/open-routes.ts';
import { folderWith } from './support/folder.ts';

// The rejections that the engine tests rely on and do not see: stand-ins that accept everything would prove nothing.

const API = 'aws:apigatewayv2/api:Api';
const AUTHORIZER = 'aws:apigatewayv2/authorizer:Authorizer';
const INTEGRATION = 'aws:apigatewayv2/integration:Integration';
const ROUTE = 'aws:apigatewayv2/route:Route';
const RESOURCE_SERVER = 'auth0:index/resourceServer:ResourceServer';
const SCOPES = 'auth0:index/resourceServerScopes:ResourceServerScopes';
const JWT = { authorizerType: 'JWT', jwtConfiguration: { issuer: 'https://x.example/', audiences: ['a'] } };
const AUDIENCE = 'https://api.example.com';

const urn = (type: string, name = 'it'): string => `urn:pulumi:dev::project::${type}::${name}`;

/** The stand-ins with a journal for one test. */
function standIn(): { provider: StandIn; services: Services } {
  const services = new Services(fileURLToPath(new URL('journal', folderWith({}))));
  return { provider: new StandIn({ services, region: 'eu-central-1', faults: () => NO_FAULTS }), services };
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
  ])('The stand-in for AWS rejects a protected route %s', async (_, change, says) => {
    const { provider, services } = standIn();
    const { inputs } = await apiWithRoute(provider);
    const route = { ...inputs, routeKey: 'GET /other', ...change };
    await expect(provider.create(urn(ROUTE, 'other'), route)).rejects.toThrow(says);
    expect(services.entries.at(-1)).toMatchObject({ what: 'refused', reason: expect.stringContaining(says) as string });
  });

  it('The stand-in for AWS rejects a protected route with an authorizer of another API', async () => {
    const { provider } = standIn();
    const { inputs } = await apiWithRoute(provider);
    const { id: apiId } = await provider.create(urn(API, 'other'), { protocolType: 'HTTP' });
    const { id } = await provider.create(urn(INTEGRATION, 'other'), { apiId, integrationType: 'AWS_PROXY' });
    const route = { ...inputs, apiId, target: `integrations/${id}` };
    await expect(provider.create(urn(ROUTE, 'other'), route)).rejects.toThrow('requires a valid JWT authorizer');
  });

  it('The stand-in for AWS deletes an authorizer only once no route names it', async () => {
    const { provider, services } = standIn();
    const { apiId, authorizerId, routeId } = await apiWithRoute(provider);
    const remove = () => provider.delete(authorizerId, urn(AUTHORIZER), { apiId });
    await expect(remove()).rejects.toThrow('is referenced by aws:apigatewayv2/route:Route');
    await provider.delete(routeId, urn(ROUTE), { apiId });
    await remove();
    expect([...services.resources.values()].map(({ type }) => type)).toEqual([API, INTEGRATION]);
    await remove();
  });
});

describe('The stand-in for Auth0', () => {
  const CONNECTION = urn('auth0:index/connection:Connection');
  const USER = urn('auth0:index/user:User');
  const CLIENT = 'auth0:index/client:Client';
  const ENABLED_CLIENTS = urn('auth0:index/connectionClients:ConnectionClients');
  const database = { name: 'users', strategy: 'auth0' };
  const clientId = async (provider: StandIn, name: string) => (await provider.create(urn(CLIENT, name), { name })).id;
  const scopes = (provider: StandIn, ...names: string[]) =>
    provider.create(urn(SCOPES), { resourceServerIdentifier: AUDIENCE, scopes: names.map((name) => ({ name })) });

  it.each<readonly [title: string, says: string, act: (provider: StandIn) => Promise<unknown>]>([
    [
      'an update of a user whose connection was deleted',
      'User: resource did not exist while updating',
      async (provider) => {
        const { id } = await provider.create(CONNECTION, database);
        const inputs = { connectionName: 'users', email: 'a@example.com' };
        const user = await provider.create(USER, inputs);
        await provider.delete(id, CONNECTION, database);
        return provider.update(user.id, USER, inputs, { ...inputs, connectionName: 'other' });
      },
    ],
    [
      'the enabled clients of a connection in another order',
      'Connection with non empty enabled clients',
      async (provider) => {
        const { id: connectionId } = await provider.create(CONNECTION, database);
        const clients = [await clientId(provider, 'first'), await clientId(provider, 'second')];
        for (const enabledClients of [clients, clients])
          await provider.create(ENABLED_CLIENTS, { connectionId, enabledClients });
        return provider.create(ENABLED_CLIENTS, { connectionId, enabledClients: clients.toReversed() });
      },
    ],
    [
      'a grant of an unknown permission',
      'has no scope write:user',
      async (provider) => {
        await provider.create(urn(RESOURCE_SERVER), { identifier: AUDIENCE });
        await scopes(provider, 'read:user');
        const grant = { clientId: await clientId(provider, 'app'), audience: AUDIENCE, subjectType: 'client' };
        return provider.create(urn('auth0:index/clientGrant:ClientGrant'), { ...grant, scopes: ['write:user'] });
      },
    ],
    [
      'an unknown resource type',
      'auth0:index/unknown:Unknown',
      (provider) => provider.check(urn('auth0:index/unknown:Unknown'), {}, {}),
    ],
  ])('The stand-in for Auth0 rejects %s', async (_title, says, act) => {
    await expect(act(standIn().provider)).rejects.toThrow(says);
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
});

describe('Open moments of a route', () => {
  const routes = { 'GET /test': { handler: 'test', scopes: ['read:user'] } } as const;
  const open = { 'GET /test': { handler: 'test', scopes: 'public' } } as const;
  const authorizer = resource(AUTHORIZER, 'auth', { apiId: 'api', ...JWT });
  const route = (change: Properties): Resource =>
    resource(ROUTE, 'route', {
      apiId: 'api',
      routeKey: 'GET /test',
      authorizationType: 'JWT',
      authorizerId: 'auth',
      authorizationScopes: ['read:user'],
      ...change,
    });

  function resource(type: string, id: string, inputs: Properties): Resource {
    return { type, id, within: 'api', inputs, outputs: {} };
  }

  const entry = (what: 'created' | 'updated' | 'deleted', it: Resource): Entry => ({ what, urn: '', resource: it });
  const good = [entry('created', authorizer), entry('created', route({}))];

  it('A good update has no moment at which a route is open', () => {
    expect(openMoments([], good, { before: {}, after: routes })).toEqual([]);
    expect(openMoments(good, [entry('updated', route({}))], { before: routes, after: routes })).toEqual([]);
  });

  it.each([
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
    const other = entry('updated', resource(API, 'api', {}));
    const earlier = [entry('created', authorizer), entry('created', route({ authorizationType: 'NONE' }))];
    expect(openMoments(earlier, [other], { before: open, after: routes })).toEqual([]);
    expect(openMoments(earlier, [opened], { before: open, after: routes })).toHaveLength(1);
    expect(openMoments(good, [opened], { before: routes, after: open })).toEqual([]);
  });
});
