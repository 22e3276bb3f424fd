import { fileURLToPath } from 'node:url';
import * as pulumi from '@pulumi/pulumi';
import esbuild from 'esbuild';
import { problem, UserError, type Problem } from '../user-error.ts';
import type { Contract } from '../contract/define-contract.ts';
import { callbackIn } from './callback.ts';

/** What Lambda calls: the file of the archive without its ending, and the export. */
export const LAMBDA_HANDLER = 'index.handler';

/** CommonJS packages inside an ES module still use what only CommonJS has. */
const BANNER = [
  "import { createRequire as __createRequire } from 'node:module';",
  "import { dirname as __dirnameOf } from 'node:path'; import { fileURLToPath as __pathOf } from 'node:url';",
  'const require = __createRequire(import.meta.url);',
  'const __filename = __pathOf(import.meta.url), __dirname = __dirnameOf(__filename);',
].join(' ');

/** Packages that load a file from a path that they compute, so that the bundler does not see it; and what to do. */
const LOADERS: readonly (readonly [RegExp, string])[] = [
  [
    /(?:^|\/)node_modules\/(node-gyp-build|bindings|node-pre-gyp|@mapbox\/node-pre-gyp)\//,
    'loads a compiled addon, which cannot be part of a bundle; use a package in JavaScript, like bcryptjs for bcrypt',
  ],
  [
    /(?:^|\/)node_modules\/(swagger-ui-dist)\//,
    'reads files beside it, which are not part of a bundle; link to a copy of them that is served elsewhere',
  ],
];

/** The archives of the handlers, by file. */
export type Bundles = ReadonlyMap<string, pulumi.asset.Archive>;

/**
 * Whether an archive has a source map: `linked` for Node to find, `external` for the twin, whose log reads it while the
 * handler runs as it would without.
 */
export type SourceMaps = 'none' | 'linked' | 'external';

/** Returns the source maps that a stack's functions get: where its file asks for them, and in the twin. */
export function sourceMapsOf({ sourceMaps }: { readonly sourceMaps: boolean }): SourceMaps {
  if (sourceMaps) return 'linked';
  return pulumi.runtime.hasEngine() ? 'none' : 'external';
}

/**
 * Bundles each handler with all that it imports into an archive of one file: an ES module, or a CommonJS module where the
 * handler's file is one. The same sources give the same bytes on any machine: paths inside are relative to the project,
 * and nothing of the clock or the host goes in. The handlers of a format are bundled in one go, since starting the
 * bundler takes longer than what it does.
 * @throws UserError with the file, line and column of each error in the sources, and for what Lambda would not load
 */
export async function bundleHandlers(
  { handlers }: Pick<Contract, 'handlers'>,
  root: URL,
  sourceMaps: SourceMaps = 'none',
): Promise<Bundles> {
  const distinct = [...new Set(Object.values(handlers).map(({ file }) => file))];
  const bundled = await bundlesOf(distinct, { folder: fileURLToPath(root), sourceMaps, format: 'esm' });
  const problems = [...bundled].flatMap(([file, bundle]) => problemsOf(file, bundle));
  if (problems.length > 0) throw new UserError('bundle', 'The handlers cannot be bundled:', problems);
  return new Map(
    [...bundled].map(([file, { files }]) => {
      const assets = Object.entries(files).map(([name, text]) => [name, new pulumi.asset.StringAsset(text)]);
      return [file, new pulumi.asset.AssetArchive(Object.fromEntries(assets) as Record<string, pulumi.asset.Asset>)];
    }),
  );
}

interface Bundling {
  readonly folder: string;
  readonly sourceMaps: SourceMaps;
  readonly format: 'esm' | 'cjs';
}

interface Bundle {
  /** The files of the archive. */
  readonly files: Readonly<Record<string, string>>;
  readonly code: string;
  readonly exportsHandler: boolean;
  /** The sources, relative to the project. */
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

/** What AWS would find only when it loads the function: every request would be answered 500. */
function problemsOf(file: string, { code, exportsHandler, inputs }: Bundle): Problem[] {
  const problems: Problem[] = [];
  if (!exportsHandler) {
    problems.push(problem('missing', file, 'it exports no handler; write: export const handler = async (event) => …'));
  }
  const parameters = callbackIn(code);
  if (parameters !== undefined) {
    const message = `the handler has ${parameters} parameters; nodejs24 calls handler(event, context) and does not load one with a callback (Runtime.CallbackHandlerDeprecated): return the response from an async function`;
    problems.push(problem('invalid', file, message));
  }
  for (const [pattern, advice] of LOADERS) {
    const name = inputs.map((input) => pattern.exec(input)?.[1]).find((found) => found !== undefined);
    if (name !== undefined) problems.push(problem('invalid', file, `it imports ${name}, which ${advice}`));
  }
  return problems;
}

/** The map as it stands beside the bundle: sources by their paths in the project. */
function relativeMap(text: string): string {
  const map = JSON.parse(text) as { sources: string[] };
  return JSON.stringify({ ...map, sources: map.sources.map((source) => source.replace(/^(\.\.\/)+/, '')) });
}

async function build(
  files: readonly string[],
  { folder, sourceMaps, format }: Bundling,
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
      target: 'node24',
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

/** The bundler's own advice is to leave the package out, which would fail on Lambda. */
function installHint(text: string): string {
  const [, name] = /^Could not resolve "((?:@[\w.-]+\/)?[\w-][\w.-]*)(?:\/[^"]*)?"$/.exec(text) ?? [];
  return name === undefined ? '' : `; install it: npm install ${name}`;
}

function isBuildFailure(error: unknown): error is esbuild.BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors);
}
