import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isUserError, UserError } from '../../src/common/user-error.ts';
import { startTwin } from '../../src/server/serve.ts';
import { servingOptions } from '../../src/cli/start.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { parsed, runTwin, startHere, twinHere, type Run } from '../support/cli.ts';
import { evaluateHere } from '../../../tests/support/evaluate.ts';
import { copyProject, type ProjectCopy } from '../../../tests/support/project.ts';
import { isRunning } from '../../../tests/support/running.ts';
import { withKeys } from '../support/twin.ts';

const FREE = ['--port', '0', '--tenant-port', '0'];
const UP = 'Ctrl+C stops it';
const onEvent = (): void => undefined;

describe('Bad input to npm start', () => {
  let project: ProjectCopy;
  afterEach(() => project.remove());

  const rows: readonly (readonly [string, (copy: ProjectCopy) => void, readonly string[], string])[] = [
    ['a stack name with a slash', () => undefined, ['--stack', '../dev'], 'Invalid stack name "../dev"'],
    [
      'a stack without a file',
      () => undefined,
      ['--stack', 'dve'],
      'Pulumi.dve.yaml does not exist. Stacks in this folder: dev',
    ],
    [
      'the same port for gateway and tenant',
      () => undefined,
      ['--port', '3010', '--tenant-port', '3010'],
      '--port and --tenant-port are both 3010',
    ],
    [
      'a stack file that is not YAML',
      (copy) => copy.write('Pulumi.dev.yaml', 'config:\n  a: [\n'),
      [],
      'Pulumi.dev.yaml is invalid:',
    ],
    [
      'a key file without a key',
      (copy) => damage(copy, 'signing-key.pem', 'x'),
      [],
      'signing-key.pem is not a readable private key',
    ],
    ['a damaged seed', (copy) => damage(copy, 'seed', 'x'), [], 'seed is damaged'],
    [
      'a key file that is a folder',
      (copy) => mkdirSync(join(copy.path, '.twin/dev/signing-key.pem'), { recursive: true }),
      [],
      '.twin/dev/ cannot be used',
    ],
    ['a resource that the twin does not emulate', addRestApi, [], 'aws:apigateway/restApi:RestApi "old"'],
  ];

  const leavesNothing = (): void => {
    expect(existsSync(join(project.path, '.twin/dev/run.json'))).toBe(false);
    expect(existsSync(join(project.path, '.twin/dev/outputs.json'))).toBe(false);
  };

  const program: typeof rows = [
    [
      'a stack file with a wrong value',
      (copy) => copy.edit('Pulumi.dev.yaml', 'your-tenant', 'https://your-tenant'),
      [],
      'Pulumi.dev.yaml:3, auth0:domain',
    ],
    [
      'a key without its namespace',
      (copy) => copy.edit('Pulumi.dev.yaml', 'config:\n', 'config:\n  tokenLifetime: 60\n'),
      [],
      'Pulumi.dev.yaml:2, auth0-http-api:tokenLifetime: unknown key; did you mean api:tokenLifetime?',
    ],
    [
      'a syntax error in a handler',
      (copy) => copy.write('handler/test.ts', 'export const handler = {'),
      [],
      'handler/test.ts:1:',
    ],
    [
      'a handler without its file',
      (copy) => copy.edit('contract.ts', 'handler/test.ts', 'handler/tset.ts'),
      [],
      'does not exist',
    ],
  ];

  // Without a process for each: it prints the message of a UserError and ends with 1, as one-at-a-time.test.ts shows.
  it.each([...rows, ...program])(
    'twin start fails with one message and leaves no files for %s',
    async (_name, change, args, message) => {
      project = copyProject();
      change(project);
      const serve = async (): Promise<unknown> => {
        const options = servingOptions(await parsed('start', [...FREE, ...args]));
        return startTwin({ root: project.root, ...options, evaluate: evaluateHere, onEvent });
      };
      const error: unknown = await serve().catch((reason: unknown) => reason);
      // The program and the twin have a class each.
      expect(isUserError(error)).toBe(true);
      expect((error as UserError).message).toContain(message);
      leavesNothing();
    },
  );

  it('twin start fails with one message and leaves no files for a port in use', async () => {
    project = copyProject();
    const taken = createServer();
    const port = await new Promise<number>((resolve) => {
      taken.listen(0, '127.0.0.1', () => {
        const address = taken.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    const options = servingOptions(await parsed('start', [...FREE, '--port', String(port)]));
    const start = startTwin({ root: project.root, ...options, evaluate: evaluateHere, onEvent });
    await expect(start).rejects.toThrow(
      new UserError(`Port ${port} is in use; choose another with --port (0 chooses a free one).`),
    );
    leavesNothing();
    taken.close();
  });
});

function addRestApi(copy: ProjectCopy): void {
  copy.edit('index.ts', 'import type', "import * as aws from '@pulumi/aws';\nimport type");
  copy.edit('index.ts', '  return outputs', "  new aws.apigateway.RestApi('old');\n  return outputs");
}

function damage(copy: ProjectCopy, file: string, text: string): void {
  mkdirSync(join(copy.path, '.twin/dev'), { recursive: true });
  copy.write(`.twin/dev/${file}`, text);
}

it.each([
  [['--prot', '1'], "unknown option '--prot'\n(Did you mean --port?)"],
  [['--port', 'http'], "argument 'http' is invalid. It must be a number from 0 to 65535."],
  [
    ['--config', 'api:audience'],
    "argument 'api:audience' is invalid. It must be key=value, key=@file or key=@- (standard input).",
  ],
  [['--config', 'api:audience=@/no/such/file'], '/no/such/file cannot be read: ENOENT'],
  [['dev'], 'too many arguments'],
])('twin start %j is rejected with what is wrong', async (args, message) => {
  await expect(parsed('start', args)).rejects.toThrow(message);
});

it('twin start --config key=@file takes the value from the file, so that it is in no list of processes', async () => {
  const project = copyProject();
  project.write('secret', 'from a file\n');
  const { config } = await parsed('start', ['--config', `api:audience=@${project.path}/secret`]);
  expect(config).toEqual({ 'api:audience': 'from a file' });
  project.remove();
});

it.each(Object.entries(COMMANDS))('twin %s --help has an example of every option', (_name, { options, examples }) => {
  const shown = examples.flatMap((example) => example.match(/--[a-z-]+/g));
  expect(new Set(shown)).toEqual(new Set(options.map(({ long }) => long)));
});

it('twin start --help prints the options and examples that run in this folder, and ends with 0', async () => {
  const project = copyProject();
  const { code, text } = await twinHere(project, 'start', '--help');
  expect(code).toBe(0);
  expect(text).toMatch(/^Usage: npm start -- \[options\]\n[^]*--cwd[^]*Examples:\n {2}npm start -- --stack prod/);
  project.remove();
});

describe('npm start', () => {
  let project: ProjectCopy;
  let twin: Run;
  /** What it prints before anybody asks. */
  let first: string;
  beforeAll(async () => {
    project = withKeys(copyProject());
    twin = runTwin(project, 'start', ...FREE);
    await twin.until(UP);
    first = twin.text();
  });
  afterAll(() => {
    twin.child.kill('SIGKILL');
    project.remove();
  });

  const curls = (): string[] => first.split('\n').filter((line) => line.startsWith('curl '));
  const paste = async (command: string): Promise<string> =>
    (await promisify(execFile)('bash', ['-c', `${command} 2>/dev/null`])).stdout;

  it('npm start prints the addresses, the access of each caller, and a curl for each scenario on one page', () => {
    expect(first.split('\n').length).toBeLessThan(40);
    expect(first).toContain('GET /test  needs read:user');
    expect(first).toContain('  test-app               client_credentials, password; grant: read:user\n');
    expect(first).toContain('test-user@example.com');
    expect(curls()).toHaveLength(2);
  });

  it('The curl commands that npm start prints work as they are pasted', async () => {
    for (const curl of curls()) expect(await paste(curl)).toMatch(/^HTTP\/1.1 200 OK[^]*"JWT test backend lambda"$/);
  });

  it('npm start prints a line for each request', async () => {
    await paste(`curl -s ${/http:\/\/localhost:\d+/.exec(twin.text())?.[0]}/test`);
    await twin.until('401 GET /test');
    expect(twin.text()).toContain('the route needs a token in the Authorization header; the request has none');
    expect(twin.text().match(/200 GET \/test \(test-app\) \d+ ms$/gm)).toHaveLength(2);
  });

  it('The files of npm start are readable only by their owner', () => {
    for (const file of ['seed', 'signing-key.pem', 'outputs.json', 'run.json']) {
      expect(statSync(join(project.path, '.twin/dev', file)).mode & 0o777).toBe(0o600);
    }
  });

  it('npm start serves a changed handler, reports a broken one, and continues to serve', async () => {
    const [curl = ''] = curls();
    project.edit('handler/test.ts', 'JWT test backend lambda', 'changed');
    await expect.poll(() => paste(curl), { timeout: 60_000, interval: 200 }).toContain('"changed"');
    await twin.until(/Reloaded in \d+\.\d s: ~ function \S+\n/);
    expect(twin.text().split('Service (client_credentials):')).toHaveLength(2);
    project.edit('handler/test.ts', 'export const', 'export konst');
    await twin.until('The handlers cannot be bundled');
    await twin.until('Reload failed. Still serving the last working version.');
    expect(await paste(curl)).toContain('"changed"');
    project.write('handler/test.ts', 'setInterval(() => {}, 1000);\nexport const handler = async () => process.pid;');
    await expect.poll(() => paste(curl), { timeout: 60_000, interval: 200 }).toMatch(/\r\n\r\n\d+$/);
  });

  it('The twin’s processes end when the process that forked it has ended, and a token stays good after a restart', async () => {
    const outputs = JSON.parse(project.read('.twin/dev/outputs.json')) as { tokenUrl: string };
    const [curl = ''] = curls();
    const token = (await paste(/\$\((.*)\)"$/.exec(curl)?.[1] ?? '')).trim();
    expect(token.split('.')).toHaveLength(3);
    const pids = [Number(/\d+$/.exec(await paste(curl))), twin.child.pid ?? 0];
    expect(pids.filter(isRunning)).toEqual(pids);
    twin.child.disconnect();
    await expect.poll(() => pids.filter(isRunning)).toEqual([]);
    // A zombie still holds the lock. A child whose channel this process closed does not emit `close`.
    await expect.poll(() => twin.child.exitCode).not.toBeNull();

    await startHere(project);
    const again = JSON.parse(project.read('.twin/dev/outputs.json')) as { apiUrl: string; tokenUrl: string };
    expect(again.tokenUrl).not.toBe(outputs.tokenUrl);
    const response = await fetch(`${again.apiUrl}/test`, { headers: { authorization: `Bearer ${token}` } });
    expect(response.status).toBe(200);
  });
});
