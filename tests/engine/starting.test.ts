import { readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { folderWith } from '../support/folder.ts';
import { ROOT } from '../support/project.ts';
import { Sandbox, UP } from './support/sandbox.ts';

let sandbox: Sandbox;
beforeAll(() => {
  sandbox = new Sandbox();
  // A template has no packages: `pulumi new` installs them, here by a link to those of this project.
  unlinkSync(join(sandbox.project.path, 'node_modules'));
  const packages = fileURLToPath(new URL('node_modules', ROOT));
  sandbox.addCommand('npm', `[ "$1" = install ] && ln -s "${packages}" node_modules\nexit 0`);
});

it('pulumi new makes a project that comes up, with its answers written into the stack file', async () => {
  const folder = fileURLToPath(folderWith({}));
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
  const answers = { 'auth0:domain': 'acme.eu.auth0.com', 'api:audience': 'https://api.acme.example' };
  const config = Object.entries(answers).flatMap(([key, value]) => ['--config', `${key}=${value}`]);
  const named = ['--name', 'orders', '--description', 'Orders', '--stack', 'dev'];
  const options = [...named, ...config];
  const template = sandbox.project.path;
  const { code, text: printed } = await sandbox.attempt(['new', template, '--dir', folder, '--yes', ...options]);
  // Its last step downloads the providers' plugins, whatever is on the PATH: nothing does that here.
  if (code !== 0)
    expect(printed).toMatch(/Finished installing dependencies[^]*installing packages: failed to download/);

  expect(parse(read('Pulumi.yaml'))).toMatchObject({ name: 'orders', description: 'Orders' });
  const text = read('Pulumi.dev.yaml');
  expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./docs/stack-file.schema.json');
  // The template's own defaults.
  const defaults = { 'aws:region': 'eu-central-1', 'api:defaultDirectory': 'false' };
  expect(parse(text)).toMatchObject({ config: { ...answers, ...defaults } });

  await sandbox.pulumi([...UP, '-C', folder]);
  const { stdout } = await sandbox.pulumi(['stack', 'output', '--json', '-C', folder]);
  expect(JSON.parse(stdout)).toMatchObject({
    audience: 'https://api.acme.example',
    issuer: 'https://acme.eu.auth0.com/',
  });
});
