import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether this user may mount a file system, like root on Linux outside of most containers. */
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

/** Creates a folder, and mounts a disk of this many KB there. */
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
