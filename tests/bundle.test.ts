import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { asset } from '@pulumi/pulumi';
import { describe, expect, it } from 'vitest';
import { bundleHandlers, type SourceMaps } from '../program/bundle/bundle.ts';
import { takesCallback } from '../program/bundle/callback.ts';
import { folderWith } from './support/folder.ts';
import { onlyOf, recordDev, refusal } from './support/program.ts';

/** A project of one handler, with packages beside it: the files of its archive. */
async function archiveOf(
  file: string,
  source: string,
  { packages = {}, sourceMaps }: { packages?: Readonly<Record<string, string>>; sourceMaps?: SourceMaps } = {},
): Promise<{ readonly folder: string; readonly files: Readonly<Record<string, string>> }> {
  const root = folderWith({ [file]: source });
  const folder = fileURLToPath(root);
  for (const [path, text] of Object.entries(packages)) {
    mkdirSync(`${folder}node_modules/${dirname(path)}`, { recursive: true });
    writeFileSync(`${folder}node_modules/${path}`, text);
  }
  const bundles = await bundleHandlers({ handlers: { it: { file, memory: 128, timeout: 1 } } }, root, sourceMaps);
  const archive = bundles.get('it')?.archive as asset.AssetArchive;
  const assets = (await archive.assets) as Readonly<Record<string, asset.StringAsset>>;
  const texts = Object.entries(assets).map(async ([name, each]) => [name, await each.text] as const);
  return { folder, files: Object.fromEntries(await Promise.all(texts)) };
}

const problemsOf = async (...args: Parameters<typeof archiveOf>): Promise<readonly object[]> =>
  (await refusal(() => archiveOf(...args))).problems;

/** What a handler returns from its archive, as Lambda would load it. */
async function returned({ folder, files }: Awaited<ReturnType<typeof archiveOf>>): Promise<unknown> {
  const [name = ''] = Object.keys(files);
  writeFileSync(`${folder}${name}`, files[name] ?? '');
  const module = (name.endsWith('.cjs') ? createRequire(folder)(`${folder}${name}`) : await import(folder + name)) as {
    handler: () => Promise<unknown>;
  };
  return module.handler();
}

describe('Before a deployment, the bundler rejects', () => {
  it.each([
    ['an arrow function', 'export const handler = async (event, context, callback) => callback(null, event);'],
    ['a function', 'export async function handler(event, context, callback) { callback(null, event); }'],
    ['one that is exported below', 'const f = (e, c, done) => done(null, e);\nexport { f as handler };'],
    ['parameters with patterns', 'export const handler = ({ a = 1 }, [b, c], callback) => callback(a, b, c);'],
    [
      'a function with a pattern',
      'export function handler({ body = "" }, contexté, callback) { callback(null, body); }',
    ],
    // docs/fidelity.md F92
  ])('The bundler rejects a handler with a callback: %s', async (_shape, source) => {
    expect(await problemsOf('it.js', source)).toEqual([
      {
        code: 'invalid',
        place: 'it.js',
        message: expect.stringContaining(
          'the handler has a callback; nodejs24 calls handler(event, context)',
        ) as string,
      },
    ]);
  });

  it('The bundler rejects a CommonJS handler with a callback', async () => {
    const source = 'exports.handler = (event, context, callback) => callback(null, "x");';
    expect(await problemsOf('it.cjs', source)).toMatchObject([{ code: 'invalid', place: 'it.cjs' }]);
  });

  it('The bundler rejects a package with a compiled addon, which Lambda would miss at the first request', async () => {
    const packages = {
      'bcrypt/index.js': "module.exports = require('node-gyp-build')(__dirname);",
      'node-gyp-build/index.js': 'module.exports = (folder) => require(folder + "/x.node");',
    };
    const source = "import bcrypt from 'bcrypt';\nexport const handler = async () => bcrypt;";
    expect(await problemsOf('it.ts', source, { packages })).toMatchObject([
      {
        place: 'it.ts',
        message: expect.stringContaining('it imports node-gyp-build, which loads a compiled addon') as string,
      },
    ]);
  });

  it('The bundler rejects a package that reads files beside it, which Lambda would miss at the first request', async () => {
    const packages = { 'swagger-ui-dist/index.js': 'exports.path = () => __dirname;' };
    const source = "import ui from 'swagger-ui-dist';\nexport const handler = async () => ui.path();";
    expect(await problemsOf('it.ts', source, { packages })).toMatchObject([
      { place: 'it.ts', message: expect.stringContaining('it imports swagger-ui-dist, which reads files') as string },
    ]);
  });

  it('The bundler rejects a file that exports no handler, whether an ES module or CommonJS', async () => {
    for (const [file, source] of [
      ['it.ts', 'export const main = 1;'],
      ['it.cjs', 'exports.main = 1;'],
    ] as const) {
      expect(await problemsOf(file, source)).toMatchObject([{ code: 'missing', place: file }]);
    }
  });

  it.each([
    ['date-fns', 'date-fns'],
    ['@scope/name/part.js', '@scope/name'],
  ])('The bundler says how to install %s where it cannot be resolved', async (specifier, name) => {
    const source = `import x from '${specifier}';\nexport const handler = async () => x;`;
    expect(await problemsOf('it.ts', source)).toMatchObject([
      { place: 'it.ts:1:15', message: `Could not resolve "${specifier}"; install it: npm install ${name}` },
    ]);
  });
});

it.each([
  ['two parameters', 'var handler = async (event, context) => {\n};\nexport {\n  handler\n};\n'],
  ['a third with a default', 'var handler = async (event, context, callback = 1) => {\n};\nexport {\n  handler\n};\n'],
  ['rest parameters', 'var handler = async (event, ...rest) => {\n};\nexport {\n  handler\n};\n'],
  ['no parameters', 'var handler = async () => {\n};\nexport {\n  handler\n};\n'],
  ['what a call returns', 'var handler = (0, wrap)((a, b, c) => a);\nexport {\n  handler\n};\n'],
  ['a list in parentheses', 'var handler = (a, b, c);\nexport {\n  handler\n};\n'],
  ['another function', 'var other = (a, b, c) => a;\nvar handler = other;\nexport {\n  handler\n};\n'],
])('A handler with %s has no callback', (_shape, code) => {
  expect(takesCallback(code)).toBe(false);
});

describe('The settings of a handler', () => {
  const bundled = (spec: object, files: Readonly<Record<string, string>>) => {
    const root = folderWith({ 'it.ts': 'export const handler = async () => 1;', ...files });
    const handler = { file: 'it.ts', memory: 128, timeout: 1, ...spec };
    return { root, bundles: bundleHandlers({ handlers: { it: handler } }, root) };
  };

  it('Leaves external imports out of the bundle', async () => {
    const source = "import { S3 } from '@aws-sdk/client-s3';\nexport const handler = async () => new S3();";
    const archive = (await bundled({ external: ['@aws-sdk/*'] }, { 'it.ts': source }).bundles).get('it')?.archive;
    const { 'index.mjs': code } = (await (archive as asset.AssetArchive).assets) as Record<string, asset.StringAsset>;
    expect(await code?.text).toContain('from "@aws-sdk/client-s3"');
  });

  it('A handler for nodejs22 may have a callback', async () => {
    const source = 'export const handler = (event, context, callback) => callback(null, event);';
    await expect(bundled({ runtime: 'nodejs22.x' }, { 'it.ts': source }).bundles).resolves.toHaveProperty('size', 1);
  });

  it('Rejects a handler that relies on emitted decorator metadata, which the bundler drops', async () => {
    const root = folderWith({
      'it.ts': "import 'reflect-metadata';\nexport const handler = async () => 1;",
      'tsconfig.json': '{ "compilerOptions": {\n  "emitDecoratorMetadata": true\n} }',
    });
    mkdirSync(new URL('node_modules/reflect-metadata/', root), { recursive: true });
    writeFileSync(new URL('node_modules/reflect-metadata/index.js', root), 'globalThis.metadata = 1;');
    const handlers = { it: { file: 'it.ts', memory: 128, timeout: 1 } };
    expect((await refusal(() => bundleHandlers({ handlers }, root))).problems).toMatchObject([
      { place: 'it.ts', message: expect.stringContaining('the bundler drops what emitDecoratorMetadata') as string },
    ]);
    writeFileSync(new URL('tsconfig.json', root), '{}');
    expect((await bundleHandlers({ handlers }, root)).get('it')?.size).toBe('1 kB');
  });

  it('Rejects files that make the archive larger than Lambda accepts', async () => {
    const { root, bundles: small } = bundled({ files: ['data.bin'] }, { 'data.bin': 'x' });
    expect((await small).size).toBe(1);
    truncateSync(new URL('data.bin', root), 262_144_001);
    const { problems } = await refusal(() =>
      bundleHandlers({ handlers: { it: { file: 'it.ts', memory: 128, timeout: 1, files: ['data.bin'] } } }, root),
    );
    expect(problems).toEqual([
      {
        code: 'quota',
        place: 'contract.ts, handlers, it',
        message: 'its archive has 262.1 MB; Lambda accepts at most 262.1 MB',
      },
    ]);
  });
});

describe('A bundle', () => {
  it.each([
    ['exports.handler', 'it.cjs', "exports.handler = async () => require('node:path').basename(__filename);"],
    ['module.exports', 'it.js', "module.exports = { handler: async () => require('node:path').basename(__filename) };"],
  ])('A CommonJS handler with %s is bundled as CommonJS', async (_how, file, source) => {
    const archive = await archiveOf(file, source);
    expect(Object.keys(archive.files)).toEqual(['index.cjs']);
    expect(await returned(archive)).toBe('index.cjs');
  });

  // docs/fidelity.md F93
  it('A package that uses __dirname and __filename finds the folder and the file of the bundle', async () => {
    const packages = { 'old/index.js': 'module.exports = () => [__dirname, __filename];' };
    const source = "import old from 'old';\nexport const handler = async () => old();";
    const archive = await archiveOf('it.ts', source, { packages });
    expect(await returned(archive)).toEqual([archive.folder.slice(0, -1), `${archive.folder}index.mjs`]);
  });

  it.each(['linked', 'external'] as const)(
    'A bundle has a source map that names the sources: %s',
    async (sourceMaps) => {
      const { folder, files } = await archiveOf('it.ts', 'export const handler = async () => 1;', { sourceMaps });
      expect(JSON.parse(files['index.mjs.map'] ?? '')).toMatchObject({ sources: ['it.ts'] });
      expect(files['index.mjs.map']).not.toContain(folder);
      expect(files['index.mjs']?.endsWith('//# sourceMappingURL=index.mjs.map\n')).toBe(sourceMaps === 'linked');
    },
  );

  it('Functions read source maps on Lambda where the stack file asks for them', async () => {
    const { inputs } = onlyOf(await recordDev({ 'api:sourceMaps': true }), 'Function');
    expect(inputs['environment']).toEqual({ variables: { NODE_OPTIONS: '--enable-source-maps' } });
    expect(JSON.stringify(inputs['code'])).toContain('sourceMappingURL=index.mjs.map');
    const without = onlyOf(await recordDev({}), 'Function').inputs;
    expect(JSON.stringify(without)).not.toContain('NODE_OPTIONS');
    expect(JSON.stringify(without['code'])).not.toContain('sourceMappingURL');
  });
});
