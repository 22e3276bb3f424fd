import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isChange, ofType, valueOf } from './standin/world.ts';
import { selectOwnStack, setConfig } from './support/contracts.ts';
import { Sandbox } from './support/sandbox.ts';

const DOMAIN = { name: 'api.example.com', hostedZoneId: 'Z0123456789ABCDEFGHIJ' };

const sandbox = new Sandbox();
beforeAll(async () => selectOwnStack(sandbox));
afterAll(() => sandbox.remove());

/** Brings the stack up with these settings, and returns what that changed, in order: "created Stage". */
async function upWith(config: Readonly<Record<string, unknown>>): Promise<string[]> {
  setConfig(sandbox, config);
  const before = sandbox.world.entries.length;
  await sandbox.up();
  const changes = sandbox.world.entries.slice(before).filter(isChange);
  await sandbox.upUnchanged();
  return changes.map(({ what, thing }) => `${what} ${thing.type.split(':').at(-1) ?? ''}`);
}

describe('The address of an API', () => {
  it('A base path changes the mapping alone, and a named stage is there before the old one goes', async () => {
    await upWith({ 'api:domain': DOMAIN });
    expect(await upWith({ 'api:domain': { ...DOMAIN, basePath: 'orders' } })).toEqual(['updated ApiMapping']);
    expect(await upWith({ 'api:stage': 'v1' })).toEqual(['created Stage', 'updated ApiMapping', 'deleted Stage']);
  });
});

describe('A move to another issuer of the tenant', () => {
  const second = { domain: 'login.example.com', basePath: 'v2' };
  /** The issuer that each API's authorizer trusts, by the base path that its domain has for it. */
  const trusted = (): Record<string, unknown> => {
    const { things } = sandbox.world;
    return Object.fromEntries(
      ofType(things, 'aws:apigatewayv2/apiMapping:ApiMapping').map((mapping) => {
        const authorizer = ofType(things, 'aws:apigatewayv2/authorizer:Authorizer').find(
          ({ within }) => within === valueOf(mapping, 'apiId'),
        );
        const { issuer } = (authorizer && valueOf(authorizer, 'jwtConfiguration')) as { readonly issuer: string };
        const key = valueOf(mapping, 'apiMappingKey');
        return [typeof key === 'string' ? `/${key}` : '/', issuer];
      }),
    );
  };

  it('No step of a move rejects a caller that the step before admitted', async () => {
    await upWith({ 'api:domain': DOMAIN, 'api:stage': undefined });
    const [tenant, login] = ['https://acme.eu.auth0.com/', 'https://login.example.com/'];
    expect(trusted()).toEqual({ '/': tenant });

    const added = await upWith({ 'api:secondIssuer': second });
    expect(added.filter((change) => !change.startsWith('created'))).toEqual([]);
    expect(trusted()).toEqual({ '/': tenant, '/v2': login });

    expect(await upWith({ 'api:issuerDomain': second.domain })).toEqual(['updated Authorizer']);
    expect(trusted()).toEqual({ '/': login, '/v2': login });

    const removed = await upWith({ 'api:secondIssuer': undefined });
    expect(removed.filter((change) => !change.startsWith('deleted'))).toEqual([]);
    expect(trusted()).toEqual({ '/': login });
  });
});
