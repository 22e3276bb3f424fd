import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { twinHere } from '../support/cli.ts';
import { gitIn } from '../../../tests/support/git.ts';
import { copyProject, type ProjectCopy } from '../../../tests/support/project.ts';

let project: ProjectCopy;
beforeEach(() => {
  project = copyProject();
  // Each evaluation is a process of its own: two stacks are enough.
  rmSync(join(project.path, 'Pulumi.staging.yaml'));
});
afterEach(() => project.remove());

const access = (...args: string[]): ReturnType<typeof twinHere> => twinHere(project, 'access', ...args);

const git = (...args: string[]): string => gitIn(project.path)(...args);

it.each([
  [['--chekc'], "unknown option '--chekc'\n(Did you mean --check?)"],
  [['--since', 'main', '--check'], "option '--since <revision>' cannot be used with option '--check'"],
  [['--markdown'], '--markdown needs --since.'],
  [['--config', 'api:audience=https://x.example'], '--config needs --stack'],
])('npm run access -- %j is rejected with a clear message', async (args, message) => {
  const { code, text } = await access(...args);
  expect(code).toBe(1);
  expect(text).toContain(message);
  expect(text).not.toMatch(/\n\s+at /);
});

it('twin access in a folder without Pulumi.yaml says so, and names --cwd', async () => {
  rmSync(join(project.path, 'Pulumi.yaml'));
  for (const file of ['Pulumi.dev.yaml', 'Pulumi.prod.yaml']) rmSync(join(project.path, file));
  const { code, text } = await access();
  expect(code).toBe(1);
  expect(text).toMatch(/ has no Pulumi\.yaml; pass the folder of a Pulumi program with --cwd\n$/);
});

it('npm run access reports the errors of every stack file at once, and writes nothing', async () => {
  for (const stack of ['dev', 'prod']) project.edit(`Pulumi.${stack}.yaml`, 'tokenLifetime: 3600', 'tokenLifetime: 1');
  const { code, text } = await access();
  expect(code).toBe(1);
  expect(text).toMatch(/Pulumi.dev.yaml:\d+, api:tokenLifetime/);
  expect(text).toMatch(/Pulumi.prod.yaml:\d+, api:tokenLifetime/);
  expect(text).not.toMatch(/\n\s+at /);
  expect(() => project.read('access/dev.md')).toThrow('ENOENT');
});

it('npm run access writes the reports, finds stale ones, and says what a change gives, removes and adds', async () => {
  git('init', '-q', '-b', 'main');
  git('commit', '-q', '--allow-empty', '-m', 'before the reports');
  expect(await access()).toEqual({
    code: 0,
    text: ['dev.md', 'dev.json', 'prod.md', 'prod.json'].map((name) => `access/${name} is written.\n`).join(''),
  });
  git('add', 'access');
  git('commit', '-q', '-m', 'reports');
  git('rm', '-q', '--cached', 'access/dev.json');
  git('commit', '-q', '-m', 'without JSON');
  git('add', 'access');
  git('commit', '-q', '-m', 'with JSON again');
  rmSync(join(project.path, 'Pulumi.prod.yaml'));

  project.edit('Pulumi.dev.yaml', 'permissions: [read:user]', 'permissions: [read:user, write:user]');
  const outputs = 'outputs(contract, settings, tenant, api)';
  project.edit('index.ts', outputs, `{ ...${outputs}, apiToken: 'x' }`);
  const check = await access('--check');
  project.edit('index.ts', `{ ...${outputs}, apiToken: 'x' }`, outputs);
  expect(check.code).toBe(1);
  expect(check.text).toMatch(/^A rule does not hold in dev: the stack: secrets are marked: the output apiToken /);
  expect(check.text.split('\n').filter((line) => /^(---|\+\+\+) /.test(line))).toEqual([
    '--- a/access/dev.md',
    '+++ b/access/dev.md',
    '--- a/access/dev.json',
    '+++ b/access/dev.json',
    '--- a/access/prod.json',
    '+++ /dev/null',
    '--- a/access/prod.md',
    '+++ /dev/null',
  ]);
  expect(check.text).toContain('+| permissions |  | `read:user`, `write:user` | `read:user` |');
  expect(check.text).toContain('The committed reports are stale; run npm run access');

  expect(await access('--since', 'main')).toEqual({
    code: 0,
    text: `dev: client test-app gains 1 permission; prod: the stack is gone; nothing else changes

Stack dev, since main
  test-app (client_credentials)
    + gains the permission write:user

Stack prod, gone since main
`,
  });

  // One stack where one is asked for.
  const gone = await access('--since', 'main', '--stack', 'prod', '--markdown');
  expect(gone).toMatchObject({
    code: 0,
    text: expect.stringContaining('### Stack `prod`, gone since `main`') as string,
  });
  const fresh = await access('--since', 'HEAD~3', '--stack', 'dev');
  expect(fresh.text).toMatch(/^dev: the stack is new; nothing else changes\n\nStack dev, new since HEAD~3:/);
  const whole = await access('--since', 'HEAD~1', '--stack', 'dev');
  expect(whole.code).toBe(0);
  expect(whole.text).toMatch(
    /^dev: cannot be compared\n\nStack dev, without access\/<stack>\.json of this version at HEAD~1: all/,
  );
  expect(whole.text).toContain('+ gains GET /test (read:user)');
  const unknown = await access('--stack', 'dve');
  expect(unknown).toMatchObject({
    code: 1,
    text: expect.stringContaining('Pulumi.dve.yaml does not exist. Stacks in this folder: dev') as string,
  });
});
