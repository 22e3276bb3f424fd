import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { NO_FAULTS, StandIn } from './engine/standin/provider.ts';
import type { Properties } from './engine/standin/values.ts';
import { Services, type Entry, type Resource } from './engine/standin/services.ts';
import { withoutEncryption } from './engine/support/encrypted.ts';
import { openMoments } from './engine/support/open-routes.ts';
import { folderWith } from './support/folder.ts';

const API = 'aws:apigatewayv2/api:Api';
const AUTHORIZER = 'aws:apigatewayv2/authorizer:Authorizer';
const INTEGRATION = 'aws:apigatewayv2/integration:Integration';
const ROUTE = 'aws:apigatewayv2/route:Route';
const JWT = { authorizerType: 'JWT', jwtConfiguration: { issuer: 'https://x.example/', audiences: ['a'] } };

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
  // Engine tests that bring a stack up would prove nothing of its order without these rejections.
  it('The stand-in for AWS rejects a route of which a part is missing, and keeps an authorizer that a route names', async () => {
    const services = new Services(fileURLToPath(new URL('journal', folderWith({}))));
    const provider = new StandIn({ services, region: 'eu-central-1', faults: () => NO_FAULTS });
    const urn = (type: string, name = 'it'): string => `urn:pulumi:dev::project::${type}::${name}`;
    const idOf = async (...args: Parameters<StandIn['create']>) => (await provider.create(...args)).id;
    const apiId = await idOf(urn(API), { protocolType: 'HTTP' });
    const authorizerId = await idOf(urn(AUTHORIZER), { apiId, ...JWT });
    const proxy = { apiId, integrationType: 'AWS_PROXY' };
    const target = `integrations/${await idOf(urn(INTEGRATION), proxy)}`;
    const route = { apiId, target, authorizationType: 'JWT', authorizerId, authorizationScopes: ['read:user'] };
    const routeId = await idOf(urn(ROUTE), { ...route, routeKey: 'GET /test' });

    const other = await idOf(urn(API, 'other'), { protocolType: 'HTTP' });
    const elsewhere = `integrations/${await idOf(urn(INTEGRATION, 'other'), { ...proxy, apiId: other })}`;
    for (const [change, says] of [
      [{ authorizerId: undefined }, 'requires a valid JWT authorizer'],
      [{ authorizerId: 'missing' }, 'there is no aws:apigatewayv2/authorizer'],
      [{ target: 'integrations/x' }, 'there is no aws:apigatewayv2/integr'],
      [{ apiId: 'x' }, 'there is no aws:apigatewayv2/api'],
      [{ apiId: other, target: elsewhere }, 'requires a valid JWT authorizer'],
    ] as const) {
      const wrong = { ...route, routeKey: 'GET /other', ...change };
      await expect(provider.create(urn(ROUTE, 'other'), wrong)).rejects.toThrow(says);
    }
    const remove = () => provider.delete(authorizerId, urn(AUTHORIZER), { apiId });
    await expect(remove()).rejects.toThrow('is referenced by aws:apigatewayv2/route:Route');
    await provider.delete(routeId, urn(ROUTE), { apiId });
    await remove();
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
