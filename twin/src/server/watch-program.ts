import { watch } from 'chokidar';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { UserError } from '../common/user-error.ts';

/**
 * Milliseconds until an editor has finished writing. Chokidar drops changes of a file within 50 ms of the last one, so
 * reading the file earlier could miss an edit.
 */
const SETTLED = 60;

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

interface ProgramWatch {
  /**
   * Calls back after a change of a source, handler or stack file, even an earlier change. Calls do not overlap.
   * @param failed called when the watch breaks
   */
  readonly listen: (changed: () => Promise<void>, failed: (error: UserError) => void) => void;
  readonly close: () => Promise<void>;
}

/**
 * Watches the program's files; once this resolves, no change is missed.
 * @throws UserError if the system refuses, for example Linux with too few inotify watches
 */
export async function watchProgram(root: URL): Promise<ProgramWatch> {
  const folder = fileURLToPath(root);
  const watcher = watch(folder, {
    ignoreInitial: true,
    ignored: (path) => NOT_PROGRAM.has(path.slice(folder.length).split('/')[0] ?? ''),
  });
  let timer: NodeJS.Timeout | undefined;
  const listener = Promise.withResolvers<() => Promise<void>>();
  let onFailure = (error: UserError): void => {
    throw error;
  };
  let running: Promise<void> = Promise.resolve();
  watcher.on('all', () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(async () => (await listener.promise)());
    }, SETTLED);
  });
  await once(watcher, 'ready').catch(async (error: unknown) => {
    await watcher.close();
    throw watchError(error);
  });
  watcher.on('error', (error) => onFailure(watchError(error)));
  return {
    listen: (changed, failed) => {
      listener.resolve(changed);
      onFailure = failed;
    },
    close: () => watcher.close(),
  };
}

function watchError(error: unknown): UserError {
  const why = error instanceof Error ? error.message : String(error);
  return new UserError(
    `The project's files cannot be watched (${why}); close programs that watch many files, or raise the limit (fs.inotify on Linux).`,
  );
}
