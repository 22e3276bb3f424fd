import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluate } from '../../../src/evaluate/program-process.ts';
import { reevaluation } from '../../../src/evaluate/reevaluation.ts';
import type { Recorded } from '../../../src/evaluate/recorded.ts';
import { shown } from '../../../src/common/user-error.ts';
import { afterFile } from '../../../../tests/support/cleanup.ts';
import { folderWith } from '../../../../tests/support/folder.ts';
import { recordStack, refusal, root } from '../../../../tests/support/program.ts';
import { copyProject } from '../../../../tests/support/project.ts';

/** A program of these files beside a project file and the stack dev. */
function program(files: Readonly<Record<string, string>>): URL {
  const manifest = JSON.stringify({ type: 'module', main: 'index.ts' });
  const yaml = 'name: shop\nruntime: { name: nodejs, options: { typescript: false } }\n';
  const folder = folderWith({ 'Pulumi.yaml': yaml, 'Pulumi.dev.yaml': '', 'package.json': manifest, ...files });
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

const REFUSED = [
  {
    title: 'an import that cannot be resolved, with how to install it',
    index: "import '@scope/nothing/part.js';",
    says: /Cannot find package '@scope\/nothing'.*\n {2}Install it: npm install @scope\/nothing$/,
  },
  { title: 'a file that is not TypeScript', index: 'export const = 1;', says: 'Node cannot load the program' },
  {
    title: 'missing configuration',
    index: "import { Config } from '@pulumi/pulumi';\nnew Config('shop').require('size');",
    says: "Missing required configuration variable 'shop:size'",
  },
  {
    title: 'a resource that the twin does not emulate, by file and line',
    index:
      "import * as aws from '@pulumi/aws';\nnew aws.lambda.FunctionUrl('u', { authorizationType: 'NONE', functionName: 'f' });",
    says: 'index.ts:2, aws:lambda/functionUrl:FunctionUrl "u": a function URL answers beside the API',
  },
];

it.each(REFUSED)('An evaluation in a child process rejects $title without a stack trace', async ({ index, says }) => {
  const { message } = await refusal(() => evaluate(of(program({ 'index.ts': index }))));
  expect(message).toMatch(says);
  expect(message).not.toContain('\n    at ');
});

it('A process that is killed as it writes to the twin fails its evaluation, and does not end the twin', async () => {
  const index = `import { writeSync } from 'node:fs'; writeSync(3, '{"call":"regi'); process.kill(process.pid, 'SIGKILL');`;
  await expect(evaluate(of(program({ 'index.ts': index })))).rejects.toThrow('ended early (SIGKILL)');
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

it('twin.config.ts gives what the program leaves out, and the folder of the other stacks', async () => {
  const index = [
    "import { StackReference } from '@pulumi/pulumi';",
    "export const vpc = new StackReference('org/network/dev').getOutput('vpc');",
    'export const publicRoutes = [];',
  ].join('\n');
  const config = `export default {
      stackReferences: { 'org/network/dev': { vpc: 'vpc-1' } }, publicRoutes: ['GET /'], production: false,
    };`;
  const { outputs } = await evaluate(of(program({ 'index.ts': index, 'twin.config.ts': config })));
  expect(outputs).toEqual({ vpc: 'vpc-1', publicRoutes: [], production: false });
});

it('A process that loaded the SDKs ahead reads the program and its stack file again', async () => {
  const index = (name: string): string =>
    `import { Config } from '@pulumi/pulumi';\nimport * as aws from '@pulumi/aws';\n` +
    `const size = new Config().get('size');\nexport const made = new aws.sqs.Queue('${name}', { name: size }).name;`;
  const folder = program({ 'index.ts': index('first') });
  const programs = reevaluation(folder);
  const made = async (): Promise<unknown> => {
    const { outputs, resources } = await programs.evaluate(of(folder));
    return [outputs['made'], ...resources.map(({ name }) => name)];
  };
  expect(await made()).toEqual([expect.stringMatching(/^first-/), 'first']);
  writeFileSync(new URL('index.ts', folder), index('second'));
  writeFileSync(new URL('Pulumi.dev.yaml', folder), 'config: { size: big }');
  programs.prepare();
  expect(await made()).toEqual(['big', 'second']);
  programs.close();
});

it('A program runs again in its process after an edit that changes code of functions, and anew after any other', async () => {
  const folder = program({
    'handler.txt': 'first',
    'index.ts': `
        import { readFileSync } from 'node:fs';
        import * as aws from '@pulumi/aws';
        import * as pulumi from '@pulumi/pulumi';
        export default async () => {
          const [text, size] = readFileSync('handler.txt', 'utf8').split(' ');
          const code = new pulumi.asset.StringAsset(process.pid + ' ' + text);
          const archive = new pulumi.asset.AssetArchive({ 'index.js': code });
          const role = 'arn:aws:iam::123456789012:role/r';
          new aws.lambda.Function('f', { code: archive, role, runtime: 'nodejs24.x', handler: 'index.handler' });
          return { size, greeting: new pulumi.Config().get('greeting') };
        };`,
  });
  const programs = reevaluation(folder);
  const made = async (): Promise<readonly unknown[]> => {
    const { outputs, resources } = await programs.evaluate(of(folder));
    const [code = { archive: {} }] = resources.map(
      ({ inputs }) => inputs['code'] as { archive: Record<string, string> },
    );
    return [...(code.archive['index.js']?.split(' ') ?? []), outputs['size'], outputs['greeting']];
  };
  const [pid] = await made();
  const write = (file: string, text: string): void => writeFileSync(new URL(file, folder), text);
  write('handler.txt', 'second');
  expect(await made()).toEqual([pid, 'second', undefined, undefined]);
  write('handler.txt', 'third');
  expect(await made()).toEqual([pid, 'third', undefined, undefined]);
  write('handler.txt', 'fourth large');
  expect(await made()).toEqual([expect.not.stringMatching(`^${String(pid)}$`), 'fourth', 'large', undefined]);
  write('Pulumi.dev.yaml', 'config: { greeting: hello }');
  expect(await made()).toEqual([expect.any(String), 'fourth', 'large', 'hello']);
  programs.close();
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

it('A program is loaded again in its process after an edit of its files, and in a new one after an error', async () => {
  const { made, edit } = withPart('export const part = 1;');
  const [pid] = (await made()) as unknown[];
  edit('export const part = 2;');
  expect(await made()).toEqual([pid, 2]);
  edit('export const part = 3;');
  expect(await made()).toEqual([pid, 3]);
  edit('throw new Error("on purpose");\nexport const part = 0;');
  await expect(made()).rejects.toThrow(/on purpose\n {2}at part\.ts:1:/);
  edit('export const part = 4;');
  expect(await made()).toEqual([expect.not.toSatisfy((other) => other === pid), 4]);
});

it('A program that works only where it was loaded again fails after its check in a new process', async () => {
  const found = Promise.withResolvers<void>();
  const { made, edit } = withPart('globalThis.isLoaded = true;\nexport const part = 1;', found.resolve);
  await made();
  edit('if (!globalThis.isLoaded) throw new Error("on purpose");\nexport const part = 2;');
  expect(await made()).toEqual([expect.any(Number), 2]);
  await found.promise;
  await expect(made()).rejects.toThrow('on purpose');
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

it('A key that twin.config.ts cannot have is rejected by name', async () => {
  const files = { 'index.ts': '', 'twin.config.ts': 'export default { production: 1, other: true };' };
  const { problems } = await refusal(() => evaluate(of(program(files))));
  expect(problems.map(({ place }) => place)).toEqual(['twin.config.ts, production', 'twin.config.ts']);
});

it('An error that the program throws is one message and the program’s own lines, without those of Node and Pulumi', async () => {
  const index = "import { fail } from './part.ts';\nexport default async () => {\n  fail();\n};";
  const files = { 'index.ts': index, 'part.ts': 'export const fail = () => notDeclared;' };
  const { message } = await refusal(() => evaluate(of(program(files))));
  expect(message).toMatch(
    /^The program failed:\n {2}ReferenceError: notDeclared is not defined\n {2}at part\.ts:1:\d+\n {2}at index\.ts:3:\d+$/,
  );
});

describe('A stack file that the program rejects in a child process', () => {
  let error: Error;
  beforeAll(async () => {
    const copy = copyProject();
    const SECURE = '{ secure: v1:abc }';
    const handler = `{ memory: ${SECURE}, statements: [{ actions: [${SECURE}], resources: ["*"] }] }`;
    const config = `config:\n  "api:tokenLifetim\\e[2Je": 60\n  api:handlers: { test: ${handler} }`;
    copy.write('Pulumi.dev.yaml', `environment: [shared/dev]\n${config}\n`);
    error = await refusal(() => evaluate(of(copy.root)));
  });

  it('The error names a missing key, and the environment that the twin cannot read', () => {
    expect(error.message).toContain('Pulumi.dev.yaml, api:production: is missing');
    expect(error.message).toContain('Pulumi.dev.yaml, environment: only Pulumi can read shared/dev; write a value');
    expect(error.message).toContain('--config key=<value>');
  });

  // docs/fidelity.md F153
  it('The error escapes what would move the terminal’s cursor', () => {
    expect(shown(error)).toContain(String.raw`api:tokenLifetim\u{1b}[2Je`);
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
