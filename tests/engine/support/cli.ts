import { spawn } from 'node:child_process';
import { endAll } from './processes.ts';

/** Timeout of a command in milliseconds, for one that hangs: on a busy machine a command takes minutes. */
export const LIMIT = 1_000_000;

export interface Ended {
  readonly code: number | null;
  /** Everything that it printed, on both streams. */
  readonly text: string;
  readonly stdout: string;
}

export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
}

/** Starts a command of the Pulumi CLI. */
export function start(args: readonly string[], folder: string, env: NodeJS.ProcessEnv): Running {
  return begin('pulumi', [...args, '--non-interactive', '--color', 'never'], folder, env);
}

/** Starts a command. After the timeout, it and all its processes are killed. */
export function begin(command: string, args: readonly string[], folder: string, env: NodeJS.ProcessEnv): Running {
  const child = spawn(command, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const pid = child.pid ?? 0;
  let text = '';
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    stdout += part;
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => (text += part));
  const ended = new Promise<Ended>((resolve, reject) => {
    const timer = setTimeout(() => {
      endAll(pid);
      reject(new Error(`${command} ${args.join(' ')} did not end within ${LIMIT / 1000} s:\n${text}`));
    }, LIMIT);
    child.once('error', reject);
    // Not `close`: after the CLI is killed, its processes hold its streams a moment longer.
    child.once('exit', (code) => {
      clearTimeout(timer);
      setTimeout(() => resolve({ code, text, stdout }), 200);
    });
  });
  return { pid, ended };
}
