import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isChange, ofType, valueOf } from './standin/world.ts';
import { CONTRACT, PRODUCTION, selectOwnStack, setConfig, writeContract } from './support/contracts.ts';
import { judged } from './support/judged.ts';
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
afterAll(() => sandbox.remove());

/** What a change did to the clouds, by the last words of the types. */
async function changesOf(act: () => Promise<unknown>): Promise<string[]> {
  const since = sandbox.world.entries.length;
  await act();
  const done = sandbox.world.entries.slice(since).filter(isChange);
  return done.map(({ what, thing }) => `${what} ${thing.type.split(':').at(-1) ?? ''}`).toSorted();
}

const client = (name: string) =>
  ofType(sandbox.world.things, CLIENT).find((thing) => valueOf(thing, 'name') === `${name} (dev)`);

describe('A stack with user logins', () => {
  it('A stack with user logins comes up, satisfies the rules, and has no change in a second up', async () => {
    const counts = [
      'connection:Connection',
      'action:Action',
      'triggerAction:TriggerAction',
      'clientGrant:ClientGrant',
    ].map((type) => ofType(sandbox.world.things, `auth0:index/${type}`).length);
    expect(counts).toEqual([1, 1, 1, 1]);
    const methods = ofType(sandbox.world.things, 'auth0:index/clientCredentials:ClientCredentials').map((thing) =>
      valueOf(thing, 'authenticationMethod'),
    );
    expect(methods.map(String).toSorted()).toEqual(['client_secret_post', 'none']);
    expect(await judged(sandbox)).toEqual([]);
    await sandbox.upUnchanged();
  });

  it('A client keeps its id when it gets another callback', async () => {
    const id = client('web')?.id;
    const callbacks = [CALLBACK, 'https://web.acme.io/callback'];
    setConfig(sandbox, { 'api:clients': [{ ...SPA, callbacks }, PARTNER] });
    expect(await changesOf(() => sandbox.up())).toEqual(['updated Client']);
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
    const changes = await changesOf(() => sandbox.up());
    expect(changes).toEqual(expect.arrayContaining(['created ConnectionClient', 'deleted Connection']));
    await sandbox.upUnchanged();
  });

  it('A contract that loses its claims loses first the binding and then the Action', async () => {
    writeContract(sandbox, CONTRACT);
    expect(await changesOf(() => sandbox.up())).toEqual(['deleted Action', 'deleted TriggerAction']);
    await sandbox.upUnchanged();
  });

  it('Destroying a stack with user logins leaves nothing behind', async () => {
    await sandbox.pulumi(DESTROY);
    const left = [...sandbox.world.things.values()].filter(({ type }) => type.startsWith('auth0:'));
    expect(left.map(({ type }) => type)).toEqual([]);
  });
});
