import { expect, it } from 'vitest';
import { folderWith } from '../../../../tests/support/folder.ts';
import { ROOT } from '../../../../tests/support/project.ts';
import { commandLine } from '../../../src/common/command-line.ts';

it('A message names the npm script that runs a command in this repository', () => {
  expect(commandLine('twin start', ROOT, '--stack', 'dev')).toBe('npm start -- --stack dev');
  expect(commandLine('twin access', ROOT)).toBe('npm run access');
  expect(commandLine('twin token', ROOT, '--as', 'a')).toBe('npm run -s token -- --as a');
  expect(commandLine('pulumi up', ROOT, '--stack', 'dev')).toBe('npm run up -- --stack dev');
});

it.each([
  '{"scripts":{"start":"node server.js","up":"docker compose up","access":"x"}}',
  '{"scripts":1}',
  '{}',
  '',
  '1',
])('A message names npx and pulumi in a folder whose package.json is %s', (text) => {
  const root = folderWith({ 'package.json': text });
  expect(commandLine('twin start', root, '--stack', 'dev')).toBe('npx --no twin start --stack dev');
  expect(commandLine('twin access', root)).toBe('npx --no twin access');
  expect(commandLine('pulumi up', root, '--stack', 'dev')).toBe('pulumi up --stack dev');
});
