import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { valueOf } from './standin/services.ts';
import { selectOwnStack } from './support/contracts.ts';
import type { Ended } from './support/cli.ts';
import { Sandbox } from './support/sandbox.ts';

const API = 'auth0:index/resourceServer:ResourceServer';
const CREDENTIALS = 'auth0:index/clientCredentials:ClientCredentials';
const sandbox = new Sandbox();
beforeAll(() => selectOwnStack(sandbox));

const lifetimes = (): unknown[] => sandbox.values(API, 'tokenLifetime');
const limited = (): number => sandbox.services.entries.filter(({ what }) => what === 'limited').length;

describe('npm run up -- --yes', () => {
  it('npm run up brings up a new stack, and names the missing scope if Auth0 shows no secret', async () => {
    const { code, text } = await sandbox.npmRunUp([], { hideSecrets: true });
    expect(code).not.toBe(0);
    expect(text).not.toContain('Refreshing the stack');
    expect(text).toContain('Auth0 returned no secret for the client test');
    expect(text).toContain('read:client_keys');
    // The doctor examines the selected stack.
    expect(text).toMatch(/npm run doctor:\n[^]*Stack dev\n[^]*ok +Auth0 tenant: acme\.eu\.auth0\.com\n/);
  });

  it('npm run up reads the secret once the scope is granted, because it refreshes after the failure', async () => {
    const { code, text } = await sandbox.npmRunUp();
    expect(text).toContain('Refreshing the stack before the update: an update failed');
    expect(code).toBe(0);
    const { stdout } = await sandbox.begin(['stack', 'output', '--json', '--show-secrets']).ended;
    const [credentials] = sandbox.resources(CREDENTIALS);
    const secret = credentials && (valueOf(credentials, 'clientSecret') as string);
    expect(secret).toMatch(/^[A-Za-z0-9]{64}$/);
    expect(JSON.parse(stdout)).toMatchObject({ clientSecrets: { test: secret } });
  });

  it('npm run up waits while Auth0 answers 429, and passes --refresh, --config and --parallel to its preview', async () => {
    const [api] = sandbox.resources(API);
    if (api === undefined) throw new Error('there is no API');
    // Changed by hand at the dashboard: only a refresh sees it.
    const resource = { ...api, inputs: { ...api.inputs, tokenLifetime: 86_400 } };
    sandbox.services.record({ what: 'updated', urn: '', resource });
    const options = ['--refresh', '--config', 'api:logRetention=90', '--parallel', '2'];
    const { code, text } = await sandbox.npmRunUp(options, { limit: 2 });
    if (code !== 0) throw new Error(text);
    expect(limited()).toBeGreaterThan(0);
    expect(lifetimes()).toEqual([3600]);
    expect(sandbox.project.read('Pulumi.dev.yaml')).toContain('api:logRetention');
    await sandbox.upUnchanged();
  });

  it.each([
    { phase: 'the preview', turn: 1, says: 'so nothing was deployed' },
    { phase: 'the update', turn: 2, says: 'delete is not allowed by the plan' },
  ])(
    'npm run up deletes nothing when the process that finds the entry file is killed in $phase',
    async ({ turn, says }) => {
      const before = sandbox.services.entries.length;
      const { code, text } = await upWithDyingFinder(turn);
      expect(text).toContain(says);
      expect(code).not.toBe(0);
      expect(sandbox.changes(before)).toEqual([]);
    },
  );

  it('npm run up succeeds after the process that finds the entry file was killed', async () => {
    expect((await sandbox.npmRunUp()).code).toBe(0);
    await sandbox.upUnchanged();
  });

  it('npm run up refuses to delete more than half of the stack, and says how to allow it without a terminal', async () => {
    const program = sandbox.project.read('index.ts');
    sandbox.project.write('index.ts', 'export default async () => ({});\n');
    const before = sandbox.services.entries.length;
    const { code, text } = await sandbox.npmRunUp();
    expect(code).not.toBe(0);
    const [, option = '', count = ''] =
      /or, without a terminal, npm run up -- --yes (--allow-deletions) (\d+)/.exec(text) ?? [];
    expect(Number(count)).toBeGreaterThan(15);
    expect(sandbox.changes(before)).toEqual([]);

    const fewer = await sandbox.npmRunUp([option, String(Number(count) - 1)]);
    expect(fewer.code).not.toBe(0);
    expect(sandbox.changes(before)).toEqual([]);
    expect((await sandbox.npmRunUp([option, count])).code).toBe(0);
    expect(sandbox.changes(before).filter(({ what }) => what === 'deleted').length).toBeGreaterThan(15);
    sandbox.project.write('index.ts', program);
  });
});

/** Runs `npm run up` with a `node` that dies as the process of this turn that finds the entry file: an evaluation has one. */
async function upWithDyingFinder(turn: number): Promise<Ended> {
  const finders = join(sandbox.project.path, 'finders');
  rmSync(finders, { force: true });
  // The policy pack's process is another.
  sandbox.addCommand(
    'node',
    `case "$*" in *"cmd/run')"*)
  echo >> "${finders}"
  if [ "$(wc -l < "${finders}")" -eq ${turn} ]; then kill -9 $$; fi
esac
exec "${process.execPath}" "$@"`,
  );
  const ended = await sandbox.npmRunUp();
  expect(sandbox.project.read('finders').length).toBeGreaterThanOrEqual(turn);
  sandbox.addCommand('node', `exec "${process.execPath}" "$@"`);
  return ended;
}
