import { fileURLToPath } from 'node:url';
import * as pulumi from '@pulumi/pulumi';
import esbuild from 'esbuild';
import { problem, UserError } from '../user-error.ts';
import type { Contract } from '../contract/define-contract.ts';

/** The name of the one file in a function's archive; its exported `handler` is what Lambda calls. */
const FILE = 'index.mjs';
/** What a function is told to call: the file without its ending, and the export. */
export const LAMBDA_HANDLER = 'index.handler';

/** CommonJS packages inside an ES module still call `require`. */
const BANNER =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** The archives of the handlers, by file. */
export type Bundles = ReadonlyMap<string, pulumi.asset.Archive>;

/**
 * Bundles each handler with all that it imports into an archive of one file. The same sources give the same bytes on any
 * machine: paths inside are relative to the project, and nothing of the clock or the host goes in. All handlers are
 * bundled in one go, since starting the bundler takes longer than what it does.
 * @throws UserError with the file, line and column of each error in the sources
 */
export async function bundleHandlers({ handlers }: Pick<Contract, 'handlers'>, root: URL): Promise<Bundles> {
  const distinct = [...new Set(Object.values(handlers).map(({ file }) => file))];
  if (distinct.length === 0) return new Map();
  const { outputFiles, metafile } = await build(distinct, fileURLToPath(root));
  const outputs = Object.entries(metafile.outputs);
  const exporting = outputs.filter(([, { exports }]) => exports.includes('handler')).map(([path]) => path);
  const problems = distinct
    .filter((_, index) => !exporting.includes(outputPath(index)))
    .map((file) => problem('missing', file, 'it exports no handler; write: export const handler = async (event) => …'));
  if (problems.length > 0) throw new UserError('bundle', 'The handlers cannot be bundled:', problems);
  return new Map(
    distinct.map((file, index) => {
      const code = outputFiles.find(({ path }) => path.endsWith(`/${outputPath(index)}`))?.text ?? '';
      return [file, new pulumi.asset.AssetArchive({ [FILE]: new pulumi.asset.StringAsset(code) })];
    }),
  );
}

/** Where the bundler would write the bundle of the how-manieth handler. */
function outputPath(index: number): string {
  return `bundle/${index}.js`;
}

async function build(
  files: readonly string[],
  folder: string,
): Promise<esbuild.BuildResult<{ metafile: true; write: false }>> {
  try {
    return await esbuild.build({
      absWorkingDir: folder,
      entryPoints: files.map((file, index) => ({ in: file, out: String(index) })),
      outdir: 'bundle',
      banner: { js: BANNER },
      bundle: true,
      metafile: true,
      write: false,
      platform: 'node',
      target: 'node24',
      format: 'esm',
      charset: 'utf8',
      legalComments: 'none',
      logLevel: 'silent',
    });
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    const problems = error.errors.map(({ location, text }) => {
      const place = location ? `${location.file}:${location.line}:${location.column + 1}` : 'contract.ts, handlers';
      return problem('invalid', place, text);
    });
    throw new UserError('bundle', 'The handlers cannot be bundled:', problems);
  }
}

function isBuildFailure(error: unknown): error is esbuild.BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors);
}
