import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isAlive, stateFolder } from '../common/running.ts';
import { UserError } from '../common/user-error.ts';

/** The files that a stack's twin keeps between runs, in `.twin/<stack>/`. Only their owner can read them. */
export interface TwinState {
  readonly folder: string;
  readonly shownAs: string;
  /** Ids, secrets and passwords are derived from it. */
  readonly seed: string;
  readonly read: (name: string) => string | undefined;
  readonly write: (name: string, text: string) => void;
  readonly writeJson: (name: string, content: unknown) => void;
  /** Runs a function that uses the folder's files, and reports a disk error as a UserError. */
  readonly guarded: <T>(work: () => T) => T;
  readonly remove: (name: string) => void;
  /**
   * Writes all used files again if the folder was deleted, and returns whether it was.
   * @throws UserError if another twin has created the folder meanwhile
   */
  readonly restore: () => boolean;
  /** Deletes files and unlocks the folder. Does nothing if another twin has locked it. */
  readonly release: (...names: readonly string[]) => void;
}

/**
 * A symbolic link whose target is the id of the process that uses the folder. Creating a link is atomic, and fails if
 * it exists.
 */
const LOCK = 'lock';

/**
 * Locks and opens a stack's folder: two twins of a stack would overwrite each other's keys.
 * @param stateDir the parent folder; `.twin` in the program's folder by default
 * @throws UserError when the folder cannot be used, or another twin uses it
 */
export function openState(root: URL, stack: string, stateDir?: string): TwinState {
  const folder = fileURLToPath(stateFolder(root, stack, stateDir));
  const shownAs = stateDir === undefined ? `.twin/${stack}/` : folder;
  const kept = new Map<string, string>();
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      throw new UserError(
        `${shownAs} cannot be used (${error.message}); make it readable and writable, delete it, or choose another place with --state-dir.`,
      );
    }
  };
  const makeFolder = (): void => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const user = process.getuid?.();
    if (user !== undefined && statSync(folder).uid !== user) {
      throw new UserError(
        `${shownAs} belongs to another user, who could read its keys and replace them; delete it, or choose another place with --state-dir.`,
      );
    }
  };
  const holder = (): number => {
    try {
      return Number(readlinkSync(folder + LOCK));
    } catch {
      return 0;
    }
  };
  const lock = (): void => {
    makeFolder();
    for (;;) {
      try {
        symlinkSync(String(process.pid), folder + LOCK);
        return;
      } catch (error) {
        if (!isSystemError(error) || error.code !== 'EEXIST') throw error;
      }
      const pid = holder();
      if (pid !== 0 && pid !== process.pid && isAlive(pid)) {
        throw new UserError(
          `The twin of stack ${stack} is running already (process ${pid}); end it first. If that is another program, delete ${shownAs}${LOCK}.`,
        );
      }
      // The lock is stale: its twin was killed, or has ended in this process.
      rmSync(folder + LOCK, { force: true });
    }
  };
  const write = (name: string, text: string): void => {
    kept.set(name, text);
    makeFolder();
    const temporary = `${folder}${name}.${process.pid}.tmp`;
    try {
      // An existing file could belong to another user, or link elsewhere.
      rmSync(temporary, { force: true });
      writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' });
      renameSync(temporary, folder + name);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  };
  const read = (name: string): string | undefined => {
    if (!existsSync(folder + name)) return undefined;
    chmodSync(folder + name, 0o600);
    const text = readFileSync(folder + name, 'utf8');
    kept.set(name, text);
    return text;
  };
  const release = (...names: readonly string[]): void => {
    if (holder() !== process.pid) return;
    for (const name of [...names, LOCK]) rmSync(folder + name, { force: true });
  };
  const opened = (): TwinState => {
    lock();
    if (read('seed') === undefined) write('seed', `${randomBytes(32).toString('base64url')}\n`);
    const seed = read('seed')?.trim() ?? '';
    if (!/^[A-Za-z0-9_-]{43}$/.test(seed)) {
      throw new UserError(`${shownAs}seed is damaged; delete it (all ids and secrets change).`);
    }
    return {
      folder,
      shownAs,
      seed,
      read: (name) => guarded(() => read(name)),
      write: (name, text) => guarded(() => write(name, text)),
      writeJson: (name, content) => guarded(() => write(name, `${JSON.stringify(content, null, 2)}\n`)),
      guarded,
      remove: (name) => {
        kept.delete(name);
        guarded(() => rmSync(folder + name, { force: true }));
      },
      restore: () => {
        if (existsSync(`${folder}seed`)) return false;
        guarded(() => {
          lock();
          for (const [name, text] of kept) if (!existsSync(folder + name)) write(name, text);
        });
        return true;
      },
      release: (...names) => guarded(() => release(...names)),
    };
  };
  return guarded(() => {
    try {
      return opened();
    } catch (error) {
      release();
      throw error;
    }
  });
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}
