import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { printHelp } from '../commands/help.ts';
import type { NextSteps } from './pipeline.ts';

const folder = import.meta.dirname;
const root = join(folder, '..');
const HELP = `Usage: npm run bootstrap -- --stack NAME [options of pulumi up]
Creates what the workflows need at AWS, Auth0 and GitHub, as bootstrap/Pulumi.NAME.yaml declares it.`;

function main(args: string[]): void {
  const { stack } = parseArgs({ args, options: { stack: { type: 'string', short: 's' } }, strict: false }).values;
  if (typeof stack !== 'string')
    throw new Error('Name a stack: npm run bootstrap -- --stack NAME (bootstrap/README.md)');
  if (!existsSync(join(folder, `Pulumi.${stack}.yaml`)))
    throw new Error(`Write bootstrap/Pulumi.${stack}.yaml first; bootstrap/README.md has an example.`);
  if (!existsSync(join(folder, 'node_modules'))) run('npm', ['ci', '--prefix', folder], 'inherit');
  run('pulumi', ['stack', 'select', '--create', stack], 'inherit');
  run('pulumi', ['up', ...args], 'inherit');
  const outputs = JSON.parse(run('pulumi', ['stack', 'output', '--json', '--stack', stack], 'pipe')) as {
    readonly stacks?: Readonly<Record<string, { readonly [step in keyof NextSteps]: string }>>;
  };
  for (const [name, { boundary, create }] of Object.entries(outputs.stacks ?? {})) {
    addBoundary(`Pulumi.${name}.yaml`, boundary);
    console.log(`If ${name} has no state yet: ${create}`);
  }
}

/** Adds the boundary to a stack file without one; rejects a different one, for which no policies were generated. */
function addBoundary(file: string, boundary: string): void {
  const text = readFileSync(join(root, file), 'utf8');
  if (/^[^#\n]*\bapi:permissionsBoundary\b/m.test(text)) return;
  const line = `api:permissionsBoundary: ${boundary}`;
  const changed = text.replace(/^config:[ \t]*$/m, `$&\n  ${line}`);
  if (changed !== text) writeFileSync(join(root, file), changed);
  console.log(
    changed === text
      ? `Write into ${file}: ${line}`
      : `${file} names the permissions boundary now: run npm run access, then commit both.`,
  );
}

function run(command: string, args: readonly string[], stdout: 'inherit' | 'pipe'): string {
  const result = spawnSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['inherit', stdout, 'inherit'] });
  if (result.error !== undefined) throw new Error(`There is no ${command} on the path; install it.`);
  if (result.status !== 0) throw new Error(`${command} ${args[0]} failed, so the bootstrap stopped.`);
  return result.stdout;
}

printHelp(process.argv, HELP);
try {
  main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
