import { begin, type Ended, type Running } from './cli.ts';
import type { Sandbox, Weather } from './sandbox.ts';

/** Runs `npm run up -- --yes`, but for the type check. */
export function npmRunUp(sandbox: Sandbox, args: readonly string[] = [], weather: Weather = {}): Promise<Ended> {
  return beginNpmRunUp(sandbox, args, weather).ended;
}

/** Begins `npm run up -- --yes`. */
export function beginNpmRunUp(sandbox: Sandbox, args: readonly string[] = [], weather: Weather = {}): Running {
  const command = ['program/deploy/main.ts', '--yes', ...args];
  return begin(process.execPath, command, sandbox.project.path, sandbox.environment(weather));
}
