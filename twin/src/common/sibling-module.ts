import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Returns the path of a module for another process to run: TypeScript in this repository, JavaScript in the package.
 * @param from the caller's `import.meta.url`
 */
export function siblingModule(from: string, path: string): string {
  return fileURLToPath(new URL(`./${path}${extname(from)}`, from));
}
