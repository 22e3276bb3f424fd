import * as auth0 from '@pulumi/auth0';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { expect, it } from 'vitest';
import { recordProgram, refusal } from '../../../../tests/support/program.ts';
import { welcome } from '../../../src/cli/screen.ts';
import { modelOf, type Model } from '../../../src/model/model.ts';

const AUDIENCE = 'https://orders.example.com';
const code = new pulumi.asset.AssetArchive({
  'index.mjs': new pulumi.asset.StringAsset('export const handler = async () => "ok";'),
});

/** A function with what AWS requires of one, and nothing else. */
const lambda = (name: string, rest: Partial<aws.lambda.FunctionArgs> = {}) =>
  new aws.lambda.Function(name, {
    role: 'arn:aws:iam::1:role/x',
    runtime: 'nodejs22.x',
    handler: 'index.handler',
    code,
    ...rest,
  });

const allow = (name: string, fn: pulumi.Input<string>, qualifier?: string) =>
  new aws.lambda.Permission(name, {
    action: 'lambda:InvokeFunction',
    principal: 'apigateway.amazonaws.com',
    function: fn,
    ...(qualifier !== undefined && { qualifier }),
  });

/** Maps an API to a base path of a domain that another program declares. */
const mapped = (name: string, api: aws.apigatewayv2.Api, apiMappingKey?: string): aws.apigatewayv2.ApiMapping =>
  new aws.apigatewayv2.ApiMapping(name, {
    apiId: api.id,
    domainName: 'api.example.com',
    stage: '$default',
    ...(apiMappingKey !== undefined && { apiMappingKey }),
  });

/** A quick-created API at a base path of a domain. */
function quick(name: string, basePath?: string): aws.apigatewayv2.Api {
  const fn = lambda(name);
  allow(name, fn.name);
  const api = new aws.apigatewayv2.Api(name, { protocolType: 'HTTP', target: fn.arn, routeKey: 'ANY /{proxy+}' });
  mapped(name, api, basePath);
  return api;
}

/** An API with one route to a URI, whose stage has a name. */
function routed(uri: pulumi.Input<string>, stage = '$default'): void {
  const api = new aws.apigatewayv2.Api('api', { protocolType: 'HTTP' });
  const authorizer = new aws.apigatewayv2.Authorizer('jwt', {
    apiId: api.id,
    authorizerType: 'JWT',
    identitySources: ['$request.header.Authorization'],
    jwtConfiguration: { issuer: 'https://your-tenant.eu.auth0.com/', audiences: [AUDIENCE] },
  });
  const integration = new aws.apigatewayv2.Integration('f', {
    apiId: api.id,
    integrationType: 'AWS_PROXY',
    integrationUri: uri,
    payloadFormatVersion: '2.0',
  });
  new aws.apigatewayv2.Route('read', {
    apiId: api.id,
    routeKey: 'GET /orders',
    target: pulumi.interpolate`integrations/${integration.id}`,
    authorizationType: 'JWT',
    authorizerId: authorizer.id,
    authorizationScopes: ['read:orders'],
  });
  new aws.apigatewayv2.Stage('stage', { apiId: api.id, name: stage, autoDeploy: true });
}

const modelled = async (declare: () => void): Promise<Model> =>
  modelOf(
    await recordProgram(async () => {
      declare();
      return {};
    }),
  );

it('A quick-created API has its route, integration and stage', async () => {
  const { api } = await modelled(() => {
    const fn = lambda('f');
    allow('quick', fn.name);
    new aws.apigatewayv2.Api('api', { protocolType: 'HTTP', target: fn.arn, routeKey: 'GET /orders' });
  });
  expect(api).toMatchObject({ basePath: '', stage: { name: '$default' } });
  expect(api.routes).toMatchObject([
    { routeKey: 'GET /orders', authorizer: undefined, integration: { kind: 'function', mayInvoke: true } },
  ]);
});

it('A named stage is served under its name', async () => {
  const { api } = await modelled(() => routed(lambda('f').arn, 'v1'));
  expect(api.basePath).toBe('/v1');
});

it('Each API of a domain knows its base path and those below it that the domain takes to other APIs', async () => {
  const { apis } = await modelled(() => {
    quick('orders', 'orders');
    quick('root');
    quick('v2', 'orders/v2');
  });
  expect(apis.map(({ host, basePath, otherBasePaths }) => [host, basePath, otherBasePaths])).toEqual([
    ['api.example.com', '/orders', ['/orders/v2']],
    ['api.example.com', '', ['/orders', '/orders/v2']],
    ['api.example.com', '/orders/v2', []],
  ]);
});

it.each([
  {
    title: 'two APIs at one base path',
    declare: () => {
      quick('orders', 'v1');
      quick('stock', 'v1');
    },
    says: 'Two APIs are mapped to api.example.com/v1',
  },
  {
    title: 'an API at two base paths',
    declare: () => void mapped('second', quick('orders', 'v1'), 'v2'),
    says: 'is mapped to api.example.com/v1 and to api.example.com/v2',
  },
])('The model rejects $title', async ({ declare, says }) => {
  expect((await refusal(() => modelled(declare))).message).toContain(says);
});

const URIS: readonly { title: string; declare: () => pulumi.Output<string>; mayInvoke: boolean }[] = [
  {
    title: 'the URI by which API Gateway invokes it',
    declare: () => {
      const fn = lambda('f');
      allow('any', fn.arn);
      return fn.invokeArn;
    },
    mayInvoke: true,
  },
  {
    title: 'an alias that may be invoked',
    declare: () => {
      const fn = lambda('f', { publish: true });
      const live = new aws.lambda.Alias('live', { functionName: fn.name, functionVersion: fn.version, name: 'live' });
      allow('live', fn.name, 'live');
      return live.invokeArn;
    },
    mayInvoke: true,
  },
  {
    title: 'an alias although only the function may be invoked',
    declare: () => {
      const fn = lambda('f', { publish: true });
      const live = new aws.lambda.Alias('live', { functionName: fn.arn, functionVersion: fn.version, name: 'live' });
      allow('unqualified', fn.name);
      return live.arn;
    },
    mayInvoke: false,
  },
];

it.each(URIS)('An integration reaches its function by $title, and the rules count its permissions', async (row) => {
  const { declare, mayInvoke } = row;
  const { api, violations } = await modelled(() => routed(declare()));
  expect(api.routes).toMatchObject([{ integration: { kind: 'function', mayInvoke } }]);
  const counted = violations.filter(({ message }) => message.includes('invoke permissions'));
  const missing = 'its function has 0 invoke permissions, where it needs one';
  expect(counted.map(({ message }) => message)).toEqual(mayInvoke ? [] : [missing]);
});

it('A function has the defaults of AWS, and the start screen says which Node.js version runs it, and which client lacks a grant', async () => {
  const model = await modelled(() => {
    routed(lambda('f', { runtime: 'nodejs20.x' }).arn);
    new auth0.Client('web', { name: 'web', grantTypes: ['authorization_code'] });
    new auth0.Client('job', { name: 'job', grantTypes: ['client_credentials'] });
  });
  expect(model.api.routes).toMatchObject([{ integration: { function: { memory: 128, timeout: 3, node: 20 } } }]);
  const addresses = { apiUrl: 'http://a', tenantUrl: 'http://t', pageUrl: '', caFile: undefined, stateFolder: '' };
  const screen = welcome(model, { ...addresses, forwards: new Map() });
  expect(screen).toContain(
    '\nNote: the rules for production were not applied: nothing says whether this is a production stack:',
  );
  expect(screen).toContain(`\nFunctions run on Node.js ${process.versions.node.split('.')[0]}, not 20.\n`);
  expect(screen).toMatch(/^ {2}web {2}authorization_code$/m);
  expect(screen).toMatch(/^ {2}job {2}client_credentials; grant: none$/m);
});

it('Auth0 resources have the defaults of Auth0, and single-item resources add their permissions', async () => {
  const { tenant } = await modelled(() => {
    routed(lambda('f').arn);
    const { identifier: audience } = new auth0.ResourceServer('orders', { identifier: AUDIENCE });
    for (const scope of ['read:orders', 'write:orders']) {
      new auth0.ResourceServerScope(scope, { resourceServerIdentifier: audience, scope });
    }
    const web = new auth0.Client('web', {
      appType: 'spa',
      name: 'web',
      oidcConformant: true,
      clientMetadata: { plan: 'gold' },
      customLoginPageOn: true,
    });
    const role = new auth0.Role('clerk', { name: 'clerk' });
    new auth0.RolePermission('clerk', {
      roleId: role.id,
      resourceServerIdentifier: audience,
      permission: 'read:orders',
    });
    const users = new auth0.Connection('users', { name: 'users', strategy: 'auth0' });
    new auth0.ConnectionClient('web', { connectionId: users.id, clientId: web.id });
    const user = new auth0.User('ann', {
      connectionName: users.name,
      email: 'ann@example.com',
      password: 'Correct-1',
    });
    new auth0.UserRole('ann', { userId: user.id, roleId: role.id });
  });
  expect(tenant.resourceServers).toMatchObject([
    {
      scopes: ['read:orders', 'write:orders'],
      enforcePolicies: false,
      tokenLifetime: 86_400,
      userPolicy: 'allow_all',
    },
  ]);
  expect(tenant.clients).toMatchObject([
    {
      firstParty: true,
      isPublic: true,
      secret: '',
      grantTypes: ['authorization_code', 'implicit', 'refresh_token'],
      metadata: { plan: 'gold' },
    },
  ]);
  expect(tenant.roles).toMatchObject([{ permissions: [{ name: 'read:orders', audience: AUDIENCE }] }]);
  expect(tenant.users).toMatchObject([{ email: 'ann@example.com', roleIds: [tenant.roles[0]?.id] }]);
  expect(tenant.connections).toMatchObject([{ name: 'users', clientIds: [tenant.clients[0]?.clientId] }]);
});

it('Resources of other AWS services are listed as not emulated, and have names and ARNs', async () => {
  const model = await modelled(() => {
    const bucket = new aws.s3.Bucket('pictures');
    const table = new aws.dynamodb.Table('orders', { attributes: [], hashKey: 'id' });
    new aws.iam.RolePolicyAttachment('logs', { role: 'f', policyArn: 'arn:aws:iam::123456789012:policy/logs' });
    routed(lambda('f', { environment: { variables: { BUCKET: bucket.bucket, TABLE: table.arn } } }).arn);
  });
  const [route] = model.api.routes;
  const environment = route?.integration.kind === 'function' ? route.integration.function.environment : {};
  expect(environment['BUCKET']).toMatch(/^pictures-[0-9a-f]{7}$/);
  expect(environment['TABLE']).toMatch(/^arn:aws:dynamodb:eu-central-1:123456789012:table\/orders-/);
  expect(model.notEmulated).toEqual(['IAM roles and policies', 'aws dynamodb Table', 'aws s3 Bucket']);
});

it('An explicit provider sets the tenant and the region', async () => {
  const recorded = await recordProgram(async () => {
    const region = new aws.Provider('west', { region: 'us-west-2' });
    const tenant = new auth0.Provider('other', { domain: 'other.eu.auth0.com', clientId: 'a', clientSecret: 'hush' });
    new aws.lambda.Function(
      'f',
      { role: 'r', runtime: 'nodejs24.x', handler: 'index.handler', code },
      { provider: region },
    );
    new auth0.Role('clerk', { name: 'clerk' }, { provider: tenant });
    return {};
  });
  expect(recorded.providers.auth0.domain).toBe('other.eu.auth0.com');
  const fn = recorded.resources.find(({ type }) => type === 'aws:lambda/function:Function');
  expect(fn?.outputs['arn']).toMatch(/^arn:aws:lambda:us-west-2:/);
  expect(JSON.stringify(recorded)).not.toContain('hush');
});

it('An Auth0 resource without a name gets one, as from the provider', async () => {
  const { resources } = await recordProgram(async () => {
    const client = new auth0.Client('machine', { grantTypes: ['client_credentials'], oidcConformant: true });
    new auth0.Role('clerk', {});
    return { name: client.name };
  });
  const names = resources.map(({ inputs }) => inputs['name']);
  expect(names).toEqual([
    expect.stringMatching(/^machine-[0-9a-f]{7}$/) as string,
    expect.stringMatching(/^clerk-[0-9a-f]{7}$/) as string,
  ]);
});

it('The usual provider lookups return values', async () => {
  const { outputs } = await recordProgram(async () => {
    const account = await aws.getCallerIdentity();
    const region = aws.getRegionOutput();
    const document = aws.iam.getPolicyDocumentOutput({
      statements: [{ actions: ['s3:GetObject'], resources: ['*'] }],
    });
    const client = new auth0.Client('machine', { name: 'machine', oidcConformant: true });
    const found = auth0.getClientOutput({ clientId: client.id });
    const { managementApiIdentifier: management } = await auth0.getTenant();
    return { account: account.accountId, region: region.region, json: document.json, name: found.name, management };
  });
  expect(outputs).toEqual({
    account: '123456789012',
    region: 'eu-central-1',
    json: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["*"]}]}',
    name: 'machine',
    management: 'https://your-tenant.eu.auth0.com/api/v2/',
  });
});

it('A program without an HTTP API has a tenant and no route', async () => {
  const { api, tenant } = await modelled(() => {
    new auth0.ResourceServer('orders', { identifier: AUDIENCE });
  });
  expect(api.routes).toEqual([]);
  expect(tenant.resourceServers).toMatchObject([{ identifier: AUDIENCE }]);
});

it('The tenant of a program that only trusts one has the domain of its issuer', async () => {
  const declare = (): void => routed(lambda('f').arn);
  const recorded = await recordProgram(async () => {
    declare();
    return {};
  });
  const providers = { ...recorded.providers, auth0: { domain: '', issuerDomain: undefined } };
  expect(modelOf({ ...recorded, providers }).tenant.domain).toBe('your-tenant.eu.auth0.com');
});

it('A program without an HTTP API and a tenant is rejected', async () => {
  const { message } = await refusal(() =>
    modelled(() => {
      new aws.s3.Bucket('pictures');
    }),
  );
  expect(message).toContain('declares no HTTP API and nothing in Auth0');
});

it('A program with two tenants is rejected', async () => {
  const { message } = await refusal(() =>
    recordProgram(async () => {
      for (const name of ['one', 'two']) {
        const tenant = new auth0.Provider(name, { domain: `${name}.eu.auth0.com` });
        new auth0.Role(name, { name }, { provider: tenant });
      }
      return {};
    }),
  );
  expect(message).toContain('the twin serves one tenant');
});

it('An encrypted value is rejected in an input that decides access, and accepted where only a handler reads it', async () => {
  const encrypted = '(encrypted)';
  const { problems } = await refusal(() =>
    recordProgram(async () => {
      lambda('f', { environment: { variables: { PIN: encrypted } } });
      new auth0.ResourceServer('orders', { identifier: encrypted });
      new aws.s3.Bucket('pictures', { bucket: encrypted });
      return {};
    }),
  );
  expect(problems).toMatchObject([
    {
      place: 'auth0:index/resourceServer:ResourceServer "orders"',
      message: expect.stringContaining('input identifier') as string,
    },
  ]);
});
