import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { up } from '../deploy/command.ts';
import { NO_CLI } from '../deploy/pulumi-cli.ts';
import { UserError } from '../../program/user-error.ts';
import { secretVersionIn } from './secret-version.ts';

const USAGE = 'npm run rotate -- --stack <name> --client <name> [--yes]';
const root = new URL('../../', import.meta.url);

/** Runs `npm run rotate`: activates a client's next secret. */
export function rotate(): void {
  try {
    process.exitCode = run();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

function run(): number {
  const { stack, client, yes } = readOptions();
  const file = `Pulumi.${stack}.yaml`;
  const path = new URL(file, root);
  if (!/^[A-Za-z0-9._-]+$/.test(stack) || !existsSync(path)) throw new UserError('rotate', `There is no ${file}.`);
  const written = secretVersionIn(readFileSync(path, 'utf8'), file, client);
  const deployed = deployedVersion(stack, client);
  if (deployed !== written.version) {
    throw new UserError(
      'rotate',
      `${file} has secretVersion ${written.version} for ${client}, but the deployed stack has ${deployed ?? 'none'}. Run npm run up first, so that the next secret is published before it is valid.`,
    );
  }
  writeFileSync(path, written.with(written.version + 1));
  if (up(['--stack', stack, ...(yes ? ['--yes'] : [])]) !== 0) {
    throw new UserError(
      'rotate',
      `The secret may not have been rotated. ${file} now has secretVersion ${written.version + 1} for ${client}: finish with npm run up, or set it back to ${written.version}.`,
    );
  }
  process.stdout.write(`The secret of ${client} is now the one that nextClientSecrets had. Commit ${file}.\n`);
  return 0;
}

function deployedVersion(stack: string, client: string): number | undefined {
  const { status, stdout, stderr, error } = spawnSync('pulumi', ['stack', 'output', '--json', '--stack', stack], {
    cwd: root,
    encoding: 'utf8',
  });
  if (error !== undefined) throw new UserError('rotate', NO_CLI);
  if (status !== 0)
    throw new UserError('rotate', `pulumi stack output failed for the stack ${stack}:\n${stderr.trim()}`);
  const { secretVersions } = JSON.parse(stdout) as { secretVersions?: Readonly<Record<string, number>> };
  return secretVersions?.[client];
}

/** Parses the options. @throws UserError for an unknown or missing option */
function readOptions(): { readonly stack: string; readonly client: string; readonly yes: boolean } {
  const usage = (problem: string): UserError => new UserError('rotate', `${problem}\nUsage: ${USAGE}`);
  try {
    const { stack, client, yes } = parseArgs({
      options: { stack: { type: 'string' }, client: { type: 'string' }, yes: { type: 'boolean', default: false } },
    }).values;
    if (stack === undefined || client === undefined) throw usage('Name the stack and the client.');
    return { stack, client, yes };
  } catch (error) {
    throw error instanceof TypeError ? usage(error.message) : error;
  }
}
