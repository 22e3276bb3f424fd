import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { changeNames } from './standin/services.ts';
import { CLIENT, PRODUCTION, selectOwnStack, setConfig } from './support/contracts.ts';
import { REFRESH } from './support/interruption.ts';
import { violationsIn } from './support/state.ts';
import { Sandbox } from './support/sandbox.ts';

const run = promisify(execFile);
const sandbox = new Sandbox();
const MACHINE = { ...CLIENT, grants: ['client_credentials'] };

const changesSince = (entry: number): string[] => changeNames(sandbox.changes(entry));

interface StackFile {
  readonly config: { readonly 'api:clients': readonly object[] };
}

interface Secrets {
  readonly clientSecrets: Readonly<Record<string, string>>;
  readonly nextClientSecrets: Readonly<Record<string, string>>;
}

/** `npm run rotate`, but for the type check. */
async function rotate(client: string): Promise<{ text: string }> {
  const args = ['commands/rotate/main.ts', '--stack', 'dev', '--client', client, '--yes'];
  const options = { cwd: sandbox.project.path, env: sandbox.environment() };
  const { stdout, stderr } = await run(process.execPath, args, options).catch((error: unknown) => {
    return error as { stdout: string; stderr: string };
  });
  return { text: stdout + stderr };
}

/** The secrets that the stack puts out; what is printed here must not count as printed by an `up`. */
async function secrets(): Promise<{ now: string | undefined; next: string | undefined }> {
  const { stdout } = await sandbox.begin(['stack', 'output', '--json', '--show-secrets']).ended;
  const { clientSecrets, nextClientSecrets } = JSON.parse(stdout) as Secrets;
  return { now: clientSecrets['test'], next: nextClientSecrets['test'] };
}

beforeAll(async () => {
  await selectOwnStack(sandbox);
  setConfig(sandbox, {
    'api:passwordGrant': undefined,
    'api:defaultDirectory': undefined,
    'api:testUser': undefined,
    'api:userAccess': 'deny',
    'api:clients': [
      { ...MACHINE, secretVersion: 0, tokenQuota: { perDay: 100 } },
      { ...MACHINE, name: 'partner', party: 'third' },
    ],
  });
  await sandbox.up();
});

describe('The callers of a stack', () => {
  it('One command rotates a client’s secret to the one that nextClientSecrets showed before', async () => {
    const before = await secrets();
    const since = sandbox.services.entries.length;
    const { text } = await rotate('test');
    expect(changesSince(since)).toEqual(['created RandomPassword', 'updated ClientCredentials']);
    const after = await secrets();
    expect(after.now).toBe(before.next);
    expect(new Set([before.now, after.now, after.next]).size).toBe(3);
    expect(text).toContain('The secret of test is now the one that nextClientSecrets had.');
    for (const secret of sandbox.secrets()) expect(text).not.toContain(secret);
    await sandbox.upUnchanged();
  });

  it('A refresh keeps the client secrets, and the next up finds no change', async () => {
    const before = await secrets();
    const since = sandbox.services.entries.length;
    await sandbox.pulumi([...REFRESH, '--expect-no-changes']);
    await sandbox.upUnchanged();
    expect(changesSince(since)).toEqual([]);
    expect(await secrets()).toEqual(before);
  });

  it('A second rotation deletes the secret that is no longer in use, and nothing else', async () => {
    const before = await secrets();
    const since = sandbox.services.entries.length;
    await rotate('test');
    expect(changesSince(since)).toEqual([
      'created RandomPassword',
      'updated ClientCredentials',
      'deleted RandomPassword',
    ]);
    const after = await secrets();
    expect(after.now).toBe(before.next);
    expect([before.now, before.next]).not.toContain(after.next);
    await sandbox.pulumi([...REFRESH, '--expect-no-changes']);
    await sandbox.upUnchanged();
    expect(await secrets()).toEqual(after);
  });

  it('A client’s secret is never rotated to one that was not shown before', async () => {
    const file = sandbox.project.read('Pulumi.dev.yaml');
    sandbox.project.edit('Pulumi.dev.yaml', 'secretVersion: 2', 'secretVersion: 3');
    const since = sandbox.services.entries.length;
    const { text } = await rotate('test');
    expect(text).toContain('has secretVersion 3 for test, but the deployed stack has 2. Run npm run up first');
    expect((await rotate('partner')).text).toContain('the client partner has no secretVersion');
    expect(changesSince(since)).toEqual([]);
    sandbox.project.write('Pulumi.dev.yaml', file);
  });

  it('A client that changes its party is replaced, since Auth0 cannot change it', async () => {
    const since = sandbox.services.entries.length;
    sandbox.project.edit('Pulumi.dev.yaml', 'party: third', 'party: first');
    await sandbox.up();
    expect(changesSince(since)).toEqual(expect.arrayContaining(['created Client', 'deleted Client']));
    await sandbox.upUnchanged();
  });

  it('A client leaves production only after the protection of its three resources is removed', async () => {
    setConfig(sandbox, PRODUCTION);
    await sandbox.up();
    const [first] = (parse(sandbox.project.read('Pulumi.dev.yaml')) as StackFile).config['api:clients'];
    setConfig(sandbox, { 'api:clients': [first] });
    const preview = await sandbox.attempt(['preview', '--suppress-progress']);
    expect(preview.code).not.toBe(0);
    expect(preview.text).toContain('it is protected');
    await sandbox.runDocumented('operations.md', 'auth0-shop', 'auth0-partner');
    const since = sandbox.services.entries.length;
    await sandbox.up();
    expect(changesSince(since).toSorted()).toEqual([
      'deleted Client',
      'deleted ClientCredentials',
      'deleted ClientGrant',
    ]);
    await sandbox.upUnchanged();
  });

  it('The state that the engine recorded satisfies every rule', async () => {
    expect(await violationsIn(sandbox)).toEqual([]);
  });
});
