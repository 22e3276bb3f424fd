import { readFileSync } from 'node:fs';

/** Whether there is a process of this id, even a zombie. */
export function exists(pid: number): boolean {
  try {
    // No signal: only asks.
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Whether a process of this id runs. */
export function isRunning(pid: number): boolean {
  if (!exists(pid)) return false;
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    // Not Linux; or it has gone meanwhile, as the next look will show.
    return true;
  }
}
