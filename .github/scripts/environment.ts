import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Access } from './github.ts';

/** A variable that the workflow must set. */
export function needed(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`the workflow must set ${name}`);
  return value;
}

/** What GitHub Actions sets itself, and the token, which the workflow passes on. */
export function access(): Access {
  return { api: needed('GITHUB_API_URL'), repository: needed('GITHUB_REPOSITORY'), token: needed('GITHUB_TOKEN') };
}

/** Where this run is shown. */
export function runUrl(): string {
  return `${needed('GITHUB_SERVER_URL')}/${needed('GITHUB_REPOSITORY')}/actions/runs/${needed('GITHUB_RUN_ID')}`;
}

/** A stack's name, which goes into a marker and a file name. */
export function stackName(name: string): string {
  if (!/^[A-Za-z0-9._-]+$/.test(name)) throw new Error(`${JSON.stringify(name)} is no name of a stack`);
  return name;
}

/** The text of a file of the report, or nothing when an earlier job did not get as far. */
export function reportFile(folder: string, name: string): string | undefined {
  const path = join(folder, name);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
