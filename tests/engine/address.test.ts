import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { PUBLIC_KEY } from '../support/client-keys.ts';
import { valueOf } from './standin/services.ts';
import { CLIENT, selectOwnStack, setConfig } from './support/contracts.ts';
import { Sandbox, UP } from './support/sandbox.ts';

const DOMAIN = { name: 'api.example.com', hostedZoneId: 'Z0123456789ABCDEFGHIJ' };
/** As docs/options.md has them, for a live API that gets a domain of its own. */
const TARGETS = ['acm', 'route53', 'apigatewayv2/domainName', 'apigatewayv2/apiMapping'].flatMap((part) => [
  '--target',
  `**:${part}**`,
]);

const sandbox = new Sandbox();
beforeAll(() => selectOwnStack(sandbox));

/** Brings the stack up with these settings, and returns what that changed, in order: "created Stage". */
async function upWith(config: Readonly<Record<string, unknown>>): Promise<string[]> {
  setConfig(sandbox, config);
  const changes = await sandbox.changesBy(() => sandbox.up());
  await sandbox.upUnchanged();
  return changes;
}

describe('The address of an API', () => {
  it('A live API gets its domain first, and loses its old address with the next up', async () => {
    await upWith({});
    setConfig(sandbox, { 'api:domain': DOMAIN });
    const created = await sandbox.changesBy(() => sandbox.pulumi([...UP, ...TARGETS]));
    expect(created.toSorted()).toEqual([
      'created ApiMapping',
      'created Certificate',
      'created CertificateValidation',
      'created DomainName',
      'created Record',
      'created Record',
    ]);
    const oldAddressIsOff = (): unknown => sandbox.values('aws:apigatewayv2/api:Api', 'disableExecuteApiEndpoint')[0];
    expect(oldAddressIsOff()).not.toBe(true);
    await upWith({});
    expect(oldAddressIsOff()).toBe(true);
  });

  it('A base path changes the mapping alone, and a named stage is there before the old one goes', async () => {
    expect(await upWith({ 'api:domain': { ...DOMAIN, basePath: 'orders' } })).toEqual(['updated ApiMapping']);
    expect(await upWith({ 'api:stage': 'v1' })).toEqual(['created Stage', 'updated ApiMapping', 'deleted Stage']);
  });
});

describe('A move to another issuer of the tenant', () => {
  const second = { domain: 'login.example.com', basePath: 'v2' };
  /** The issuer that each API's authorizer trusts, by the base path that its domain has for it. */
  const trusted = (): Record<string, unknown> => {
    return Object.fromEntries(
      sandbox.resources('aws:apigatewayv2/apiMapping:ApiMapping').map((mapping) => {
        const authorizer = sandbox
          .resources('aws:apigatewayv2/authorizer:Authorizer')
          .find(({ within }) => within === valueOf(mapping, 'apiId'));
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

describe('A move to another key of a client', () => {
  const robot = (...pems: readonly string[]): object => ({
    ...CLIENT,
    name: 'robot',
    grants: ['client_credentials'],
    auth: 'private_key_jwt',
    publicKeys: pems.map((pem) => ({ pem, algorithm: 'RS256' })),
  });

  it('A second key is added to a client, and the first removed, by updates of its credentials alone', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const next = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    await upWith({ 'api:domain': undefined, 'api:clients': [CLIENT, robot(PUBLIC_KEY)] });
    expect(await upWith({ 'api:clients': [CLIENT, robot(PUBLIC_KEY, next)] })).toEqual(['updated ClientCredentials']);
    expect(await upWith({ 'api:clients': [CLIENT, robot(next)] })).toEqual(['updated ClientCredentials']);
  });
});

describe('A move to another audience', () => {
  it('Both Auth0 APIs exist until the first is removed, and the second is not touched then', async () => {
    const [first, second] = ['https://api.example.com', 'https://new-api.example.com'];
    await upWith({ 'api:clients': [CLIENT] });
    const both = ['updated Authorizer', 'updated RolePermissions'];
    const kinds = ['ClientGrant', 'ResourceServer', 'ResourceServerScopes'];
    const added = await upWith({ 'api:secondAudience': second });
    expect(added.toSorted()).toEqual([...kinds.map((kind) => `created ${kind}`), ...both]);
    const identifiers = (): unknown[] => sandbox.values('auth0:index/resourceServer:ResourceServer', 'identifier');
    expect(identifiers()).toEqual([first, second]);
    const removed = await upWith({ 'api:audience': second, 'api:secondAudience': undefined });
    expect(removed.toSorted()).toEqual([...kinds.map((kind) => `deleted ${kind}`), ...both]);
    expect(identifiers()).toEqual([second]);
  });
});
