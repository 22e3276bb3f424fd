import { beforeAll, describe, expect, it } from 'vitest';
import { valueOf } from './standin/services.ts';
import { CONTRACT, PRODUCTION, selectOwnStack, setConfig, writeContract } from './support/contracts.ts';
import { violationsIn } from './support/state.ts';
import { DESTROY, Sandbox } from './support/sandbox.ts';

const CLIENT = 'auth0:index/client:Client';
const DATABASE = 'Username-Password-Authentication';
const CALLBACK = 'http://localhost:5173';
const web = (values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => ({
  name: 'web',
  callbacks: [CALLBACK],
  grants: ['authorization_code', 'refresh_token'],
  ...values,
});
const SPA = web({ type: 'spa', origins: [CALLBACK] });
const PARTNER = {
  ...web({ type: 'web', party: 'third', permissions: ['read:user'] }),
  name: 'partner',
  callbacks: ['https://partner.acme.io/callback'],
};
const BEFORE = {
  'api:passwordGrant': 'forbid',
  'api:defaultDirectory': false,
  'api:clients': [SPA, PARTNER],
};

const sandbox = new Sandbox();
beforeAll(async () => {
  await selectOwnStack(sandbox);
  writeContract(sandbox, { ...CONTRACT, claims: { 'https://api.example.com/roles': 'user.roles' } });
  setConfig(sandbox, BEFORE);
  await sandbox.up();
});

/** What an update changed in the services, sorted. */
const changesOfUp = async (): Promise<string[]> => (await sandbox.changesBy(() => sandbox.up())).toSorted();

const client = (name: string) =>
  sandbox.resources(CLIENT).find((resource) => valueOf(resource, 'name') === `${name} (dev)`);

describe('A stack with user logins', () => {
  it('A stack with user logins comes up, satisfies the rules, and has no change in a second up', async () => {
    expect(await violationsIn(sandbox)).toEqual([]);
    await sandbox.upUnchanged();
  });

  it('A client keeps its id when it gets another callback', async () => {
    const id = client('web')?.id;
    const callbacks = [CALLBACK, 'https://web.acme.io/callback'];
    setConfig(sandbox, { 'api:clients': [{ ...SPA, callbacks }, PARTNER] });
    expect(await changesOfUp()).toEqual(['updated Client']);
    expect(client('web')).toMatchObject({ id, inputs: { callbacks } });
    await sandbox.upUnchanged();
  });

  it('The preview shows that a client of another type is replaced and gets another id', async () => {
    const id = client('web')?.id;
    setConfig(sandbox, { 'api:clients': [web({ type: 'native' }), PARTNER] });
    const { text } = await sandbox.pulumi(['preview', '--suppress-progress']);
    expect(text).toMatch(/auth0:index:Client +auth0-web +replace/);
    await sandbox.up();
    expect(client('web')?.id).not.toBe(id);
    await sandbox.upUnchanged();
  });

  it('In production another client type is rejected before anything changes', async () => {
    const development = sandbox.project.read('Pulumi.dev.yaml');
    setConfig(sandbox, {
      ...PRODUCTION,
      'api:testUser': undefined,
      'api:clients': [web({ type: 'native', callbacks: ['https://web.acme.io/'] }), PARTNER],
    });
    await sandbox.up();
    setConfig(sandbox, { 'api:clients': [web({ type: 'web', callbacks: ['https://web.acme.io/'] }), PARTNER] });
    const { code, text } = await sandbox.attempt(['preview', '--suppress-progress']);
    expect(code).not.toBe(0);
    expect(text).toContain('protect');
    sandbox.project.write('Pulumi.dev.yaml', development);
    // The next test uses an existing database, in which the program has no user.
    setConfig(sandbox, { ...BEFORE, 'api:testUser': undefined });
    await sandbox.up();
  });

  it('Users move to an existing connection, which gets one resource for each client', async () => {
    setConfig(sandbox, { ...BEFORE, 'api:clients': [SPA], 'api:connections': [DATABASE] });
    const changes = await changesOfUp();
    expect(changes).toEqual(expect.arrayContaining(['created ConnectionClient', 'deleted Connection']));
    await sandbox.upUnchanged();
  });

  it('A contract that loses its claims loses first the binding and then the Action', async () => {
    writeContract(sandbox, CONTRACT);
    expect(await changesOfUp()).toEqual(['deleted Action', 'deleted TriggerAction']);
    await sandbox.upUnchanged();
  });

  it('Destroying a stack with user logins leaves nothing behind', async () => {
    await sandbox.pulumi(DESTROY);
    const left = [...sandbox.services.resources.values()].filter(({ type }) => type.startsWith('auth0:'));
    expect(left.map(({ type }) => type)).toEqual([]);
  });
});
