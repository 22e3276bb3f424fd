import { expect, it } from 'vitest';
import { modelOf, pathTo } from '../../../src/model/model.ts';
import type { RecordedResource } from '../../../src/resources/resource.ts';
import { routeOf } from '../../support/local-api.ts';
import { changed, REFUSED_OF_AUTH0, REFUSED_OF_AWS } from '../../support/refused-inputs.ts';
import { onlyOf, recordDev, recordStack, refusal } from '../../../../tests/support/program.ts';

const dev = await recordStack('dev');
const declared = (type: string, name: string, inputs: RecordedResource['inputs']): RecordedResource => {
  return { type, name, id: name, inputs, secretInputs: [], outputs: {}, protect: false, formerly: [] };
};
/** Returns the error of the model of stack dev with these resources as well. */
const refusalWith = (more: readonly RecordedResource[]) =>
  refusal(() => modelOf({ ...dev, resources: [...dev.resources, ...more] }));

it('The model has the tenant’s issuer from the provider, not from the authorizer or the outputs', async () => {
  const jwtConfiguration = { issuer: 'https://wrong.example/', audiences: ['https://a.example'] };
  const wrong = changed(dev, 'authorizer:Authorizer', { jwtConfiguration });
  const { tenant, api } = modelOf({ ...wrong, outputs: {} });
  expect(tenant.issuerDomain).toBe('your-tenant.eu.auth0.com');
  expect(api.routes[0]?.authorizer?.issuer).toBe('https://wrong.example/');
});

it('The model has the custom domain of the tenant as issuer, if there is one', async () => {
  const { tenant } = modelOf(await recordDev({ 'api:issuerDomain': 'login.example.com' }));
  expect(tenant).toMatchObject({ domain: 'your-tenant.eu.auth0.com', issuerDomain: 'login.example.com' });
});

it('The model has the tenant, the callers and the routes of the stack', async () => {
  const { tenant, api } = modelOf(dev);
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

it('The model has Auth0’s defaults for what the program leaves out', async () => {
  const inputs = { signingAlg: undefined, enforcePolicies: undefined, subjectTypeAuthorization: undefined };
  const api = changed(dev, 'resourceServer:ResourceServer', inputs);
  const { tenant } = modelOf(changed(api, 'client:Client', { isFirstParty: undefined }));
  expect(tenant).toMatchObject({
    resourceServers: [{ enforcePolicies: false, clientPolicy: 'require_client_grant', userPolicy: 'allow_all' }],
    clients: [{ firstParty: true }],
  });
});

it.each([...REFUSED_OF_AUTH0, ...REFUSED_OF_AWS])('The model rejects $title', async ({ type, inputs, says }) => {
  const recorded = changed(dev, type, inputs);
  const { message } = await refusal(() => modelOf(recorded));
  expect(message).toContain(says);
});

it.each([
  { type: 'stage:Stage', says: 'has 2 stages' },
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
])('The model rejects two of $type if only one is possible', async ({ type, says }) => {
  const more = dev.resources.filter((resource) => resource.type.endsWith(`/${type}`));
  const { message } = await refusalWith(more.map((resource) => ({ ...resource, name: 'another', id: 'another' })));
  expect(message).toContain(says);
});

it.each([
  [
    'rolePermission:RolePermission',
    { roleId: 'r', permission: 'p', resourceServerIdentifier: 'a' },
    'permission p of a',
  ],
  ['userRole:UserRole', { userId: 'u', roleId: 'r' }, 'role r of the user u'],
  ['connectionClient:ConnectionClient', { connectionId: 'c', clientId: 'x' }, 'client x of the connection c'],
])(
  'The model rejects two of %s for the same access, because deleting one takes it away',
  async (type, inputs, says) => {
    const { message } = await refusalWith(['a', 'b'].map((name) => declared(`auth0:index/${type}`, name, inputs)));
    expect(message).toContain(`more than once: the ${says}`);
  },
);

it.each([
  ['resourceServerScopes', 'resourceServerIdentifier', { scope: 'a:b' }, 'the scopes of the API https://test-api'],
  ['rolePermissions', 'roleId', { permission: 'a:b', resourceServerIdentifier: 'a' }, 'the permissions of the role'],
  ['userRoles', 'userId', { roleId: 'r' }, 'the roles of the user'],
  ['connectionClients', 'connectionId', { clientId: 'x' }, 'the enabled clients of the connection'],
])(
  'The model rejects %s with a single entry of the same owner, because they remove each other',
  async (list, owner, inputs, says) => {
    const single = dev.resources
      .filter(({ type }) => type.startsWith(`auth0:index/${list}:`))
      .map((all) =>
        declared(all.type.replace(/s:(\w+)s$/, ':$1'), 'single', { ...inputs, [owner]: all.inputs[owner] ?? null }),
      );
    const { message } = await refusalWith(single);
    expect(message).toContain(`both a list and single entries, which remove each other: ${says}`);
  },
);

// docs/fidelity.md F34
it('The model rejects two routes whose parameters have different names at one place of the path', async () => {
  const { type, inputs } = onlyOf(dev, 'Route');
  const { message } = await refusalWith(
    ['GET /orders/{id}', 'GET /orders/{orderId}/items'].map((key) => declared(type, key, { ...inputs, routeKey: key })),
  );
  expect(message).toBe(
    'AWS would reject the route "GET /orders/{orderId}/items", which "has a conflicting variable on the same hierarchical level as" "GET /orders/{id}"; write {id} in both, not {orderId}.',
  );
});

it('The model rejects a resource type that is missing from the tables', async () => {
  const { problems } = await refusalWith([declared('aws:apigateway/restApi:RestApi', 'orders', {})]);
  expect(problems).toEqual([
    { place: 'aws:apigateway/restApi:RestApi "orders"', message: 'the twin does not emulate this resource type' },
  ]);
});

it('The model lists every rejected input in one error', async () => {
  const one = changed(dev, 'function:Function', { runtime: 'python3.13', fileSystemConfig: {} });
  const { problems } = await refusal(() => modelOf(changed(one, 'stage:Stage', { clientCertificateId: 'x' })));
  expect(problems).toHaveLength(3);
});

it.each([
  { title: 'tags and descriptions', type: 'api:Api', inputs: { tags: { a: 'b' }, description: 'An API' } },
  {
    title: 'a password policy for sign-ups',
    type: 'connection:Connection',
    inputs: { options: { passwordPolicy: 'good' } },
  },
])('The model does not change with $title', async ({ type, inputs }) => {
  const { tenant, api } = modelOf(changed(dev, type, inputs));
  expect({ tenant, api }).toEqual({ tenant: modelOf(dev).tenant, api: modelOf(dev).api });
});

it.each([
  ['GET /orders/{id}', {}, '/orders/x'],
  ['GET /orders/{id}', { 'GET /orders/{id}': '/orders/17' }, '/orders/17'],
  ['ANY /files/{rest+}', { 'GET /orders/{id}': '/orders/17' }, '/files/x'],
  ['$default', {}, '/'],
])('The example path of %s with the examples %j is %s', (key, examplePaths, path) => {
  expect(pathTo(routeOf(key), { examplePaths })).toBe(path);
});
