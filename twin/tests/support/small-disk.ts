import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether this user may mount a file system: root on Linux may, outside of most containers. */
export const canMount = ((): boolean => {
  const folder = join(tmpdir(), `can-mount-${process.pid}`);
  try {
    mountSmallDisk(folder, 4).unmount();
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
})();

export interface SmallDisk {
  readonly folder: string;
  readonly remountReadOnly: () => void;
  readonly unmount: () => void;
}

/** A disk of so many KB at a folder, which it makes. */
export function mountSmallDisk(folder: string, size: number): SmallDisk {
  mkdirSync(folder, { recursive: true });
  const run = (command: string, ...args: string[]): void => void execFileSync(command, args, { stdio: 'pipe' });
  run('mount', '-t', 'tmpfs', '-o', `size=${size}k`, 'tmpfs', folder);
  return {
    folder,
    remountReadOnly: () => run('mount', '-o', 'remount,ro', folder),
    unmount: () => run('umount', '-l', folder),
  };
}
