import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { PUBLIC_KEY } from '../support/client-keys.ts';
import { apply, ofType, valueOf, type Resource, type Resources } from './standin/services.ts';
import { CLIENT, selectOwnStack, setConfig, upWith } from './support/contracts.ts';
import { DESTROY, Sandbox, UP } from './support/sandbox.ts';

const DOMAIN = { name: 'api.example.com', hostedZoneId: 'Z0123456789ABCDEFGHIJ' };
const AUTHORIZER = 'aws:apigatewayv2/authorizer:Authorizer';
const TENANT = 'https://acme.eu.auth0.com/';

const sandbox = new Sandbox();
beforeAll(() => selectOwnStack(sandbox));

/** The issuer that each API's authorizer trusts, by the base path that its domain has for it. */
function trusted(): Record<string, unknown> {
  return Object.fromEntries(
    sandbox.resources('aws:apigatewayv2/apiMapping:ApiMapping').map((mapping) => {
      const authorizer = sandbox.resources(AUTHORIZER).find(({ within }) => within === valueOf(mapping, 'apiId'));
      const { issuer } = (authorizer && valueOf(authorizer, 'jwtConfiguration')) as { readonly issuer: string };
      const key = valueOf(mapping, 'apiMappingKey');
      return [typeof key === 'string' ? `/${key}` : '/', issuer];
    }),
  );
}

/** Brings a production stack up after its preview failed, and after the command of docs/domains.md. */
async function upUnprotected(
  values: Readonly<Record<string, unknown>>,
  ...command: readonly [example: string, text?: string]
): Promise<string[]> {
  setConfig(sandbox, values);
  const { text } = await sandbox.attempt(['preview', '--suppress-progress']);
  expect(text).toContain('it is protected');
  await sandbox.runDocumented('domains.md', ...command);
  return upWith(sandbox, {});
}

describe('A move to a domain of its own', () => {
  /** As docs/domains.md has them. */
  const TARGETS = ['acm', 'route53', 'apigatewayv2/domainName', 'apigatewayv2/apiMapping'].flatMap((part) => [
    '--target',
    `**:${part}**`,
  ]);

  it('A live API gets its domain first, and loses its old address with the next up', async () => {
    await upWith(sandbox, {});
    setConfig(sandbox, { 'api:domain': DOMAIN });
    const created = await sandbox.changesBy(() => sandbox.pulumi([...UP, ...TARGETS]));
    const kinds = ['ApiMapping', 'Certificate', 'CertificateValidation', 'DomainName', 'Record', 'Record'];
    expect(created.toSorted()).toEqual(kinds.map((kind) => `created ${kind}`));
    const oldAddressIsOff = (): unknown => sandbox.values('aws:apigatewayv2/api:Api', 'disableExecuteApiEndpoint')[0];
    expect(oldAddressIsOff()).not.toBe(true);
    await upWith(sandbox, {});
    expect(oldAddressIsOff()).toBe(true);
  });

  it('A base path changes the mapping alone, and a named stage is there before the old one goes', async () => {
    expect(await upWith(sandbox, { 'api:domain': { ...DOMAIN, basePath: 'orders' } })).toEqual(['updated ApiMapping']);
    expect(await upWith(sandbox, { 'api:stage': 'v1' })).toEqual([
      'created Stage',
      'updated ApiMapping',
      'deleted Stage',
    ]);
  });
});

describe('A move to another issuer of the tenant', () => {
  it('No step of a move to another issuer rejects a caller that the previous step allowed', async () => {
    const second = { domain: 'login.example.com', basePath: 'v2' };
    const login = 'https://login.example.com/';
    await upWith(sandbox, { 'api:domain': DOMAIN, 'api:production': true });
    expect(trusted()).toEqual({ '/': TENANT });

    const added = await upWith(sandbox, { 'api:secondIssuer': second });
    expect(added.filter((change) => !change.startsWith('created'))).toEqual([]);
    expect(trusted()).toEqual({ '/': TENANT, '/v2': login });

    expect(await upWith(sandbox, { 'api:issuerDomain': second.domain })).toEqual(['updated Authorizer']);
    expect(trusted()).toEqual({ '/': login, '/v2': login });

    const removed = await upUnprotected({ 'api:secondIssuer': undefined }, '::api-second');
    expect(removed.filter((change) => !change.startsWith('deleted'))).toEqual([]);
    expect(trusted()).toEqual({ '/': login });
  });
});

describe('A move to another audience', () => {
  const [OLD, NEW] = ['https://api.example.com', 'https://new-api.example.com'];
  /** What must name an audience, and where, for the only client and the only role to get tokens that the API accepts. */
  const NAMED = Object.entries({
    'auth0:index/resourceServer:ResourceServer': 'identifier',
    'auth0:index/resourceServerScopes:ResourceServerScopes': 'resourceServerIdentifier',
    'auth0:index/clientGrant:ClientGrant': 'audience',
    'auth0:index/rolePermissions:RolePermissions': 'permissions',
    [AUTHORIZER]: 'jwtConfiguration',
  });
  const isUsable = (audience: string, resources: Resources): boolean =>
    NAMED.every(([type, property]) =>
      ofType(resources, type).some((found) => JSON.stringify(valueOf(found, property)).includes(`"${audience}"`)),
    );
  /** The audiences that were usable at every moment since an entry of the journal. */
  const usableSince = (since: number): string[] => {
    const resources = new Map<string, Resource>();
    let usable = [OLD, NEW];
    for (const [index, entry] of sandbox.services.entries.entries()) {
      apply(resources, entry);
      if (index + 1 >= since) usable = usable.filter((audience) => isUsable(audience, resources));
    }
    return usable;
  };
  /** What a step changes, and the audiences that are usable throughout it and after it. */
  const step = async (run: () => Promise<string[]>): Promise<object> => {
    const since = sandbox.services.entries.length;
    const changes = await run();
    return {
      changes: changes.toSorted(),
      throughout: usableSince(since),
      after: usableSince(sandbox.services.entries.length),
    };
  };
  const kinds = ['ClientGrant', 'ResourceServer', 'ResourceServerScopes'];
  const updated = ['updated Authorizer', 'updated RolePermissions'];

  it('No step of a move to another audience rejects a caller that the previous step allowed', async () => {
    expect(await step(() => upWith(sandbox, { 'api:secondAudience': NEW }))).toEqual({
      changes: [...kinds.map((kind) => `created ${kind}`), ...updated],
      throughout: [OLD],
      after: [OLD, NEW],
    });
    const last = { 'api:audience': NEW, 'api:secondAudience': undefined };
    expect(await step(() => upUnprotected(last, 'https://old-api.example.com', OLD))).toEqual({
      changes: [...kinds.map((kind) => `deleted ${kind}`), ...updated],
      throughout: [NEW],
      after: [NEW],
    });
  });

  it('Two audiences swap places, and the second is removed, without a change to the resources of the first', async () => {
    await upWith(sandbox, { 'api:production': false, 'api:secondAudience': OLD });
    const swapped = await upWith(sandbox, { 'api:audience': OLD, 'api:secondAudience': NEW });
    expect(swapped.toSorted()).toEqual(updated);
    expect(await step(() => upWith(sandbox, { 'api:secondAudience': undefined }))).toEqual({
      changes: [...kinds.map((kind) => `deleted ${kind}`), ...updated],
      throughout: [OLD],
      after: [OLD],
    });
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
    await upWith(sandbox, { 'api:clients': [CLIENT, robot(PUBLIC_KEY)] });
    for (const keys of [[PUBLIC_KEY, next], [next]]) {
      expect(await upWith(sandbox, { 'api:clients': [CLIENT, robot(...keys)] })).toEqual(['updated ClientCredentials']);
    }
  });
});

describe('A move to another tenant', () => {
  it('A second stack admits the callers of another tenant, takes the domain, and outlives the first', async () => {
    await upWith(sandbox, { 'api:issuerDomain': undefined });
    const next = new Sandbox('fast', sandbox);
    await selectOwnStack(next, 'next');
    const existing = { name: DOMAIN.name, existing: true };
    const settings = { 'auth0:domain': 'next.eu.auth0.com', 'api:domain': { ...existing, basePath: 'v2' } };
    const added = await sandbox.changesBy(() => upWith(next, settings));
    expect(added.filter((change) => !change.startsWith('created'))).toEqual([]);
    expect(trusted()).toEqual({ '/': TENANT, '/v2': 'https://next.eu.auth0.com/' });

    const moved = await sandbox.changesBy(async () => {
      await sandbox.runDocumented('domains.md', 'prod', 'dev');
      setConfig(next, { 'api:domain': { ...DOMAIN, basePath: 'v2' } });
      await next.upUnchanged();
      setConfig(sandbox, { 'api:domain': existing });
      await sandbox.upUnchanged();
    });
    expect(moved).toEqual([]);

    await sandbox.pulumi(DESTROY);
    expect(trusted()).toEqual({ '/v2': 'https://next.eu.auth0.com/' });
    await next.upUnchanged();
  });
});
