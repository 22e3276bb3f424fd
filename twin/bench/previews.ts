import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProjectCopy } from '../../tests/support/project.ts';
import { comparison, inPairs, seconds, timed } from './figures.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROVIDERS = ['auth0', 'aws', 'random'];

const EMPTY = 'export {};\n';
const ONE_OF_EACH = `
import * as auth0 from '@pulumi/auth0';
import * as aws from '@pulumi/aws';
import * as random from '@pulumi/random';
new auth0.ResourceServer('api', { identifier: 'https://api.example.com' });
new aws.cloudwatch.LogGroup('log');
new random.RandomPassword('password', { length: 20 });
`;

/**
 * Times `pulumi preview` of stack dev with stand-ins for the providers, by the CLI on the PATH and with the compile cache of
 * `npm run preview`. Without a CLI it prints one line.
 */
export async function timePreviews(
  pairs: number,
  projects: { readonly small: ProjectCopy; readonly large: ProjectCopy },
  print: (what: string, figure: string) => void,
): Promise<void> {
  if (spawnSync('pulumi', ['version']).error !== undefined) {
    print('previews', 'not measured, there is no pulumi on the PATH');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'auth0-http-api-previews-'));
  try {
    const environment = environmentIn(folder);
    const preview = (path: string, ...options: readonly string[]) => {
      pulumi(['stack', 'select', '--create', 'dev'], path, environment);
      return (): Promise<number> =>
        timed(async () => void pulumi(['preview', '--stack', 'dev', ...options], path, environment));
    };
    execFileSync(process.execPath, ['policy/bundle.ts'], { cwd: ROOT, stdio: 'ignore' });
    const small = preview(projects.small.path);
    const rows = [
      ['of dev, against a program with one resource of each provider', small, preview(program(folder, ONE_OF_EACH))],
      [
        'of dev with the policy pack, against one without it',
        preview(projects.small.path, '--policy-pack', join(ROOT, 'policy')),
        small,
      ],
      ['of 300 routes, against an empty program', preview(projects.large.path), preview(program(folder, EMPTY))],
    ] as const;
    for (const [what, measured, baseline] of rows) {
      await measured();
      await baseline();
      print(`preview ${what}`, comparison(await inPairs(pairs, measured, baseline), seconds));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A program of one file, beside the settings of the stack dev. */
function program(parent: string, index: string): string {
  const path = mkdtempSync(join(parent, 'program-'));
  const config = 'config: { "aws:region": eu-central-1, "auth0:domain": acme.eu.auth0.com }\n';
  const files = {
    'Pulumi.yaml': 'name: baseline\nruntime: { name: nodejs, options: { typescript: false } }\n',
    'Pulumi.dev.yaml': config,
    'package.json': '{ "type": "module", "main": "index.ts" }',
    'index.ts': index,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  symlinkSync(join(ROOT, 'node_modules'), join(path, 'node_modules'));
  return path;
}

/** An engine, a backend and providers of this folder's own. */
function environmentIn(folder: string): NodeJS.ProcessEnv {
  for (const name of ['backend', 'home', 'bin']) mkdirSync(join(folder, name));
  for (const name of PROVIDERS) {
    const shim = join(folder, 'bin', `pulumi-resource-${name}`);
    const main = join(ROOT, 'tests/engine/standin/main.ts');
    writeFileSync(shim, `#!/bin/sh\nSTANDIN_ENGINE=$PPID exec "${process.execPath}" "${main}" ${name} "$@"\n`);
    chmodSync(shim, 0o755);
  }
  return {
    ...process.env,
    PATH: [join(folder, 'bin'), join(ROOT, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
    NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/pulumi'),
    PULUMI_HOME: join(folder, 'home'),
    PULUMI_BACKEND_URL: `file://${join(folder, 'backend')}`,
    PULUMI_CONFIG_PASSPHRASE: 'bench',
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    STANDIN_WORLD: join(folder, 'world.jsonl'),
    STANDIN_REGION: 'eu-central-1',
    STANDIN_DELAY: '0',
    STANDIN_FAIL_FROM: 'Infinity',
    STANDIN_LIMIT: 'Infinity',
  };
}

function pulumi(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): void {
  const { status, stdout, stderr } = spawnSync('pulumi', [...args, '--non-interactive'], {
    cwd,
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`pulumi ${args[0]} failed:\n${stdout}${stderr}`);
}
