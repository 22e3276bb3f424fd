import { afterAll, beforeAll, expect, it } from 'vitest';
import { isChange, ofType, valueOf } from './standin/world.ts';
import { selectOwnStack, setConfig } from './support/contracts.ts';
import { Sandbox, UP } from './support/sandbox.ts';

/** As docs/options.md has them, for a live API that gets a domain of its own. */
const TARGETS = ['acm', 'route53', 'apigatewayv2/domainName', 'apigatewayv2/apiMapping'].flatMap((part) => [
  '--target',
  `**:${part}**`,
]);

const sandbox = new Sandbox();
beforeAll(async () => selectOwnStack(sandbox));
afterAll(() => sandbox.remove());

const oldAddressIsOff = (): unknown => {
  const [api] = ofType(sandbox.world.things, 'aws:apigatewayv2/api:Api');
  return api && valueOf(api, 'disableExecuteApiEndpoint');
};

it('A live API gets its domain first, and loses its old address with the next up', async () => {
  await sandbox.up();
  setConfig(sandbox, { 'api:domain': { name: 'api.example.com', hostedZoneId: 'Z0123456789ABCDEFGHIJ' } });
  const before = sandbox.world.entries.length;

  await sandbox.pulumi([...UP, ...TARGETS]);
  const done = sandbox.world.entries.slice(before).filter(isChange);
  expect(done.map(({ what, thing }) => `${what} ${thing.type.split(':').at(-1) ?? ''}`).toSorted()).toEqual([
    'created ApiMapping',
    'created Certificate',
    'created CertificateValidation',
    'created DomainName',
    'created Record',
    'created Record',
  ]);
  expect(oldAddressIsOff()).not.toBe(true);

  await sandbox.up();
  expect(oldAddressIsOff()).toBe(true);
  await sandbox.upUnchanged();
});
