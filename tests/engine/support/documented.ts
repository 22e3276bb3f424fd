import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { ROOT } from '../../support/project.ts';
import type { Sandbox } from './sandbox.ts';

/** Runs the `pulumi` command in a page of `docs/` that contains an example, with a replacement for the example. */
export async function runDocumented(sandbox: Sandbox, page: string, example: string, text = example): Promise<void> {
  const lines = readFileSync(new URL(`docs/${page}`, ROOT), 'utf8').split('\n');
  const command = lines.find((line) => line.startsWith('pulumi ') && line.includes(example));
  if (command === undefined) throw new Error(`docs/${page} has no command with ${example}`);
  const options = { cwd: sandbox.project.path, env: sandbox.environment() };
  await promisify(execFile)('bash', ['-c', command.replaceAll(example, text)], options);
}
