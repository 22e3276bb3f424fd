import { beforeAll, describe, expect, it } from 'vitest';
import { selectOwnStack, setConfig, upWith } from './support/contracts.ts';
import { Sandbox, UP } from './support/sandbox.ts';

const DOMAIN = { name: 'api.example.com', hostedZoneId: 'Z0123456789ABCDEFGHIJ' };
/** As docs/domains.md has them, for a live API that gets a domain of its own. */
const TARGETS = ['acm', 'route53', 'apigatewayv2/domainName', 'apigatewayv2/apiMapping'].flatMap((part) => [
  '--target',
  `**:${part}**`,
]);

const sandbox = new Sandbox();
beforeAll(() => selectOwnStack(sandbox));

describe('The address of an API', () => {
  it('A live API gets its domain first, and loses its old address with the next up', async () => {
    await upWith(sandbox, {});
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
