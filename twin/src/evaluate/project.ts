import { existsSync } from 'node:fs';
import { basename, dirname, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isRecord } from '../common/shapes.ts';
import { UserError } from '../common/user-error.ts';
import { invalidFile, readYaml } from './yaml-file.ts';

export interface Project {
  readonly name: string;
  /** The program's working directory, with a trailing slash. */
  readonly folder: string;
  /** The SDK's runner runs this: a file in that folder, or `.` for the main file in `package.json`. */
  readonly entry: string;
  readonly nodeArguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly content: Readonly<Record<string, unknown>>;
}

/**
 * Reads `Pulumi.yaml`. @throws UserError if it is missing or invalid, or the program is in another language
 * Source: https://www.pulumi.com/docs/iac/concepts/projects/project-file/ and pulumi/pulumi,
 * sdk/nodejs/cmd/pulumi-language-nodejs/main.go (`parseOptions`)
 */
export function readProject(root: URL): Project {
  if (!existsSync(new URL('Pulumi.yaml', root))) {
    throw new UserError(`${fileURLToPath(root)} has no Pulumi.yaml; pass the folder of a Pulumi program with --cwd`, {
      code: 'no-project',
    });
  }
  const content = readYaml(root, 'Pulumi.yaml');
  const { name, main, runtime } = content;
  if (typeof name !== 'string')
    throw invalidFile('Pulumi.yaml', [{ place: 'name', message: 'missing; write the name of the project' }]);
  const language = isRecord(runtime) ? runtime['name'] : runtime;
  if (language !== 'nodejs') {
    throw new UserError(
      `Pulumi.yaml, runtime: the twin runs only nodejs programs, not ${JSON.stringify(language)}. ` +
        'For a deployed stack in any language, run `pulumi stack export` and pass the file to `twin access --state`.',
      { code: 'other-runtime' },
    );
  }
  const options = isRecord(runtime) && isRecord(runtime['options']) ? runtime['options'] : {};
  const place = new URL(typeof main === 'string' ? main : './', root);
  const path = fileURLToPath(place);
  const isFile = typeof main === 'string' && extname(path) !== '';
  const { nodeargs, typescript, tsconfig } = options;
  return {
    name,
    folder: isFile ? `${dirname(path)}/` : path.replace(/\/?$/, '/'),
    entry: isFile ? basename(path) : '.',
    nodeArguments: typeof nodeargs === 'string' ? nodeargs.split(/\s+/).filter((word) => word !== '') : [],
    environment: {
      ...(typescript !== false && { PULUMI_NODEJS_TYPESCRIPT: 'true' }),
      ...(typeof tsconfig === 'string' && { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig }),
    },
    content,
  };
}
