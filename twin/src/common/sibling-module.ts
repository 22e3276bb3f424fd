import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The file of a module that another process is to run: TypeScript in this repository, JavaScript in the package.
 * @param from the `import.meta.url` of the module that asks
 */
export function siblingModule(from: string, path: string): string {
  return fileURLToPath(new URL(`./${path}${extname(from)}`, from));
}
