import { beforeAll, describe, expect, it } from 'vitest';
import { CLIENT, CONTRACT, HANDLER, selectOwnStack, setConfig, writeContract } from './support/contracts.ts';
import { Sandbox } from './support/sandbox.ts';

const sandbox = new Sandbox();

beforeAll(async () => {
  await selectOwnStack(sandbox);
  await sandbox.up();
});

/** Gives the one handler and the one client another name. Returns what the update changed in the services. */
async function rename(name: string, formerly?: string): Promise<string[]> {
  const former = formerly === undefined ? {} : { formerly };
  const routes = Object.entries(CONTRACT.routes).map(([key, route]) => [key, { ...route, handler: name }]);
  writeContract(sandbox, {
    ...CONTRACT,
    handlers: { [name]: { ...HANDLER, ...former } },
    routes: Object.fromEntries(routes) as typeof CONTRACT.routes,
  });
  setConfig(sandbox, { 'api:clients': [{ ...CLIENT, name, ...former }] });
  return sandbox.changesBy(() => sandbox.up());
}

// twin/tests/unit/report/since.test.ts has what the access report says of these.
describe('A renamed handler and client', () => {
  it('A handler and client renamed with formerly keep their resources', async () => {
    const existing = [...sandbox.services.resources.keys()].toSorted();
    expect(await rename('renamed', 'test')).toEqual(['updated Client']);
    expect([...sandbox.services.resources.keys()].toSorted()).toEqual(existing);
  });

  it('A renamed handler and client keep their resources when formerly is removed', async () => {
    expect(await rename('renamed')).toEqual([]);
  });

  it('A handler and client renamed without formerly are replaced, with log and secret', async () => {
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
