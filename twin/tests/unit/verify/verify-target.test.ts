import { chmodSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { choiceOf } from '../../../src/cli/verify.ts';
import { namedTarget, twinTarget, type Choice } from '../../../src/verify/target.ts';
import { startTestTwin, type TestTwin } from '../../support/twin.ts';

let twin: TestTwin;
beforeAll(async () => {
  twin = await startTestTwin();
});
afterAll(() => twin.end());

const choice = (change: Partial<Choice> = {}): Choice => {
  return { root: twin.project.root, stack: 'dev', from: 'twin', config: {}, forwards: new Map(), ...change };
};
const fromFile = (text: string): Promise<unknown> => {
  twin.project.write('outputs.json', text);
  return namedTarget(choice({ from: { file: `${twin.project.path}/outputs.json` } }));
};

describe('The system to verify', () => {
  it.each([
    [{}, { stack: 'dev', from: 'twin' }],
    [{ twin: 'prod' }, { stack: 'prod', from: 'twin' }],
    [{ stack: 'prod' }, { stack: 'prod', from: 'deployed' }],
    [{ outputs: 'x.json' }, { stack: 'dev', from: { file: 'x.json' } }],
    [
      { outputs: 'x.json', stack: 'prod' },
      { stack: 'prod', from: { file: 'x.json' } },
    ],
  ])('is by %j: %j', (options, expected) => {
    expect(choiceOf(options, {}, '')).toMatchObject(expected);
  });

  it('is no deployed one with a local backend', () => {
    const forwards = new Map([['GET /x', new URL('http://127.0.0.1:1')]]);
    expect(choiceOf({}, {}, '', forwards)).toMatchObject({ from: 'twin', forwards });
    for (const named of [{ stack: 'dev' }, { outputs: 'x' }])
      expect(() => choiceOf(named, {}, 'usage', forwards)).toThrow('--forward is for a twin');
  });

  it('is one only', () => {
    expect(() => choiceOf({ twin: 'dev', stack: 'dev' }, {}, 'usage')).toThrow('choose one');
    expect(() => choiceOf({ twin: 'dev', outputs: 'x' }, {}, 'usage')).toThrow('choose one');
  });

  it.each([
    ['{}', 'it is not deployed. Deploy it with npm run up -- --stack dev'],
    ['<html>', 'has no outputs in JSON'],
    ['[]', 'has no outputs: it is not deployed'],
    ['{"apiUrl":"hush"}', 'missing or wrong: apiUrl, issuer, tokenUrl, audience, clientIds, clientSecrets'],
  ])('has outputs of its own: %s is refused', async (text, says) => {
    await expect(fromFile(text)).rejects.toThrow(says);
    await expect(fromFile(text)).rejects.not.toThrow('hush');
  });

  it('is the running twin, where that serves what the checkout declares', async () => {
    const { graph } = JSON.parse(twin.project.read('.twin/dev/run.json')) as { graph: string };
    expect(await twinTarget(choice(), graph)).toMatchObject({
      name: 'the running twin of dev',
      outputs: { apiUrl: twin.apiUrl },
      local: true,
      forwarded: [],
    });
    const forwards = new Map([['GET /x', new URL('http://127.0.0.1:1')]]);
    await expect(twinTarget(choice({ forwards }), graph)).rejects.toThrow(
      'running already: give --forward to its npm start',
    );
  });

  it('is no twin without a tenant: the one that its program names is real, and is sent nothing', async () => {
    const alone = await startTestTwin({ withTenant: false });
    onTestFinished(() => alone.end());
    const { graph } = JSON.parse(alone.project.read('.twin/dev/run.json')) as { graph: string };
    await expect(twinTarget(choice({ root: alone.project.root }), graph)).rejects.toThrow('started with --no-tenant');
    const file = `${alone.project.path}/.twin/dev/outputs.json`;
    await expect(namedTarget(choice({ from: { file } }))).rejects.toThrow('missing or wrong: tokenUrl');
  });

  it('is no running twin of something else', async () => {
    await expect(twinTarget(choice(), 'another')).rejects.toThrow(
      'The running twin of dev serves something else than this checkout declares.',
    );
  });

  it('is no deployed stack where there is no pulumi, or where pulumi knows none', async () => {
    const { PATH } = process.env;
    process.env['PATH'] = twin.project.path;
    try {
      await expect(namedTarget(choice({ from: 'deployed' }))).rejects.toThrow(
        'pulumi is not on the path: install its CLI',
      );
      twin.project.write('pulumi', '#!/bin/sh\necho "error: no stack named \'dev\' found" >&2\nexit 255\n');
      chmodSync(`${twin.project.path}/pulumi`, 0o755);
      await expect(namedTarget(choice({ from: 'deployed' }))).rejects.toThrow(
        "Pulumi gave no outputs of the stack dev: error: no stack named 'dev' found",
      );
    } finally {
      process.env['PATH'] = PATH;
    }
  });
});
