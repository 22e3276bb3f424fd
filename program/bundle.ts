import { fileURLToPath } from 'node:url';
import * as pulumi from '@pulumi/pulumi';
import esbuild from 'esbuild';
import { UserError } from '../common/user-error.ts';

/** The name of the one file in a function's archive; its exported `handler` is what Lambda calls. */
const FILE = 'index.mjs';
export const LAMBDA_HANDLER = 'index.handler';

/** CommonJS packages inside an ES module still call `require`. */
const BANNER =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/**
 * Bundles a handler with all that it imports into an archive of one file. The same sources give the same bytes on any
 * machine: paths inside are relative to the project, and nothing of the clock or the host goes in.
 * @throws UserError with the file, line and column of each error in the sources
 */
export function bundleHandler(file: string, root: URL): pulumi.asset.Archive {
  const folder = fileURLToPath(root);
  try {
    const { outputFiles, metafile } = esbuild.buildSync({
      absWorkingDir: folder,
      entryPoints: [file],
      outfile: FILE,
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
    const code = outputFiles[0]?.text ?? '';
    if (!Object.values(metafile.outputs).some(({ exports }) => exports.includes('handler'))) {
      throw new UserError(`${file} exports no handler; write: export const handler = async (event) => …`);
    }
    return new pulumi.asset.AssetArchive({ [FILE]: new pulumi.asset.StringAsset(code) });
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    throw new UserError(
      `${file} cannot be bundled:`,
      error.errors.map(({ location, text }) => ({
        place: location ? `${location.file}:${location.line}:${location.column + 1}` : file,
        message: text,
      })),
    );
  }
}

function isBuildFailure(error: unknown): error is esbuild.BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors);
}
