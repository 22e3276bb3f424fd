import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { evaluate } from '../../../src/evaluate/program-process.ts';
import { reevaluation } from '../../../src/evaluate/reevaluation.ts';
import type { Recorded } from '../../../src/evaluate/recorded.ts';
import { readTwinConfig } from '../../../src/evaluate/twin-config.ts';
import { shown } from '../../../src/common/user-error.ts';
import { afterFile } from '../../../../tests/support/cleanup.ts';
import { folderWith } from '../../../../tests/support/folder.ts';
import { recordStack, refusal, root } from '../../../../tests/support/program.ts';
import { copyProject } from '../../../../tests/support/project.ts';

/** A program of these files beside a project file and the stack dev. */
function program(files: Readonly<Record<string, string>>, until?: Parameters<typeof folderWith>[1]): URL {
  const manifest = JSON.stringify({ type: 'module', main: 'index.ts' });
  const yaml = 'name: shop\nruntime: { name: nodejs, options: { typescript: false } }\n';
  const fixed = { 'Pulumi.yaml': yaml, 'Pulumi.dev.yaml': '', 'package.json': manifest };
  const folder = folderWith({ ...fixed, ...files }, until);
  symlinkSync(new URL('node_modules', root), new URL('node_modules', folder));
  return folder;
}

const of = (folder: URL) => ({ root: folder.href, stack: 'dev', config: {}, seed: 'a seed for tests' });

/** Waits until files are as old as if an editor had written them: a process does not wait with files that are newer. */
const aged = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 60));

it('An evaluation in a child process returns the same recording as one in this process', async () => {
  const copy = copyProject();
  // All but the bundled code and the hash over it, for the code names the file that it was bundled from; and the lines.
  const comparable = ({ hash: _hash, resources, ...rest }: Recorded) => ({
    ...rest,
    resources: resources.map(({ inputs: { code: _code, ...inputs }, source: _source, ...one }) => ({
      ...one,
      inputs,
    })),
  });
  expect(comparable(await evaluate(of(copy.root)))).toEqual(comparable(await recordStack('dev')));
  copy.remove();
});

it('An evaluation in a child process rejects a resource that the twin does not emulate, by file and line', async () => {
  const index =
    "import * as aws from '@pulumi/aws';\nnew aws.lambda.FunctionUrl('u', { authorizationType: 'NONE', functionName: 'f' });";
  const { message } = await refusal(() => evaluate(of(program({ 'index.ts': index }))));
  expect(message).toContain('index.ts:2, aws:lambda/functionUrl:FunctionUrl "u": a function URL bypasses the API');
  expect(message).not.toContain('\n    at ');
});

it('A process that is killed as it writes to the twin fails its evaluation, and does not end the twin', async () => {
  const index = `import { writeSync } from 'node:fs'; writeSync(3, '{"call":"regi'); process.kill(process.pid, 'SIGKILL');`;
  await expect(evaluate(of(program({ 'index.ts': index })))).rejects.toThrow('ended early (SIGKILL)');
});

it('A user error of the program leaves the child process with its code and all of its problems', async () => {
  const data = { code: 'invalid-settings', problems: ['a', 'b'].map((place) => ({ place, message: 'is missing' })) };
  const thrown = { __pulumiRunError: true, summary: 'Pulumi.dev.yaml has 2 errors:', ...data };
  const index = `throw Object.assign(new Error('x'), ${JSON.stringify(thrown)});`;
  const { message, code, problems } = await refusal(() => evaluate(of(program({ 'index.ts': index }))));
  expect({ code, problems }).toEqual(data);
  expect(message).toBe('Pulumi.dev.yaml has 2 errors:\n  a: is missing\n  b: is missing');
});

it('An evaluation in a child process says that Pulumi’s SDK is not installed', async () => {
  const folder = folderWith({ 'Pulumi.yaml': 'name: shop\nruntime: nodejs\n', 'Pulumi.dev.yaml': '' });
  const { code } = await refusal(() => evaluate(of(folder)));
  expect(code).toBe('no-sdk');
});

it('An evaluation in a child process says that Pulumi’s SDK is too old, and what to install', async () => {
  const folder = folderWith({ 'Pulumi.yaml': 'name: shop\nruntime: nodejs\n', 'Pulumi.dev.yaml': '' });
  const sdk = new URL('node_modules/@pulumi/pulumi/', folder);
  mkdirSync(sdk, { recursive: true });
  writeFileSync(new URL('package.json', sdk), '{ "version": "3.100.0" }');
  const { problems } = await refusal(() => evaluate(of(folder)));
  expect(problems).toEqual([
    {
      place: 'package.json, @pulumi/pulumi',
      message: 'version 3.100.0 is too old; the twin needs 3.228 or newer: npm install @pulumi/pulumi@latest',
    },
  ]);
});

describe('A program that is evaluated again and again', () => {
  /** The process, the code, and the outputs of each evaluation. */
  const made: (readonly [string | undefined, string | undefined, Readonly<Record<string, unknown>>])[] = [];
  beforeAll(async () => {
    const folder = program({ 'index.ts': 'throw new Error("replaced before it runs");' }, 'the whole file');
    const programs = reevaluation(folder);
    afterFile(programs.close);
    const evaluateAfter = async (files: Readonly<Record<string, string>>): Promise<void> => {
      for (const [file, text] of Object.entries(files)) writeFileSync(new URL(file, folder), text);
      const { outputs, resources } = await programs.evaluate(of(folder));
      const code = resources[0]?.inputs['code'] as { archive: Record<string, string> } | undefined;
      const [pid, text] = code?.archive['index.js']?.split(' ') ?? [];
      made.push([pid, text, outputs]);
    };
    const index = `
      import { readFileSync } from 'node:fs';
      import * as aws from '@pulumi/aws';
      import * as pulumi from '@pulumi/pulumi';
      export default async () => {
        const [text, size] = readFileSync('handler.txt', 'utf8').split(' ');
        const code = new pulumi.asset.StringAsset(process.pid + ' ' + text);
        const archive = new pulumi.asset.AssetArchive({ 'index.js': code });
        const role = 'arn:aws:iam::123456789012:role/r';
        new aws.lambda.Function('f', { code: archive, role, runtime: 'nodejs24.x', handler: 'index.handler' });
        const vpc = new pulumi.StackReference('org/network/dev').getOutput('vpc');
        return { size, greeting: new pulumi.Config().get('greeting'), vpc, publicRoutes: [] };
      };`;
    const config = `export default {
      stackReferences: { 'org/network/dev': { vpc: 'vpc-1' } }, publicRoutes: ['GET /'], production: false,
    };`;
    await evaluateAfter({
      'Pulumi.dev.yaml': 'config: { greeting: hello }',
      'twin.config.ts': config,
      'index.ts': index,
      'handler.txt': 'first',
    });
    await evaluateAfter({ 'handler.txt': 'second' });
    await evaluateAfter({ 'handler.txt': 'third' });
    await evaluateAfter({ 'handler.txt': 'fourth large' });
    await evaluateAfter({ 'Pulumi.dev.yaml': 'config: { greeting: goodbye }' });
  });

  it('A process that loaded the SDKs ahead reads the program and its stack file when it runs', () => {
    expect(made[0]).toMatchObject([expect.any(String), 'first', { greeting: 'hello' }]);
  });

  it('twin.config.ts gives what the program leaves out, and the folder of the other stacks', () => {
    expect(made[0]?.[2]).toEqual({ greeting: 'hello', vpc: 'vpc-1', publicRoutes: [], production: false });
  });

  it('A program runs again in its process after an edit that changes code of functions, and anew after any other', () => {
    const [pid] = made[0] ?? [];
    expect(made.map(([, text, { size, greeting }]) => [text, size, greeting])).toEqual([
      ['first', undefined, 'hello'],
      ['second', undefined, 'hello'],
      ['third', undefined, 'hello'],
      ['fourth', 'large', 'hello'],
      ['fourth', 'large', 'goodbye'],
    ]);
    const pids = made.map(([each]) => each);
    expect(pids.slice(0, 3)).toEqual([pid, pid, pid]);
    expect(new Set(pids).size).toBe(3);
  });
});

/** A program whose output names the process, and its evaluations, which call back where a check fails. */
const withPart = (part: string, outdated: () => void = () => undefined) => {
  const index = "import { part } from './part.ts';\nexport const made = [process.pid, part];";
  const folder = program({ 'index.ts': index, 'part.ts': part });
  const programs = reevaluation(folder);
  programs.onOutdated(outdated);
  afterFile(programs.close);
  return {
    made: async () => {
      await aged();
      return (await programs.evaluate(of(folder))).outputs['made'];
    },
    edit: (text: string) => writeFileSync(new URL('part.ts', folder), text),
  };
};

it('A program is loaded again in its process after an edit of its files, and in a new one after an error, which is one message and the program’s own lines', async () => {
  const { made, edit } = withPart('export const part = 1;');
  const [pid] = (await made()) as unknown[];
  edit('export const part = 2;');
  expect(await made()).toEqual([pid, 2]);
  edit('export const part = 3;');
  expect(await made()).toEqual([pid, 3]);
  edit('const fail = () => notDeclared;\nexport const part = fail();');
  // One message and the program's own lines, without those of Node and Pulumi.
  await expect(made()).rejects.toThrow(
    /^The program failed:\n {2}ReferenceError: notDeclared is not defined\n {2}at part\.ts:1:\d+\n {2}at part\.ts:2:\d+$/,
  );
  edit('export const = 1;');
  const { message } = await refusal(made);
  expect(message).toContain('Node cannot load the program');
  expect(message).not.toContain('\n    at ');
  edit('export const part = 4;');
  expect(await made()).toEqual([expect.not.toSatisfy((other) => other === pid), 4]);
});

it('A program that works only where it was loaded again fails after its check in a new process, with how to install what it lacks', async () => {
  const found = Promise.withResolvers<void>();
  const { made, edit } = withPart('globalThis.isLoaded = true;\nexport const part = 1;', found.resolve);
  await made();
  edit("if (!globalThis.isLoaded) await import('@scope/nothing/part.js');\nexport const part = 2;");
  expect(await made()).toEqual([expect.any(Number), 2]);
  await found.promise;
  const { message } = await refusal(made);
  expect(message).toMatch(/Cannot find package '@scope\/nothing'.*\n {2}Install it: npm install @scope\/nothing$/);
});

it('A program that differs in a new process is run in new processes from then on, even if a handler is edited before the check', async () => {
  const found = Promise.withResolvers<void>();
  const part = (text: string): string =>
    `globalThis.loads = (globalThis.loads ?? 0) + 1;\nexport const part = '${text} ' + globalThis.loads;`;
  const folder = program({
    'handler.txt': 'a',
    'part.ts': part('first'),
    'index.ts': `
        import { readFileSync } from 'node:fs';
        import * as aws from '@pulumi/aws';
        import * as pulumi from '@pulumi/pulumi';
        import { part } from './part.ts';
        export default async () => {
          const index = new pulumi.asset.StringAsset(readFileSync('handler.txt', 'utf8'));
          const code = new pulumi.asset.AssetArchive({ 'index.js': index });
          const role = 'arn:aws:iam::123456789012:role/r';
          new aws.lambda.Function('f', { code, role, runtime: 'nodejs24.x', handler: 'index.handler' });
          return { part };
        };`,
  });
  const programs = reevaluation(folder);
  programs.onOutdated(found.resolve);
  afterFile(programs.close);
  const made = async (): Promise<unknown> => {
    await aged();
    return (await programs.evaluate(of(folder))).outputs['part'];
  };
  expect(await made()).toBe('first 1');
  writeFileSync(new URL('part.ts', folder), part('second'));
  expect(await made()).toBe('second 2');
  writeFileSync(new URL('handler.txt', folder), 'b');
  expect(await made()).toBe('second 2');
  await found.promise;
  expect(await made()).toBe('second 1');
  writeFileSync(new URL('part.ts', folder), part('third'));
  expect(await made()).toBe('third 1');
});

it('A key that twin.config.ts cannot have is rejected by name, without a warning about a package.json that has no type', async () => {
  const warnings: Error[] = [];
  const keep = (warning: Error): void => void warnings.push(warning);
  process.on('warning', keep);
  onTestFinished(() => void process.off('warning', keep));
  const config = 'export default { production: 1, other: true };';
  const folder = folderWith({ 'package.json': '{}', 'twin.config.ts': config });
  const { problems } = await refusal(() => readTwinConfig(folder));
  expect(problems.map(({ place }) => place)).toEqual(['twin.config.ts, production', 'twin.config.ts']);
  await setImmediate();
  expect(warnings.filter((warning) => Reflect.get(warning, 'code') === 'MODULE_TYPELESS_PACKAGE_JSON')).toEqual([]);
});

describe('A stack file that the program rejects in a child process', () => {
  let error: Error;
  beforeAll(async () => {
    const index = "import { Config } from '@pulumi/pulumi';\nnew Config('shop').require('size\\u001b[2J');";
    const handler = '{ memory: { secure: v1:abc }, statements: [{ actions: [{ secure: v1:abc }] }] }';
    const stack = `environment: [shared/dev]\nconfig: { api:handlers: { test: ${handler} } }\n`;
    const folder = program({ 'index.ts': index, 'Pulumi.dev.yaml': stack }, 'the whole file');
    error = await refusal(() => evaluate(of(folder)));
  });

  it('The error names the missing configuration without a stack trace, and the environment that the twin cannot read', () => {
    expect(error.message).toContain("Missing required configuration variable 'shop:size");
    expect(error.message).toContain('Pulumi.dev.yaml, environment: only Pulumi can read shared/dev; pass each value');
    expect(error.message).toContain('--config key=<value>');
    expect(error.message).not.toContain('\n    at ');
  });

  // docs/fidelity.md F153
  it('The error escapes what would move the terminal’s cursor', () => {
    expect(shown(error)).toContain(String.raw`shop:size\u{1b}[2J`);
    expect(shown(error)).not.toContain('\u001b');
  });

  it('The error names every encrypted value', () => {
    for (const path of ['api:handlers.test.memory', 'api:handlers.test.statements.0.actions.0']) {
      expect(error.message).toContain(
        `Pulumi.dev.yaml, ${path}: encrypted, and only Pulumi can decrypt it; add --config ${path}=<value>`,
      );
    }
  });
});
