import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isChange } from './standin/world.ts';
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
