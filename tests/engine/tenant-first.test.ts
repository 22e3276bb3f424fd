import { beforeAll, describe, expect, it } from 'vitest';
import { selectOwnStack, setConfig } from './support/contracts.ts';
import { Sandbox, UP } from './support/sandbox.ts';

const PREVIEW = ['preview', '--suppress-progress'];

const sandbox = new Sandbox();
beforeAll(() => selectOwnStack(sandbox));

const RIGHT = { 'auth0:domain': 'acme.eu.auth0.com', 'api:issuerDomain': undefined };

describe('The tenant is read before AWS is touched', () => {
  it('the first preview fails with a tenant that does not exist and says what to correct', async () => {
    setConfig(sandbox, { 'auth0:domain': 'missing.eu.auth0.com' });
    const { code, text } = await sandbox.attempt(PREVIEW);
    setConfig(sandbox, RIGHT);
    expect(text).toContain(
      'Pulumi.dev.yaml, auth0:domain: https://missing.eu.auth0.com/.well-known/openid-configuration responded 404',
    );
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
