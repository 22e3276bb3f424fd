import { describe, expect, it } from 'vitest';
import { contract as shipped } from '../contract.ts';
import type { Recorded } from '@auth0-http-api/twin';
import { HANDLER } from './support/handlers.ts';
import {
  onlyOf,
  recordDev,
  recordStack,
  recordWith,
  refusal,
  registrations,
  resourcesOf,
  type Changes,
} from './support/program.ts';
import { APP, clients, MACHINE } from './support/stack-file-rows.ts';

const PUBLIC = { handler: 'test', scopes: 'public' } as const;
const STACKS = ['dev', 'staging', 'prod'] as const;

describe('The Auth0 side', () => {
  it.each(STACKS)('The resource server of %s enforces RBAC and signs with RS256', async (stack) => {
    expect(onlyOf(await recordStack(stack), 'ResourceServer').inputs).toMatchObject({
      signingAlg: 'RS256',
      enforcePolicies: true,
      tokenDialect: 'access_token',
      subjectTypeAuthorization: { client: { policy: 'require_client_grant' }, user: { policy: 'allow_all' } },
    });
  });

  it.each([
    { tokenLifetime: 60, web: 60 },
    { tokenLifetime: 3600, web: 3600 },
    { tokenLifetime: 7200, web: 7200 },
    { tokenLifetime: 86_400, web: 7200 },
  ])('A token with a lifetime of $tokenLifetime s lives $web s in a browser', async ({ tokenLifetime, web }) => {
    const recorded = await recordDev({ 'api:tokenLifetime': tokenLifetime });
    const { inputs } = onlyOf(recorded, 'ResourceServer');
    expect(inputs).toMatchObject({ tokenLifetime, tokenLifetimeForWeb: web });
  });

  it('The resource server declares each permission of the contract once, in one resource', async () => {
    const { inputs } = onlyOf(await recordStack('dev'), 'ResourceServerScopes');
    const expected = Object.entries(shipped.permissions).map(([name, description]) => ({ name, description }));
    expect(inputs['scopes']).toEqual(expected);
  });

  it('Permissions are created before what refers to them, and a role’s permissions before the user’s role', async () => {
    const dependencies = new Map((await registrations()).map(({ type, dependsOn }) => [kindOf(type), dependsOn]));
    expect(dependencies.get('ClientGrant')?.map(kindOf)).toEqual(['ResourceServerScopes']);
    expect(dependencies.get('RolePermissions')?.map(kindOf)).toEqual(['ResourceServerScopes']);
    expect(dependencies.get('UserRoles')?.map(kindOf)).toEqual(['RolePermissions']);
    expect(dependencies.get('User')?.map(kindOf)).toEqual(['ConnectionClients']);
    expect(dependencies.get('Tenant')?.map(kindOf)).toEqual(['ConnectionClients']);
  });

  it('The database is enabled for exactly the clients with the password grant', async () => {
    const web = { ...APP, name: 'web', grants: ['password'], permissions: [] };
    const values = clients(web, { ...MACHINE, name: 'job' }, { ...APP, name: 'both' });
    const recorded = await recordDev(values);
    const ids = new Map(resourcesOf(recorded, 'Client').map(({ name, id }) => [name, id]));
    expect(onlyOf(recorded, 'ConnectionClients').inputs['enabledClients']).toEqual([
      ids.get('auth0-web'),
      ids.get('auth0-both'),
    ]);
    expect(resourcesOf(recorded, 'ClientGrant').map(({ name }) => name)).toEqual(['auth0-both', 'auth0-job']);
  });

  it('A client has exactly the grant types that its grants stand for', async () => {
    const web = { ...APP, name: 'web', grants: ['password'], permissions: [] };
    const recorded = await recordDev(clients(web, { ...MACHINE, name: 'job' }));
    expect(resourcesOf(recorded, 'Client').map(({ name, inputs }) => [name, inputs['grantTypes']])).toEqual([
      ['auth0-job', ['client_credentials']],
      ['auth0-web', ['password', 'http://auth0.com/oauth/grant-type/password-realm']],
    ]);
  });

  it('The program sets the tenant’s default directory only if the stack says so, and no other tenant setting', async () => {
    const recorded = await recordStack('dev');
    expect(onlyOf(recorded, 'Tenant').inputs).toEqual({
      defaultDirectory: onlyOf(recorded, 'Connection').inputs['name'],
    });
    expect(resourcesOf(await recordDev({ 'api:defaultDirectory': undefined }), 'Tenant')).toEqual([]);
  });

  it.each(['staging', 'prod'])('The stack %s has no user, no database and no password grant', async (stack) => {
    const recorded = await recordStack(stack);
    const forbidden = ['User', 'UserRoles', 'Connection', 'ConnectionClients', 'Tenant', 'RandomPassword'];
    expect(forbidden.flatMap((kind) => resourcesOf(recorded, kind))).toEqual([]);
    expect(onlyOf(recorded, 'Client').inputs['grantTypes']).toEqual(['client_credentials']);
  });

  it.each(STACKS)(
    'Every physical name has the name of the stack %s, since stacks can share a tenant',
    async (stack) => {
      const recorded = await recordStack(stack);
      const named = ['Client', 'Connection', 'ResourceServer'].flatMap((kind) => resourcesOf(recorded, kind));
      const roles = recorded.resources.filter(({ type }) => type === 'auth0:index/role:Role');
      for (const { inputs } of [...named, ...roles]) expect(inputs['name']).toContain(stack);
      expect(named.length + roles.length).toBe(stack === 'dev' ? 4 : 3);
    },
  );

  it('An empty client secret is reported with the scope that the deploying application lacks', async () => {
    const error = await refusal(() =>
      recordDev({}, ({ type }) => (type.endsWith(':ClientCredentials') ? { clientSecret: '' } : {})),
    );
    expect(error.message).toContain('no secret for the client test-app');
    expect(error.message).toContain('read:client_keys');
  });
});

describe('The JWT authorizer', () => {
  const jwtOf = (recorded: Recorded) => onlyOf(recorded, 'Authorizer').inputs['jwtConfiguration'];
  const DEV_AUDIENCE = 'https://test-api-for-jwt-authorizer.example.com';

  it('The JWT authorizer takes its audience from the resource server’s output, not from the stack file', async () => {
    const recorded = await recordDev({}, ({ type }) =>
      type.endsWith(':ResourceServer') ? { identifier: 'https://as-auth0-gave-it-back.example' } : {},
    );
    expect(jwtOf(recorded)).toMatchObject({ audiences: ['https://as-auth0-gave-it-back.example'] });
    expect(recorded.outputs['audience']).toBe('https://as-auth0-gave-it-back.example');
    expect(onlyOf(recorded, 'ClientGrant').inputs['audience']).toBe('https://as-auth0-gave-it-back.example');
  });

  it.each([
    { values: {}, issuer: 'https://your-tenant.eu.auth0.com/' },
    { values: { 'auth0:domain': 'acme.us.auth0.com' }, issuer: 'https://acme.us.auth0.com/' },
    { values: { 'api:issuerDomain': 'login.example.com' }, issuer: 'https://login.example.com/' },
  ])('With $values the JWT authorizer trusts the issuer $issuer, with its slash', async ({ values, issuer }) => {
    const recorded = await recordDev(values);
    expect(jwtOf(recorded)).toEqual({ issuer, audiences: [DEV_AUDIENCE] });
    expect(recorded.outputs).toMatchObject({ issuer, tokenUrl: `${issuer}oauth/token` });
  });

  it('A second audience is an Auth0 API with the same permissions, grants and role permissions', async () => {
    const second = 'https://new.example';
    const recorded = await recordDev({ 'api:secondAudience': second });
    const both = [DEV_AUDIENCE, second];
    const inputsOf = (kind: string, key: string) =>
      resourcesOf(recorded, kind)
        .map(({ inputs }) => inputs)
        .toSorted((a, b) => both.indexOf(a[key] as string) - both.indexOf(b[key] as string));
    for (const [kind, key] of [
      ['ResourceServer', 'identifier'],
      ['ResourceServerScopes', 'resourceServerIdentifier'],
      ['ClientGrant', 'audience'],
    ] as const) {
      const [first] = inputsOf(kind, key);
      expect(inputsOf(kind, key)).toEqual(both.map((audience) => ({ ...first, [key]: audience })));
    }
    expect(onlyOf(recorded, 'RolePermissions').inputs['permissions']).toEqual(
      both.map((audience) => ({ name: 'read:user', resourceServerIdentifier: audience })),
    );
    expect(jwtOf(recorded)).toMatchObject({ audiences: both });
    expect(recorded.outputs).toMatchObject({ audience: DEV_AUDIENCE, secondAudience: second });
  });

  it('Resources of an audience keep their names by alias when another audience is added, swapped or removed', async () => {
    const second = 'https://new.example';
    const named = async (values: Changes) =>
      (await registrations(undefined, values)).flatMap(({ type, name, aliases }) =>
        type.endsWith(':ResourceServer') ? [[name, ...aliases]] : [],
      );
    const [first, other] = [`auth0-${DEV_AUDIENCE}`, `auth0-${second}`];
    expect(await named({})).toEqual([['auth0', first]]);
    expect(await named({ 'api:secondAudience': second })).toEqual([[first, 'auth0'], [other]]);
    expect(await named({ 'api:audience': second, 'api:secondAudience': DEV_AUDIENCE })).toEqual([
      [other, 'auth0'],
      [first],
    ]);
    expect(await named({ 'api:audience': second })).toEqual([['auth0', other]]);
  });

  it('The JWT authorizer accepts the other audiences too, and reads the token where the stack says', async () => {
    const identitySource = '$request.header.X-Token';
    const recorded = await recordDev({
      'api:otherAudiences': ['https://old.example'],
      'api:identitySource': identitySource,
    });
    expect(jwtOf(recorded)).toMatchObject({ audiences: [DEV_AUDIENCE, 'https://old.example'] });
    expect(onlyOf(recorded, 'Authorizer').inputs).toMatchObject({ identitySources: [identitySource] });
  });
});

describe('The API side', () => {
  it('Every route except a public one has the JWT authorizer and its scopes', async () => {
    const routes = { ...shipped.routes, 'GET /open': PUBLIC };
    const recorded = await recordWith({ contract: { ...shipped, routes } });
    const [open, test] = resourcesOf(recorded, 'Route').map(({ inputs }) => inputs);
    expect(test).toMatchObject({
      routeKey: 'GET /test',
      authorizationType: 'JWT',
      authorizerId: onlyOf(recorded, 'Authorizer').id,
      authorizationScopes: ['read:user'],
    });
    expect(open).toMatchObject({ routeKey: 'GET /open', authorizationType: 'NONE' });
    expect(Object.keys(open ?? {})).not.toEqual(expect.arrayContaining(['authorizerId']));
    expect(Object.keys(open ?? {})).not.toEqual(expect.arrayContaining(['authorizationScopes']));
  });

  it('A function has one invoke permission, for all of its routes and for no other API', async () => {
    const recorded = await recordStack('dev');
    expect(onlyOf(recorded, 'Permission').inputs).toEqual({
      action: 'lambda:InvokeFunction',
      function: onlyOf(recorded, 'Function').outputs['name'],
      principal: 'apigateway.amazonaws.com',
      sourceArn: `${String(onlyOf(recorded, 'Api').outputs['executionArn'])}/*/*`,
    });
  });

  it('Each handler has its own function, integration, role and log group', async () => {
    const other = { ...HANDLER, memory: 256, timeout: 30 };
    const recorded = await recordWith({ contract: { ...shipped, handlers: { ...shipped.handlers, other } } });
    for (const kind of ['Function', 'Integration', 'RolePolicy', 'Permission']) {
      expect(resourcesOf(recorded, kind).map(({ name }) => name)).toEqual(['api-other', 'api-test']);
    }
    const roles = recorded.resources.filter(({ type }) => type === 'aws:iam/role:Role');
    expect(roles.map(({ name }) => name)).toEqual(['api-other', 'api-test']);
    expect(resourcesOf(recorded, 'LogGroup').map(({ name }) => name)).toEqual(['api', 'api-other', 'api-test']);
    expect(resourcesOf(recorded, 'Function').map(({ inputs }) => [inputs['memorySize'], inputs['timeout']])).toEqual([
      [256, 30],
      [128, 5],
    ]);
  });

  it('A handler runs on Node 24 and arm64, with payload format 2.0', async () => {
    const recorded = await recordStack('dev');
    expect(onlyOf(recorded, 'Function').inputs).toMatchObject({
      runtime: 'nodejs24.x',
      architectures: ['arm64'],
      handler: 'index.handler',
    });
    expect(onlyOf(recorded, 'Integration').inputs).toMatchObject({
      integrationType: 'AWS_PROXY',
      integrationUri: onlyOf(recorded, 'Function').outputs['arn'],
      payloadFormatVersion: '2.0',
    });
  });

  it('A function may only write to its own log group, which is kept for a month', async () => {
    const recorded = await recordStack('dev');
    const [, logGroup] = resourcesOf(recorded, 'LogGroup');
    if (logGroup === undefined) throw new Error('the function has no log group');
    const statement = {
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: `arn:aws:logs:eu-central-1:*:log-group:${logGroup.inputs['name'] as string}:*`,
    };
    const policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    expect(onlyOf(recorded, 'RolePolicy').inputs).toMatchObject({ policy });
    expect(logGroup.inputs).toMatchObject({ retentionInDays: 30 });
    expect(onlyOf(recorded, 'Function').inputs['loggingConfig']).toMatchObject({ logGroup: logGroup.inputs['name'] });
  });

  it('The $default stage deploys each change automatically', async () => {
    expect(onlyOf(await recordStack('dev'), 'Stage').inputs).toMatchObject({ name: '$default', autoDeploy: true });
  });
});

describe('The program', () => {
  it('The program gives the same resources, byte for byte, each time it runs in one process', async () => {
    const [first, second, third] = [await recordDev({}), await recordDev({}), await recordDev({})];
    expect(JSON.stringify(second)).toBe(JSON.stringify(first));
    expect(third.hash).toBe(first.hash);
    expect(onlyOf(first, 'Function').inputs['code']).toEqual({
      archive: {
        'index.mjs': expect.stringContaining('JWT test backend lambda') as string,
        'index.mjs.map': expect.stringContaining('"sources":["tests/fixture/handler/test.ts"]') as string,
      },
    });
  });

  it('An archive contains no path of the machine', async () => {
    const { inputs } = onlyOf(await recordStack('dev'), 'Function');
    expect(JSON.stringify(inputs['code'])).not.toContain(new URL('../', import.meta.url).pathname);
  });

  it('The program has two component trees, one for each side', async () => {
    const all = (await registrations()).map(({ type, name }) => `${type} ${name}`);
    const components = all.filter((registered) => registered.startsWith('auth0-http-api:'));
    expect(components).toEqual(['auth0-http-api:index:Auth0Side auth0', 'auth0-http-api:index:ApiSide api']);
  });

  it('The program protects in prod what callers depend on, and nothing in other stacks', async () => {
    const protectedIn = async (stack: string) =>
      (await recordStack(stack)).resources.filter(({ protect }) => protect).map(({ type }) => kindOf(type));
    expect(await protectedIn('prod')).toEqual(['Client', 'ClientCredentials', 'ClientGrant', 'ResourceServer', 'Api']);
    expect(await protectedIn('staging')).toEqual([]);
    expect(await protectedIn('dev')).toEqual([]);
  });
});

describe('The outputs', () => {
  const text = expect.any(String) as string;
  const COMMON = {
    apiUrl: expect.stringMatching(/^https:\/\/[a-z0-9]{10}\.execute-api\.eu-central-1\.amazonaws\.com$/) as string,
    issuer: expect.stringMatching(/^https:\/\/.*\/$/) as string,
    tokenUrl: expect.stringMatching(/\/oauth\/token$/) as string,
    audience: expect.stringMatching(/^https:\/\//) as string,
    clientIds: { 'test-app': text },
    clientSecrets: { 'test-app': text },
    clients: { 'test-app': { type: 'service', domain: text, issuer: text, clientId: text, audience: text } },
    production: false,
    declaredStatements: [],
    publicRoutes: [],
  };
  const USER = {
    testUser: { email: 'test-user@example.com', connection: 'auth0-http-api-dev' },
    testUserPassword: text,
    users: [{ email: 'test-user@example.com', roles: ['reader'], connection: 'auth0-http-api-dev' }],
    userPasswords: { 'test-user@example.com': text },
  };

  it.each([
    { stack: 'dev', outputs: { ...COMMON, ...USER }, secrets: ['clientSecrets', 'testUserPassword', 'userPasswords'] },
    { stack: 'staging', outputs: COMMON, secrets: ['clientSecrets'] },
    {
      stack: 'prod',
      outputs: {
        ...COMMON,
        production: true,
        exceptions: { alarms: text, domain: text, handlers: text },
        accepted: { userAccess: 'allow' },
      },
      secrets: ['clientSecrets'],
    },
  ])('The outputs of $stack have the documented names and shapes', async ({ stack, outputs, secrets }) => {
    const recorded = await recordStack(stack);
    expect(recorded.outputs).toEqual(outputs);
    expect(recorded.secretOutputs).toEqual(secrets);
  });
});

describe('Secrets', () => {
  it('The user’s password comes from the random provider and is marked as secret', async () => {
    const recorded = await recordStack('dev');
    const user = onlyOf(recorded, 'User');
    expect(user.secretInputs).toEqual(['password']);
    expect(user.inputs['password']).toBe(onlyOf(recorded, 'RandomPassword').outputs['result']);
    expect(user.inputs['password']).toMatch(/^[A-Za-z0-9._-]{32}$/);
  });
});

function kindOf(type: string): string {
  return type.split(':').at(-1) ?? type;
}
