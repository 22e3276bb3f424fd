import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { FunctionProcess } from '../../../src/lambda/function-process.ts';
import { useHandlers } from '../../../../tests/support/handlers.ts';
import { LAMBDA } from '../../support/local-api.ts';
import { call, startTestTwin, type TestTwin } from '../../support/twin.ts';

/** What must not be seen; each is in the environment of the twin while it runs. */
const HOST = {
  AWS_ACCESS_KEY_ID: 'host-access-key',
  AWS_SECRET_ACCESS_KEY: 'host-secret-key',
  AWS_SESSION_TOKEN: 'host-session',
  AWS_PROFILE: 'host-profile',
  AWS_REGION: 'host-region',
  AUTH0_CLIENT_SECRET: 'host-auth0',
  PULUMI_ACCESS_TOKEN: 'host-pulumi',
  FOO: 'host-foo',
  HOME: '/host-home',
  _HANDLER: 'host-handler',
  NODE_EXTRA_CA_CERTS: '/host-certificates',
};

const REPORT = `
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
const own = (): string => { try { return readFileSync('/proc/self/environ', 'latin1'); } catch { return ''; } };
const packages = () => { try { return createRequire(import.meta.url).resolve(['ya', 'ml'].join('')); } catch (error) { return (error as { code: string }).code; } };
export const handler = async (_event: unknown, context: any): Promise<unknown> => ({
  env: process.env, environ: own(), argv: process.argv, execArgv: process.execArgv, title: process.title, cwd: process.cwd(),
  context: { ...context, keys: Object.keys(context) }, packages: packages(), remaining: context.getRemainingTimeInMillis(), done: typeof context.done,
});
`;

const SPEAKS = `
export const handler = async (): Promise<string> => {
  console.log('a log line', { a: 1 });
  console.info('an info line');
  console.debug('a debug line');
  console.warn('a warning');
  console.error(new Error('an error line'));
  console.log('%s has %d', 'this', 2);
  process.stdout.write('written plainly\\n');
  process.stderr.write('without an end');
  return 'said';
};
`;

interface Report {
  readonly env: Readonly<Record<string, string>>;
  readonly environ: string;
  readonly argv: readonly string[];
  readonly execArgv: readonly string[];
  readonly title: string;
  readonly cwd: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly remaining: number;
  readonly done: string;
  /** Where a package of the project is found, or why not. */
  readonly packages: string;
}

const UNLOADABLE = "throw new Error('no table');\nexport const handler = async () => 1;";
const THROWS =
  "export const handler = async () => { throw new TypeError('on purpose', { cause: new Error('why') }); };";

let twin: TestTwin;
let report: Report;
beforeAll(async () => {
  twin = await startTestTwin({
    change: (project) => {
      useHandlers(project, {
        report: { source: REPORT, memory: 192, timeout: 7 },
        speaks: SPEAKS,
        throws: THROWS,
        unloadable: UNLOADABLE,
      });
      project.edit(
        'program/aws/function.ts',
        '      role: role.arn,',
        `      role: role.arn,
      environment: { variables: { TABLE: 'orders', LANG: 'de_DE.UTF-8' } },`,
      );
    },
  });
  for (const [name, value] of Object.entries(HOST)) vi.stubEnv(name, value);
  const answer = await call(twin, undefined, '/report');
  vi.unstubAllEnvs();
  report = JSON.parse(answer.text) as Report;
});
afterAll(() => twin.end());

// docs/fidelity.md F87
it('The environment of a function has only the variables that Lambda and the program set', () => {
  const any: unknown = expect.any(String);
  expect(report.env).toEqual({
    _HANDLER: 'index.handler',
    AWS_DEFAULT_REGION: 'eu-central-1',
    AWS_EC2_METADATA_DISABLED: any,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '192',
    AWS_LAMBDA_FUNCTION_NAME: expect.stringContaining('-report') as unknown,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: any,
    AWS_LAMBDA_LOG_GROUP_NAME: any,
    AWS_LAMBDA_LOG_STREAM_NAME: any,
    AWS_REGION: 'eu-central-1',
    AWS_XRAY_CONTEXT_MISSING: any,
    AWS_XRAY_DAEMON_ADDRESS: any,
    _AWS_XRAY_DAEMON_ADDRESS: any,
    _AWS_XRAY_DAEMON_PORT: any,
    _X_AMZN_TRACE_ID: any,
    HOME: any,
    LAMBDA_RUNTIME_DIR: any,
    LAMBDA_TASK_ROOT: report.cwd,
    // Lambda's is another; the function's own wins.
    LANG: 'de_DE.UTF-8',
    NODE_PATH: any,
    NODE_V8_COVERAGE: any,
    PATH: any,
    TABLE: 'orders',
    TZ: ':UTC',
  });
});

it.each(Object.entries(HOST))('The environment of a function has no variable of the host: %s', (_name, value) => {
  expect(JSON.stringify(report)).not.toContain(value);
});

it('A function cannot read a secret of the twin from its arguments, its environment or its process', () => {
  const { clientSecrets, testUserPassword } = twin.outputs;
  const seed = twin.project.read('.twin/dev/seed').trim();
  for (const secret of [...Object.values(clientSecrets), testUserPassword, seed]) {
    expect(JSON.stringify(report)).not.toContain(secret);
  }
  expect(report.argv).toHaveLength(2);
  expect(report.execArgv).toEqual(['--max-old-space-size=192', '--disable-warning=ExperimentalWarning']);
});

// docs/fidelity.md F89
it('A function cannot load the project’s packages, only those in its archive', () => {
  expect(report.packages).toBe('MODULE_NOT_FOUND');
  expect(relative(twin.project.path, report.cwd)).toMatch(/^\.\./);
});

it('The context of an event has the fields of Lambda', () => {
  const { context, env } = report;
  expect(context).toEqual({
    awsRequestId: expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/) as string,
    functionName: env['AWS_LAMBDA_FUNCTION_NAME'],
    functionVersion: '$LATEST',
    invokedFunctionArn: context['invokedFunctionArn'],
    memoryLimitInMB: '192',
    logGroupName: env['AWS_LAMBDA_LOG_GROUP_NAME'],
    logStreamName: env['AWS_LAMBDA_LOG_STREAM_NAME'],
    xRayTraceId: env['_X_AMZN_TRACE_ID'],
    keys: [
      'clientContext',
      'identity',
      'invokedFunctionArn',
      'awsRequestId',
      'tenantId',
      'xRayTraceId',
      'getRemainingTimeInMillis',
      'functionName',
      'functionVersion',
      'memoryLimitInMB',
      'logGroupName',
      'logStreamName',
    ],
  });
  expect(context['invokedFunctionArn']).toMatch(/^arn:aws:lambda:eu-central-1:\d{12}:function:.+-report/);
});

it('The context counts down from the function’s timeout, and has no functions that Node.js 24 removed', () => {
  expect(report.remaining).toBeGreaterThan(6500);
  expect(report.remaining).toBeLessThanOrEqual(7000);
  expect(report.done).toBe('undefined');
});

it('A console line of a handler has the time, the id of the invocation and the level', async () => {
  await call(twin, undefined, '/speaks');
  await expect.poll(() => twin.log.find((line) => line.endsWith('\ta warning'))).toBeDefined();
  const id = twin.log.find((line) => line.endsWith('\ta warning'))?.split('\t')[1] ?? '';
  expect(id).toMatch(/^[\da-f-]{36}$/);
  const logged = (): string[] => twin.log.filter((line) => line.includes(`\t${id}\t`));
  await expect.poll(logged).toHaveLength(6);
  expect(logged().map((line) => line.split('\t').slice(2).join(' '))).toEqual([
    'INFO a log line { a: 1 }',
    'INFO an info line',
    'DEBUG a debug line',
    'WARN a warning',
    'ERROR Error: an error line',
    'INFO this has 2',
  ]);
  expect(logged()[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\t/);
  expect(twin.log).toContain('written plainly');
});

it('The log says why a handler did not load, and where', async () => {
  expect((await call(twin, undefined, '/unloadable')).status).toBe(500);
  const at = (): number => twin.log.findIndex((line) => line.endsWith('\tERROR\tInit Error Error: no table'));
  await expect.poll(at).toBeGreaterThanOrEqual(0);
  await expect.poll(() => twin.log[at() + 1]).toMatch(/^ +at handler\/unloadable\.ts:\d+:\d+/);
});

it('The log says where a handler threw an error, and its cause', async () => {
  const answer = await call(twin, undefined, '/throws');
  expect(answer.status).toBe(500);
  await expect.poll(() => twin.log.filter((line) => line.includes('cause]: Error: why'))).toHaveLength(1);
  const at = twin.log.findIndex((line) => line.includes('\tERROR\tInvoke Error TypeError: on purpose'));
  expect(twin.log[at + 1]).toMatch(/^ +at Object\.handler \(handler\/throws\.ts:\d+:\d+/);
  expect(twin.log.slice(at).filter((line) => /^ +at /.test(line) && !line.includes('handler/throws.ts:'))).toEqual([]);
});

it('Loading a handler is given up after the limit', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lambda-'));
  writeFileSync(join(folder, 'index.mjs'), 'setInterval(() => {}, 1000);\nawait new Promise(() => {});\n');
  const place = { region: 'eu-central-1', folder, print: () => undefined, initLimit: 400 };
  const late = new FunctionProcess({ ...LAMBDA, timeout: 1 }, place);
  const fates = await Promise.all([late.invoke('1', {}), late.invoke('2', {})]);
  const failed = { kind: 'failed', reason: 'the handler did not load within 0.4 seconds' };
  expect(fates).toEqual([failed, failed]);
  expect(late.alive).toBe(false);
  rmSync(folder, { recursive: true });
});
