import { execFile, execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import serveIssuers from '../../tests/engine/support/issuers.ts';
import { copyProject, type ProjectCopy } from '../../tests/support/project.ts';
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
 * Times `pulumi preview` of stack dev with stand-ins for the providers, by the CLI on the PATH and with the environment of
 * `npm run preview`. Without a CLI it prints one line.
 */
export async function timePreviews(
  pairs: number,
  large: ProjectCopy,
  print: (what: string, figure: string) => void,
): Promise<void> {
  if (spawnSync('pulumi', ['version']).error !== undefined) {
    print('previews', 'not measured, there is no pulumi on the PATH');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'auth0-http-api-previews-'));
  const dev = copyProject();
  // The program refuses placeholders.
  dev.edit('Pulumi.dev.yaml', 'your-tenant.eu.auth0.com', 'acme.eu.auth0.com');
  dev.edit('Pulumi.dev.yaml', 'https://test-api-for-jwt-authorizer.example.com', 'https://api.acme.io');
  let issuers = '';
  const provide = (_name: string, url: string): void => void (issuers = url);
  const stopIssuers = await serveIssuers({ provide } as unknown as TestProject);
  const standIns = startStandIns(folder);
  try {
    const environment = environmentIn(folder, issuers);
    const preview = async (path: string, ...options: readonly string[]) => {
      await pulumi(['stack', 'select', '--create', 'dev'], path, environment);
      return (): Promise<number> =>
        timed(async () => pulumi(['preview', '--stack', 'dev', ...options], path, environment));
    };
    execFileSync(process.execPath, ['policy/bundle.ts'], { cwd: ROOT, stdio: 'ignore' });
    const small = await preview(dev.path);
    const rows = [
      [
        'of dev, against a program with one resource of each provider',
        small,
        await preview(program(folder, ONE_OF_EACH)),
      ],
      [
        'of dev with the policy pack, against one without it',
        await preview(dev.path, '--policy-pack', join(ROOT, 'policy')),
        small,
      ],
      ['of 300 routes, against an empty program', await preview(large.path), await preview(program(folder, EMPTY))],
    ] as const;
    for (const [what, measured, baseline] of rows) {
      await measured();
      await baseline();
      print(`preview ${what}`, comparison(await inPairs(pairs, measured, baseline), seconds));
    }
  } finally {
    stopIssuers();
    standIns.kill();
    dev.remove();
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

/** One process for all providers, whose port each plugin prints. */
function startStandIns(folder: string): ChildProcess {
  const files = ['journal.jsonl', 'faults.json'].map((name) => join(folder, name));
  writeFileSync(join(folder, 'faults.json'), '{}');
  return spawn(process.execPath, [join(ROOT, 'tests/engine/standin/main.ts'), ...files, 'eu-central-1'], {
    stdio: ['ignore', openSync(join(folder, 'port'), 'w'), 'inherit'],
  });
}

/** An engine, a backend and providers of this folder's own. */
function environmentIn(folder: string, issuers: string): NodeJS.ProcessEnv {
  for (const name of ['backend', 'home', 'bin']) mkdirSync(join(folder, name));
  for (const name of PROVIDERS) {
    const shim = join(folder, 'bin', `pulumi-resource-${name}`);
    writeFileSync(
      shim,
      `#!/bin/sh\nuntil [ -s "${folder}/port" ]; do sleep 0.05; done; cat "${folder}/port"; exec sleep 600\n`,
    );
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
    NODE_OPTIONS: ['tests/engine/standin/issuers.ts', 'commands/deploy/sdk-loading.ts']
      .map((file) => `--import=${new URL(`../../${file}`, import.meta.url).href}`)
      .join(' '),
    STANDIN_ISSUERS: issuers,
  };
}

async function pulumi(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  await promisify(execFile)('pulumi', [...args, '--non-interactive'], { cwd, env, maxBuffer: 2 ** 30 });
}
