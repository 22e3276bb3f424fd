import { spawn } from 'node:child_process';
import type { Ended, Running } from './cli.ts';
import type { Sandbox, Weather } from './sandbox.ts';

/** Runs `npm run up -- --yes`, but for the type check. */
export function npmRunUp(sandbox: Sandbox, args: readonly string[] = [], weather: Weather = {}): Promise<Ended> {
  return beginNpmRunUp(sandbox, args, weather).ended;
}

/** Begins `npm run up -- --yes`. */
export function beginNpmRunUp(sandbox: Sandbox, args: readonly string[] = [], weather: Weather = {}): Running {
  const child = spawn(process.execPath, ['program/deploy/main.ts', '--yes', ...args], {
    cwd: sandbox.project.path,
    env: sandbox.environment(weather),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    stdout += part;
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => (text += part));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, text, stdout }));
  });
  return { pid: child.pid ?? 0, ended };
}
