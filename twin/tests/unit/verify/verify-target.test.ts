import { chmodSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { open } from '../../../src/verify/open.ts';
import { targetOf, type SystemOptions } from '../../../src/verify/target.ts';
import { evaluateHere } from '../../../../tests/support/evaluate.ts';
import { parsed } from '../../support/cli.ts';
import { startTestTwin } from '../../support/twin.ts';

const twin = await startTestTwin();

const options = (change: Partial<SystemOptions> = {}): SystemOptions => ({ stack: 'dev', ...change });
const fromFile = (text: string): Promise<unknown> => {
  twin.project.write('outputs.json', text);
  return targetOf(options({ outputs: `${twin.project.path}/outputs.json` }), twin.project.root);
};

it('verify rejects --deployed together with --outputs', async () => {
  await expect(parsed('verify', ['--deployed', '--outputs', 'x.json'])).rejects.toThrow('cannot be used with');
});

it.each([
  ['{}', 'it is not deployed. Deploy it with npm run up -- --stack dev'],
  ['<html>', 'has no outputs in JSON'],
  ['[]', 'has no outputs: it is not deployed'],
  ['{"apiUrl":"hush"}', 'missing or wrong: apiUrl, issuer, tokenUrl, audience, clientIds, clientSecrets'],
])('verify rejects the outputs %s', async (text, says) => {
  await expect(fromFile(text)).rejects.toThrow(says);
  await expect(fromFile(text)).rejects.not.toThrow('hush');
});

it('verify uses the running twin, with a hash of what it serves', async () => {
  const { graph } = JSON.parse(twin.project.read('.twin/dev/run.json')) as { graph: string };
  expect(await targetOf(options(), twin.project.root)).toMatchObject({
    name: 'the running twin of stack dev',
    outputs: { apiUrl: twin.apiUrl },
    local: true,
    forwarded: [],
    graph,
  });
});

it('verify does not use a twin that has ended, even if its run.json is left', async () => {
  for (const run of ['{"pid":999999999}', '{"pid":0}', 'damaged']) {
    twin.project.write('.twin/prod/run.json', run);
    await expect(targetOf(options({ stack: 'prod' }), twin.project.root)).rejects.toThrow(
      'No twin of stack prod is running.',
    );
  }
});

it('verify rejects a twin without a tenant, and sends nothing to the real tenant of its program', async () => {
  const alone = await startTestTwin({ withTenant: false });
  onTestFinished(() => alone.end());
  await expect(targetOf(options(), alone.project.root)).rejects.toThrow('runs with --no-tenant');
  const outputs = `${alone.project.path}/.twin/dev/outputs.json`;
  await expect(targetOf(options({ outputs }), alone.project.root)).rejects.toThrow('missing or wrong: tokenUrl');
});

it('verify rejects a running twin that does not serve this checkout', async () => {
  const config = { 'api:audience': 'https://another.example.com' };
  await expect(open(options({ config }), twin.project.root, evaluateHere)).rejects.toThrow(
    'The running twin of stack dev does not serve what this checkout declares.',
  );
});

it('verify --deployed fails if there is no Pulumi CLI, or if it knows no such stack', async () => {
  const { PATH } = process.env;
  process.env['PATH'] = twin.project.path;
  try {
    await expect(targetOf(options({ deployed: true }), twin.project.root)).rejects.toThrow(
      'pulumi is not on the path: install its CLI',
    );
    twin.project.write('pulumi', '#!/bin/sh\necho "error: no stack named \'dev\' found" >&2\nexit 255\n');
    chmodSync(`${twin.project.path}/pulumi`, 0o755);
    await expect(targetOf(options({ deployed: true }), twin.project.root)).rejects.toThrow(
      "Pulumi returned no outputs of the stack dev: error: no stack named 'dev' found",
    );
  } finally {
    process.env['PATH'] = PATH;
  }
});
