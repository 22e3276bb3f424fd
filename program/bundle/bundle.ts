import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as pulumi from '@pulumi/pulumi';
import esbuild from 'esbuild';
import { problem, UserError, type Problem } from '../user-error.ts';
import type { Contract } from '../contract/define-contract.ts';
import { RUNTIME, type HandlerSpec, type Runtime } from '../contract/handler-spec.ts';
import { takesCallback } from './callback.ts';
import { bytesOf, sizeProblem, sizeText, type Contents } from './code-size.ts';
import { packagesBeside } from './packages.ts';

/** Lambda's handler setting: the archive's file without its extension, and its export. */
export const LAMBDA_HANDLER = 'index.handler';

/** Defines the CommonJS globals that bundled CommonJS packages use in an ES module. */
const BANNER = [
  "import { createRequire as __createRequire } from 'node:module';",
  "import { dirname as __dirnameOf } from 'node:path'; import { fileURLToPath as __pathOf } from 'node:url';",
  'const require = __createRequire(import.meta.url);',
  'const __filename = __pathOf(import.meta.url), __dirname = __dirnameOf(__filename);',
].join(' ');

/** Packages that load files from computed paths, which the bundler misses; and what to do. */
const LOADERS: readonly (readonly [RegExp, string])[] = [
  [
    /(?:^|\/)node_modules\/(node-gyp-build|bindings|node-pre-gyp|@mapbox\/node-pre-gyp)\//,
    'loads a compiled addon, which cannot be part of a bundle; list the package under packages of the handler, or use one in JavaScript, like bcryptjs for bcrypt',
  ],
  [
    /(?:^|\/)node_modules\/(swagger-ui-dist)\//,
    'reads files beside it, which are not part of a bundle; list it under packages of the handler, or link to a copy of its files',
  ],
];

/** File types that handlers import as strings, typed in `program/contract/text-files.d.ts`. */
const TEXTS = { '.html': 'text', '.graphql': 'text', '.gql': 'text', '.sql': 'text' } as const;

interface Code {
  readonly archive: pulumi.asset.Archive;
  readonly size: string;
}

/** Handler key to bundled code. */
export type Bundles = ReadonlyMap<string, Code>;

/** An archive's source map: `linked` makes Node read it; `external` is only for the twin's log. */
export type SourceMaps = 'none' | 'linked' | 'external';

/** Returns the kind of source maps for a stack's functions. */
export function sourceMapsOf({ sourceMaps }: { readonly sourceMaps: boolean }): SourceMaps {
  if (sourceMaps) return 'linked';
  return pulumi.runtime.hasEngine() ? 'none' : 'external';
}

/**
 * Bundles each handler with its imports into one file (an ES module, or CommonJS if the handler's file is), and adds
 * its packages and files. Output is reproducible on any machine. Handlers of one format share a bundler run, because
 * its start takes longer than the work.
 * @throws UserError with file, line and column of each source error, and for code that Lambda cannot load
 */
export async function bundleHandlers(
  { handlers }: Pick<Contract, 'handlers'>,
  root: URL,
  sourceMaps: SourceMaps = 'none',
): Promise<Bundles> {
  const folder = fileURLToPath(root);
  const groups = Object.groupBy(Object.entries(handlers), ([, { external = [], packages = [], runtime = RUNTIME }]) =>
    JSON.stringify({ external: [...external, ...packages], runtime }),
  );
  const dropsMetadata = emitsDecoratorMetadata(folder);
  const bundles = new Map<string, Code>();
  const problems: Problem[] = [];
  for (const [settings, group = []] of Object.entries(groups)) {
    const { external, runtime } = JSON.parse(settings) as Pick<Bundling, 'external' | 'runtime'>;
    const files = [...new Set(group.map(([, { file }]) => file))];
    const bundled = await bundlesOf(files, { folder, sourceMaps, format: 'esm', external, runtime });
    problems.push(...[...bundled].flatMap(([file, bundle]) => problemsOf(file, bundle, runtime, dropsMetadata)));
    for (const [key, handler] of group) {
      const beside = besideOf(key, handler, folder);
      if ('code' in beside) {
        problems.push(beside);
        continue;
      }
      const contents = { texts: bundled.get(handler.file)?.files ?? {}, paths: beside.paths };
      const bytes = bytesOf(contents);
      const message = sizeProblem(contents, bytes);
      if (message !== undefined) problems.push(problem('quota', `contract.ts, handlers, ${key}`, message));
      bundles.set(key, { archive: archiveOf(contents), size: sizeText(bytes) });
    }
  }
  if (problems.length > 0) throw new UserError('bundle', 'The handlers cannot be bundled:', problems);
  return bundles;
}

/** Returns the packages and files to put next to a bundle, by name in the archive. */
function besideOf(
  key: string,
  { packages = [], files = [], architecture = 'arm64' }: HandlerSpec,
  folder: string,
): Problem | Pick<Contents, 'paths'> {
  const own = files.map((file) => [file, `${folder}${file}`] as const);
  if (packages.length === 0) return { paths: Object.fromEntries(own) };
  const found = packagesBeside(packages, folder, pulumi.runtime.hasEngine() ? { lambda: architecture } : 'here');
  if ('problem' in found) return problem('invalid', `contract.ts, handlers, ${key}, packages`, found.problem);
  return { paths: { ...found.folders, ...Object.fromEntries(own) } };
}

function archiveOf({ texts, paths }: Contents): pulumi.asset.Archive {
  return new pulumi.asset.AssetArchive({
    ...Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, new pulumi.asset.StringAsset(text)])),
    ...Object.fromEntries(
      Object.entries(paths).map(([name, path]) => [
        name,
        statSync(path).isFile() ? new pulumi.asset.FileAsset(path) : new pulumi.asset.FileArchive(path),
      ]),
    ),
  });
}

interface Bundling {
  readonly folder: string;
  readonly sourceMaps: SourceMaps;
  readonly format: 'esm' | 'cjs';
  readonly external: readonly string[];
  readonly runtime: Runtime;
}

interface Bundle {
  readonly files: Readonly<Record<string, string>>;
  readonly code: string;
  readonly exportsHandler: boolean;
  /** Source paths, relative to the project. */
  readonly inputs: readonly string[];
}

async function bundlesOf(files: readonly string[], bundling: Bundling): Promise<Map<string, Bundle>> {
  if (files.length === 0) return new Map();
  const { outputFiles, metafile } = await build(files, bundling);
  const ending = bundling.format === 'esm' ? 'mjs' : 'cjs';
  const bundles = new Map<string, Bundle>();
  const commonJs: string[] = [];
  for (const [index, file] of files.entries()) {
    const output = metafile.outputs[`bundle/${index}.js`];
    const textOf = (name: string): string =>
      outputFiles.find(({ path }) => path.endsWith(`/bundle/${name}`))?.text ?? '';
    const code = textOf(`${index}.js`).replace(`=${index}.js.map`, `=index.${ending}.map`);
    const inputs = Object.keys(output?.inputs ?? {});
    const isCommonJs = metafile.inputs[inputs.find((input) => `./${input}` === `./${file}`) ?? file]?.format === 'cjs';
    if (isCommonJs && bundling.format === 'esm') commonJs.push(file);
    bundles.set(file, {
      code,
      inputs,
      files: {
        [`index.${ending}`]: code,
        ...(bundling.sourceMaps !== 'none' && { [`index.${ending}.map`]: relativeMap(textOf(`${index}.js.map`)) }),
      },
      exportsHandler: isCommonJs ? /\bhandler\b/.test(code) : output?.exports.includes('handler') === true,
    });
  }
  const again = await bundlesOf(commonJs, { ...bundling, format: 'cjs' });
  return new Map([...bundles].map(([file, bundle]) => [file, again.get(file) ?? bundle]));
}

/** Returns whether TypeScript emits decorator metadata here; the bundler does not. */
function emitsDecoratorMetadata(folder: string): boolean {
  const config = `${folder}tsconfig.json`;
  return existsSync(config) && /^\s*"emitDecoratorMetadata"\s*:\s*true/m.test(readFileSync(config, 'utf8'));
}

/** Returns errors that would otherwise appear only when Lambda loads the function, as a 500 for every request. */
function problemsOf(
  file: string,
  { code, exportsHandler, inputs }: Bundle,
  runtime: Runtime,
  dropsMetadata: boolean,
): Problem[] {
  const problems: Problem[] = [];
  if (!exportsHandler) {
    problems.push(problem('missing', file, 'it exports no handler; write: export const handler = async (event) => …'));
  }
  if (runtime === RUNTIME && takesCallback(code)) {
    const message =
      'the handler has a callback; nodejs24 calls handler(event, context) and does not load it (Runtime.CallbackHandlerDeprecated): return the response from an async function';
    problems.push(problem('invalid', file, message));
  }
  if (dropsMetadata && inputs.some((input) => input.includes('node_modules/reflect-metadata/'))) {
    const message =
      'it imports reflect-metadata, and the bundler drops what emitDecoratorMetadata in tsconfig.json would emit: write the types in the decorators and turn that option off, or compile the file with tsc and use its .js file';
    problems.push(problem('invalid', file, message));
  }
  for (const [pattern, advice] of LOADERS) {
    const name = inputs.map((input) => pattern.exec(input)?.[1]).find((found) => found !== undefined);
    if (name !== undefined) problems.push(problem('invalid', file, `it imports ${name}, which ${advice}`));
  }
  return problems;
}

function relativeMap(text: string): string {
  const map = JSON.parse(text) as { sources: string[] };
  return JSON.stringify({ ...map, sources: map.sources.map((source) => source.replace(/^(\.\.\/)+/, '')) });
}

async function build(
  files: readonly string[],
  { folder, sourceMaps, format, external, runtime }: Bundling,
): Promise<esbuild.BuildResult<{ metafile: true; write: false }>> {
  try {
    return await esbuild.build({
      absWorkingDir: folder,
      entryPoints: files.map((file, index) => ({ in: file, out: String(index) })),
      outdir: 'bundle',
      ...(format === 'esm' && { banner: { js: BANNER } }),
      bundle: true,
      metafile: true,
      write: false,
      platform: 'node',
      target: runtime.replace(/\D*(\d+).*/, 'node$1'),
      external: [...external],
      loader: TEXTS,
      format,
      sourcemap: sourceMaps === 'none' ? false : sourceMaps,
      sourcesContent: false,
      charset: 'utf8',
      legalComments: 'none',
      logLevel: 'silent',
    });
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    const problems = error.errors.map(({ location, text }) => {
      const place = location ? `${location.file}:${location.line}:${location.column + 1}` : 'contract.ts, handlers';
      return problem('invalid', place, text + installHint(text));
    });
    throw new UserError('bundle', 'The handlers cannot be bundled:', problems);
  }
}

/** Returns advice on installing a missing package. The bundler advises leaving it out, which would fail on Lambda. */
function installHint(text: string): string {
  const [, name] = /^Could not resolve "((?:@[\w.-]+\/)?[\w-][\w.-]*)(?:\/[^"]*)?"$/.exec(text) ?? [];
  if (name !== undefined) return `; install it: npm install ${name}`;
  return text.startsWith('No loader is configured for ".node" files')
    ? '; list the package that has it under packages of the handler in contract.ts'
    : '';
}

function isBuildFailure(error: unknown): error is esbuild.BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors);
}
