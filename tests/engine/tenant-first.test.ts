import { beforeAll, describe, expect, it } from 'vitest';
import { selectOwnStack, setConfig } from './support/contracts.ts';
import { Sandbox, UP } from './support/sandbox.ts';

const PREVIEW = ['preview', '--suppress-progress'];

const sandbox = new Sandbox();
beforeAll(() => selectOwnStack(sandbox));

const ROWS = [
  {
    title: 'a tenant that does not exist',
    config: { 'auth0:domain': 'missing.eu.auth0.com' },
    says: 'Pulumi.dev.yaml, auth0:domain: https://missing.eu.auth0.com/.well-known/openid-configuration responded 404',
  },
  {
    title: 'a custom domain whose documents name another issuer',
    config: { 'api:issuerDomain': 'other-issuer.acme.io' },
    says: 'api:issuerDomain: https://other-issuer.acme.io/.well-known/openid-configuration names the issuer https://login.example.com/',
  },
  {
    title: 'a tenant without a key',
    config: { 'auth0:domain': 'without-keys.eu.auth0.com' },
    says: 'jwks.json has no RSA key for RS256',
  },
  {
    title: 'the audience of the shipped stack file, which Auth0 could not change later',
    config: { 'api:audience': 'https://test-api-for-jwt-authorizer.example.com' },
    says: 'api:audience: https://test-api-for-jwt-authorizer.example.com is a placeholder; write a URI of your own',
  },
];

const RIGHT = {
  'auth0:domain': 'acme.eu.auth0.com',
  'api:audience': 'https://api.example.com',
  'api:issuerDomain': undefined,
};

describe('The tenant is read before AWS is touched', () => {
  it.each(ROWS)('the first preview fails with $title and says what to correct', async ({ config, says }) => {
    setConfig(sandbox, config);
    const { code, text } = await sandbox.attempt(PREVIEW);
    setConfig(sandbox, RIGHT);
    expect(text).toContain(says);
    expect(code).not.toBe(0);
    expect(sandbox.services.entries).toEqual([]);
  });

  it('a stack that is up keeps its authorizer when its issuer is changed to a tenant that does not exist', async () => {
    await sandbox.up();
    const before = [...sandbox.services.resources.values()];
    setConfig(sandbox, { 'api:issuerDomain': 'missing.acme.io' });
    const preview = await sandbox.attempt(PREVIEW);
    const up = await sandbox.attempt(UP);
    setConfig(sandbox, RIGHT);
    for (const { code, text } of [preview, up]) {
      expect(text).toContain('api:issuerDomain: https://missing.acme.io/');
      expect(code).not.toBe(0);
    }
    expect([...sandbox.services.resources.values()]).toEqual(before);
    await sandbox.upUnchanged();
  });
});
