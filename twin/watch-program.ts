import { watch, type FSWatcher } from 'chokidar';
import { fileURLToPath } from 'node:url';

/** Milliseconds to wait for an editor to finish writing. */
const SETTLED = 100;

/** Folders that the program does not read. */
const NOT_PROGRAM = new Set([
  'node_modules',
  '.git',
  '.twin',
  'tests',
  'docs',
  'access',
  'page',
  'twin',
  'bench',
  'coverage',
]);

/** Calls back when a source, a handler or a stack file has changed; never twice at once. */
export function watchProgram(root: URL, changed: () => Promise<void>): FSWatcher {
  const folder = fileURLToPath(root);
  const watcher = watch(folder, {
    ignoreInitial: true,
    ignored: (path) => NOT_PROGRAM.has(path.slice(folder.length).split('/')[0] ?? ''),
  });
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  watcher.on('all', () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(changed);
    }, SETTLED);
  });
  return watcher;
}
