import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENT, CONTRACT, HANDLER, selectOwnStack, setConfig, writeContract } from './support/contracts.ts';
import { changesSince } from './support/interruption.ts';
import { Sandbox } from './support/sandbox.ts';

const sandbox = new Sandbox();

beforeAll(async () => {
  await selectOwnStack(sandbox);
  await sandbox.up();
});
afterAll(() => sandbox.remove());

/** Calls the one handler and the one client something else; says what that changed in the clouds. */
async function rename(name: string, formerly?: string): Promise<string[]> {
  const before = sandbox.world.entries.length;
  const former = formerly === undefined ? {} : { formerly };
  const routes = Object.entries(CONTRACT.routes).map(([key, route]) => [key, { ...route, handler: name }]);
  writeContract(sandbox, {
    ...CONTRACT,
    handlers: { [name]: { ...HANDLER, ...former } },
    routes: Object.fromEntries(routes) as typeof CONTRACT.routes,
  });
  setConfig(sandbox, { 'api:clients': [{ ...CLIENT, name, ...former }] });
  await sandbox.up();
  return changesSince(sandbox, before).map(({ what, thing }) => `${what} ${thing.type.split(':').at(-1) ?? ''}`);
}

describe('A handler and a client that are renamed', () => {
  it('with their former name stay what they are; only what Auth0 calls the client is changed', async () => {
    const existing = [...sandbox.world.things.keys()].toSorted();
    expect(await rename('renamed', 'test')).toEqual(['updated Client']);
    expect([...sandbox.world.things.keys()].toSorted()).toEqual(existing);
  });

  it('stay so when the former name is taken out again', async () => {
    expect(await rename('renamed')).toEqual([]);
  });

  it('without it are created anew, and those that were go, log and secret included', async () => {
    const changes = await rename('other');
    const replaced = [
      'Client',
      'ClientCredentials',
      'ClientGrant',
      'Function',
      'Integration',
      'LogGroup',
      'Permission',
      'Role',
      'RolePolicy',
    ];
    for (const kind of replaced)
      expect(changes).toEqual(expect.arrayContaining([`created ${kind}`, `deleted ${kind}`]));
  });
});
