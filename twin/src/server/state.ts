import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { UserError } from '../common/user-error.ts';

/** What the twin of a stack keeps between two runs, in `.twin/<stack>/`; only its owner may read it. */
export interface TwinState {
  readonly folder: string;
  /** The folder as a person would name it. */
  readonly shownAs: string;
  /** What the ids, secrets and passwords are derived from. */
  readonly seed: string;
  /** Reads a file, or undefined where there is none. */
  readonly read: (name: string) => string | undefined;
  /** Replaces a file as a whole, so that nobody reads half of it. */
  readonly write: (name: string, text: string) => void;
  readonly writeJson: (name: string, content: unknown) => void;
  /** Does something with the folder's files, and says plainly what is the matter with the disk when it cannot. */
  readonly guarded: <T>(work: () => T) => T;
  readonly remove: (name: string) => void;
}

/** @throws UserError when the folder cannot be used */
export function openState(root: URL, stack: string): TwinState {
  const folder = fileURLToPath(new URL(`.twin/${stack}/`, root));
  const shownAs = `.twin/${stack}/`;
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      throw new UserError(`${shownAs} cannot be used (${error.message}); make it readable and writable, or delete it.`);
    }
  };
  const write = (name: string, text: string): void => {
    const temporary = `${folder}${name}.${process.pid}.tmp`;
    try {
      writeFileSync(temporary, text, { mode: 0o600 });
      renameSync(temporary, folder + name);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  };
  const read = (name: string): string | undefined => {
    if (!existsSync(folder + name)) return undefined;
    chmodSync(folder + name, 0o600);
    return readFileSync(folder + name, 'utf8');
  };
  return guarded(() => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
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
      remove: (name) => guarded(() => rmSync(folder + name, { force: true })),
    };
  });
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}
