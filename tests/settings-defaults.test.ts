import { describe, expect, it } from 'vitest';
import { settingsOf } from './support/program.ts';
import { clients, MACHINE } from './support/stack-file-rows.ts';

describe('Defaults of a stack file', () => {
  const OPTIONAL = [
    'exceptions',
    'userAccess',
    'passwordGrant',
    'defaultDirectory',
    'secondAudience',
    'otherAudiences',
    'testUser',
    'users',
    'database',
    'connections',
    'refreshTokens',
    'issuerDomain',
    'tokenLifetime',
  ];

  it('The defaults of a stack file give no additional access', async () => {
    const values = Object.fromEntries(OPTIONAL.map((key) => [`api:${key}`, undefined]));
    const settings = await settingsOf('dev', { ...values, ...clients(MACHINE) });
    expect(settings).toEqual({
      stack: 'dev',
      domain: 'your-tenant.eu.auth0.com',
      issuerDomain: 'your-tenant.eu.auth0.com',
      audience: 'https://test-api-for-jwt-authorizer.example.com',
      otherAudiences: [],
      production: false,
      exceptions: {},
      passwordGrant: 'forbid',
      routeQuota: 300,
      tokenLifetime: 3600,
      userAccess: undefined,
      defaultDirectory: false,
      clients: [{ ...MACHINE, type: 'service', callbacks: [], logoutUrls: [], origins: [] }],
      users: [],
      database: { signUp: false, passwordPolicy: 'good' },
      connections: [],
      refreshTokens: { lifetime: 2_592_000, idleLifetime: 1_296_000, leeway: 5 },
      identitySource: '$request.header.Authorization',
      region: 'eu-central-1',
      apiDomain: undefined,
      backends: {},
      privateBackends: {},
      stageName: '$default',
      handlers: {},
      secretHandlers: false,
      sourceMaps: false,
      logRetention: 30,
      logKey: undefined,
      logCallerAddress: true,
      throttle: undefined,
      routeThrottles: {},
      cors: undefined,
      alarms: undefined,
    });
  });

  it('The settings ignore the configuration keys of the providers', async () => {
    const settings = await settingsOf('dev', { 'auth0:clientId': 'x', 'aws:profile': 'y', 'pulumi:tags': {} });
    expect(JSON.stringify(settings)).not.toMatch(/"[xy]"/);
  });
});
