import { describe, expect, it } from 'vitest';
import { onlyOf, recordDev, recordStack, registrations, resourcesOf, refusal } from './support/program.ts';
import { loginsOf, NATIVE, PARTNER, SPA, WEB } from './support/logins.ts';
import { clients, IN_PRODUCTION, MACHINE, USER } from './support/stack-file-rows.ts';

const AUDIENCE = 'https://test-api-for-jwt-authorizer.example.com';

const EXISTING = 'Username-Password-Authentication';
const at = (value: unknown, key: string): unknown => (value as Readonly<Record<string, unknown>>)[key];

describe('A client with user logins', () => {
  it('A spa client is public, and has the URLs, grants and refresh tokens of the stack file', async () => {
    const recorded = await recordDev(loginsOf(SPA));
    expect(onlyOf(recorded, 'Client').inputs).toMatchObject({
      name: 'web (dev)',
      appType: 'spa',
      isFirstParty: true,
      oidcConformant: true,
      grantTypes: ['authorization_code', 'refresh_token'],
      jwtConfiguration: { alg: 'RS256' },
      callbacks: ['http://localhost:5173'],
      allowedLogoutUrls: [],
      webOrigins: ['http://localhost:5173'],
      allowedOrigins: ['http://localhost:5173'],
      skipNonVerifiableCallbackUriConfirmationPrompt: 'true',
      refreshToken: {
        rotationType: 'rotating',
        expirationType: 'expiring',
        leeway: 5,
        tokenLifetime: 2_592_000,
        infiniteTokenLifetime: false,
        idleTokenLifetime: 1_296_000,
        infiniteIdleTokenLifetime: false,
      },
    });
    expect(onlyOf(recorded, 'ClientCredentials').inputs).toEqual({
      clientId: onlyOf(recorded, 'Client').id,
      authenticationMethod: 'none',
    });
    expect(resourcesOf(recorded, 'ClientGrant')).toEqual([]);
  });

  it.each([
    { client: SPA, appType: 'spa', method: 'none' },
    { client: NATIVE, appType: 'native', method: 'none' },
    { client: WEB, appType: 'regular_web', method: 'client_secret_post' },
    { client: MACHINE, appType: 'non_interactive', method: 'client_secret_post' },
  ])('A client of application type $appType authenticates by $method', async ({ client, appType, method }) => {
    const recorded = await recordDev(loginsOf(client));
    expect(onlyOf(recorded, 'Client').inputs['appType']).toBe(appType);
    expect(onlyOf(recorded, 'ClientCredentials').inputs['authenticationMethod']).toBe(method);
    const isPublic = method === 'none';
    expect(Object.keys(recorded.outputs['clientSecrets'] as object)).toEqual(isPublic ? [] : [client['name']]);
  });

  it.each([
    { client: SPA, offline: true },
    { client: { ...SPA, grants: ['authorization_code'] }, offline: false },
    { client: MACHINE, offline: false },
  ])('The API allows refresh tokens only if a client has that grant: $client.grants', async ({ client, offline }) => {
    const recorded = await recordDev(loginsOf(client));
    expect(onlyOf(recorded, 'ResourceServer').inputs['allowOfflineAccess']).toBe(offline);
    expect('refreshToken' in onlyOf(recorded, 'Client').inputs).toBe(offline);
  });

  it.each(['https://desk.acme.io/', 'https://*.acme.io/'])(
    'The client keeps Auth0’s consent for a callback that is not on localhost: %s',
    async (url) => {
      const { inputs } = onlyOf(await recordDev(loginsOf({ ...WEB, callbacks: [url] })), 'Client');
      expect(inputs['skipNonVerifiableCallbackUriConfirmationPrompt']).toBe('false');
    },
  );

  it('A client that changes its type is replaced and gets a new id', async () => {
    const options = (await registrations(undefined, loginsOf(SPA))).find(({ type }) => type.endsWith(':Client'));
    expect(options?.replaceOnChanges).toEqual(['isFirstParty', 'appType']);
  });

  it('A third-party client has a client grant for its users, and no setting that Auth0 rejects for third parties', async () => {
    const recorded = await recordDev(loginsOf({ ...PARTNER, formerly: 'friend' }));
    const { id, inputs } = onlyOf(recorded, 'Client');
    expect(Object.keys(inputs).toSorted()).toEqual([
      'appType',
      'callbacks',
      'description',
      'grantTypes',
      'isFirstParty',
      'jwtConfiguration',
      'name',
      'thirdPartySecurityMode',
    ]);
    const grant = onlyOf(recorded, 'ClientGrant');
    expect([grant.name, grant.formerly]).toEqual([
      'auth0-partner-users',
      ['auth0-friend-users', `auth0-partner-users-${AUDIENCE}`, `auth0-friend-users-${AUDIENCE}`],
    ]);
    expect(grant.inputs).toMatchObject({ clientId: id, scopes: ['read:user'], subjectType: 'user' });
  });

  it('A third-party client that also requests tokens for itself has a client grant for each', async () => {
    const client = { ...PARTNER, grants: ['client_credentials', 'authorization_code'] };
    const grants = resourcesOf(await recordDev(loginsOf(client)), 'ClientGrant');
    expect(grants.map(({ name, inputs }) => [name, inputs['subjectType']])).toEqual([
      ['auth0-partner', 'client'],
      ['auth0-partner-users', 'user'],
    ]);
  });
});

describe('Users, databases and connections', () => {
  it('The program’s database has sign-up off and its password policy written out', async () => {
    const recorded = await recordDev(loginsOf(SPA, MACHINE));
    const connection = onlyOf(recorded, 'Connection');
    expect(connection.inputs).toEqual({
      name: 'auth0-http-api-dev',
      strategy: 'auth0',
      options: { disableSignup: true, passwordPolicy: 'good', bruteForceProtection: true },
      isDomainConnection: false,
    });
    const [, web] = resourcesOf(recorded, 'Client');
    expect(onlyOf(recorded, 'ConnectionClients').inputs).toEqual({
      connectionId: connection.id,
      enabledClients: [web?.id],
    });
  });

  it('The database allows sign-up if the stack file says so', async () => {
    const values = { ...loginsOf(SPA), 'api:database': { signUp: true, passwordPolicy: 'excellent' } };
    expect(onlyOf(await recordDev(values), 'Connection').inputs['options']).toEqual({
      disableSignup: false,
      passwordPolicy: 'excellent',
      bruteForceProtection: true,
    });
  });

  it('The database of a production stack is protected, and no user is declared', async () => {
    const recorded = await recordDev({ ...IN_PRODUCTION, ...clients(WEB) });
    expect(onlyOf(recorded, 'Connection').protect).toBe(true);
    expect(resourcesOf(recorded, 'User')).toEqual([]);
  });

  it('Users log in through a third party only by a database that is promoted to the domain level', async () => {
    const recorded = await recordDev(loginsOf(PARTNER));
    expect(onlyOf(recorded, 'Connection').inputs['isDomainConnection']).toBe(true);
    // Auth0 refuses an empty list of enabled clients.
    expect(resourcesOf(recorded, 'ConnectionClients')).toEqual([]);
  });

  it('An existing connection is enabled for exactly the login clients, by one resource for each', async () => {
    const recorded = await recordDev({
      ...loginsOf(SPA, WEB, MACHINE),
      'api:connections': [EXISTING, 'google-oauth2'],
      'api:users': [{ ...USER, connection: EXISTING }],
    });
    const ids = new Map(resourcesOf(recorded, 'getConnection').map(({ name, id }) => [name, id]));
    const [desk, , web] = resourcesOf(recorded, 'Client').map(({ id }) => id);
    expect(resourcesOf(recorded, 'ConnectionClient').map(({ name, inputs }) => [name, inputs])).toEqual([
      ['auth0-desk-Username-Password-Authentication', { connectionId: ids.get(EXISTING), clientId: desk }],
      ['auth0-desk-google-oauth2', { connectionId: ids.get('google-oauth2'), clientId: desk }],
      ['auth0-web-Username-Password-Authentication', { connectionId: ids.get(EXISTING), clientId: web }],
      ['auth0-web-google-oauth2', { connectionId: ids.get('google-oauth2'), clientId: web }],
    ]);
    expect(['Connection', 'ConnectionClients', 'Tenant'].flatMap((kind) => resourcesOf(recorded, kind))).toEqual([]);
    expect(onlyOf(recorded, 'User').inputs['connectionName']).toBe(EXISTING);
  });

  it('A user is rejected if the connection is not a database', async () => {
    const values = {
      ...loginsOf(SPA),
      'api:connections': ['google-oauth2'],
      'api:users': [{ ...USER, connection: 'google-oauth2' }],
    };
    expect((await refusal(() => recordDev(values))).message).toContain(
      'Pulumi.dev.yaml, api:connections: google-oauth2 is not a database (its strategy is google-oauth2), so no user of api:users can be created there',
    );
  });

  it('A third-party login is rejected if the connection is not promoted to the domain level', async () => {
    const values = { ...loginsOf(PARTNER), 'api:connections': [EXISTING] };
    const adjust = ({ type }: { type: string }) =>
      type.endsWith('getConnection') ? { isDomainConnection: false } : {};
    const { message } = await refusal(() => recordDev(values, adjust));
    expect(message).toContain('is not promoted to the domain level');
  });

  it('The stack has every user of the stack file, with roles, and a password in the outputs', async () => {
    const idle = { email: 'idle@example.com', roles: [] };
    const recorded = await recordDev({ ...loginsOf(SPA), 'api:users': [USER, idle] });
    expect(resourcesOf(recorded, 'User').map(({ name }) => name)).toEqual([
      'auth0-idle@example.com',
      'auth0-test-user@example.com',
    ]);
    const role = recorded.resources.find(({ type }) => type === 'auth0:index/role:Role');
    expect(onlyOf(recorded, 'UserRoles').inputs['roles']).toEqual([role?.id]);
    const connection = 'auth0-http-api-dev';
    expect(recorded.outputs).toMatchObject({
      users: [
        { ...USER, connection },
        { ...idle, connection },
      ],
      testUser: { email: USER.email, connection },
    });
    const passwords = recorded.outputs['userPasswords'] as Readonly<Record<string, string>>;
    expect(Object.keys(passwords).toSorted()).toEqual([idle.email, USER.email]);
    expect(new Set(Object.values(passwords)).size).toBe(2);
    expect(recorded.secretOutputs).toEqual(['clientSecrets', 'testUserPassword', 'userPasswords']);
  });
});

describe('Client outputs', () => {
  it('The output of a client has what its developer needs, and no secret', async () => {
    const recorded = await recordDev({ ...loginsOf(SPA, MACHINE), 'api:issuerDomain': 'login.acme.io' });
    const common = {
      domain: 'login.acme.io',
      issuer: 'https://login.acme.io/',
      audience: 'https://test-api-for-jwt-authorizer.example.com',
    };
    const ids = recorded.outputs['clientIds'];
    expect(recorded.outputs['clients']).toEqual({
      web: {
        ...common,
        type: 'spa',
        clientId: at(ids, 'web'),
        callbacks: SPA['callbacks'],
        logoutUrls: [],
        origins: SPA['origins'],
      },
      'test-app': { ...common, type: 'service', clientId: at(ids, 'test-app') },
    });
    expect(recorded.secretOutputs).not.toContain('clients');
    expect(Object.keys(recorded.outputs['clientSecrets'] as object)).toEqual(['test-app']);
  });
});

describe('CORS for a spa client', () => {
  const corsOf = async (values: object) =>
    onlyOf(await recordDev({ ...loginsOf(SPA), ...values }), 'Api').inputs['corsConfiguration'];

  it('CORS allows the origins of a spa client, the methods of its routes and the headers that a browser sends', async () => {
    expect(await corsOf({})).toEqual({
      allowOrigins: ['http://localhost:5173'],
      allowMethods: ['GET'],
      allowHeaders: ['authorization', 'content-type'],
    });
    expect(onlyOf(await recordStack('dev'), 'Api').inputs['corsConfiguration']).toBeUndefined();
  });

  it.each([
    { source: '$request.header.X-Token', allowHeaders: ['x-token', 'content-type'] },
    { source: '$request.querystring.token', allowHeaders: ['content-type'] },
  ])('CORS allows the header that carries the token: $source', async ({ source, allowHeaders }) => {
    expect(await corsOf({ 'api:identitySource': source })).toMatchObject({ allowHeaders });
  });

  it('The CORS settings of a stack file are used as they are if they let the spa call', async () => {
    const cors = { allowOrigins: ['http://*'], allowHeaders: ['Authorization'] };
    expect(await corsOf({ 'api:cors': cors })).toEqual(cors);
  });
});
