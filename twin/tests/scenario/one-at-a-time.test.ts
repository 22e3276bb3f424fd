import { execFile, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { welcome } from '../../src/cli/screen.ts';
import { afterFile } from '../../../tests/support/cleanup.ts';
import { useHandlers } from '../../../tests/support/handlers.ts';
import { copyProject } from '../../../tests/support/project.ts';
import { isRunning } from '../../../tests/support/running.ts';
import { runTwin, startHere, twinHere, type Run } from '../support/cli.ts';
import { plainModel, plainRoutes } from '../support/plain-model.ts';
import { canMount, mountSmallDisk } from '../support/small-disk.ts';
import { requestToken, call, serviceToken, startTestTwin, withKeys } from '../support/twin.ts';

const FREE = ['--port', '0', '--tenant-port', '0'];
const UP = 'Ctrl+C stops it';

interface RunJson {
  readonly pid: number;
  readonly apiUrl: string;
  readonly tenantUrl: string;
}

/** Whether this process could listen where a twin did. */
const isFree = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(Number(new URL(url).port), '127.0.0.1', () => server.close(() => resolve(true)));
  });

const project = copyProject();
useHandlers(project, { pid: 'setInterval(() => {}, 1000);\nexport const handler = async () => process.pid;' });
let serving: Run | undefined;

// docs/fidelity.md F148
it('Of three simultaneous starts one serves with the keys on disk, and the others end with 1 and one sentence', async () => {
  const starts = [1, 2, 3].map(() => runTwin(project, 'start', ...FREE));
  const ended = await Promise.all(
    starts.map((each) => Promise.race([each.ended, each.until(UP).then(() => 'serves' as const)])),
  );
  expect(ended.map(String).toSorted((a, b) => a.localeCompare(b))).toEqual(['1', '1', 'serves']);
  const { pid, tenantUrl } = JSON.parse(project.read('.twin/dev/run.json')) as RunJson;
  for (const [at, start] of starts.entries()) {
    if (ended[at] === 'serves') expect(start.child.pid).toBe(pid);
    else
      expect(start.text()).toMatch(
        /^The twin of stack dev is running already \(process \d+\); end it first\.[^\n]*\n$/,
      );
  }
  const { clientIds, clientSecrets } = JSON.parse(project.read('.twin/dev/outputs.json')) as Record<
    string,
    Record<string, string>
  >;
  const response = await fetch(`${tenantUrl}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientIds?.['test-app'] ?? '',
      client_secret: clientSecrets?.['test-app'] ?? '',
      audience: 'https://test-api-for-jwt-authorizer.example.com',
    }),
  });
  expect(response.status).toBe(200);
  serving = starts[ended.indexOf('serves')];
});

it('The twin’s processes end when it is killed, and the stack can be started again', async () => {
  const { apiUrl } = JSON.parse(project.read('.twin/dev/run.json')) as RunJson;
  const pids = [Number(await (await fetch(`${apiUrl}/pid`)).text()), serving?.child.pid ?? 0];
  expect(pids.filter(isRunning)).toEqual(pids);
  serving?.child.kill('SIGKILL');
  await expect.poll(() => pids.filter(isRunning)).toEqual([]);
  // A zombie still holds the lock.
  await serving?.ended;
  expect(existsSync(join(project.path, '.twin/dev/run.json'))).toBe(true);
  await (await startHere(project)).close();
});

// docs/fidelity.md F149
it('Killing npm start ends the twin and frees its ports, although npm’s shell passes no signal on', async () => {
  const project = withKeys(copyProject());
  const npm = spawn('npm', ['start', '--', ...FREE], { cwd: project.path, stdio: 'ignore' });
  afterFile(() => npm.kill('SIGKILL'));
  const file = join(project.path, '.twin/dev/run.json');
  await expect.poll(() => existsSync(file)).toBe(true);
  const { pid, apiUrl, tenantUrl } = JSON.parse(project.read('.twin/dev/run.json')) as RunJson;
  expect(isRunning(pid)).toBe(true);
  npm.kill('SIGTERM');
  await expect.poll(() => isRunning(pid)).toBe(false);
  expect(existsSync(file)).toBe(false);
  expect(await Promise.all([apiUrl, tenantUrl].map(isFree))).toEqual([true, true]);
});

// docs/fidelity.md F150
it('A twin whose .twin folder is deleted continues, and writes the folder again with the same keys and secrets', async () => {
  const twin = await startTestTwin();
  const files = ['seed', 'signing-key.pem', 'outputs.json', 'run.json'].map((name) => `.twin/dev/${name}`);
  const before = files.map(twin.project.read);
  const token = await serviceToken(twin);
  rmSync(join(twin.project.path, '.twin'), { recursive: true });
  expect((await call(twin, token)).status).toBe(200);
  await expect.poll(() => twin.log.join('\n')).toContain('.twin/dev/ was deleted.');
  expect(files.map(twin.project.read)).toEqual(before);
  expect((await requestToken(twin, { grant_type: 'client_credentials' })).status).toBe(200);
  await twin.end();
});

it.runIf(canMount)(
  // docs/fidelity.md F151
  '--state-dir lets the twin serve a read-only checkout, and twin token finds the twin',
  async () => {
    const project = copyProject();
    const disk = mountSmallDisk(mkdtempSync(join(tmpdir(), 'read-only-')), 16_384);
    const state = mkdtempSync(join(tmpdir(), 'state-'));
    try {
      cpSync(project.path, disk.folder, { recursive: true, filter: (path) => !path.endsWith('node_modules') });
      symlinkSync(join(project.path, 'node_modules'), join(disk.folder, 'node_modules'));
      disk.remountReadOnly();
      const root = pathToFileURL(`${disk.folder}/`);
      const checkout = { ...project, path: disk.folder, root };
      await expect(startHere(checkout)).rejects.toThrow(
        /^\.twin\/dev\/ cannot be used \(E[A-Z]+[^\n]*--state-dir[^\n]*$/,
      );
      const twin = await startHere(checkout, '--state-dir', state);
      expect(existsSync(join(state, 'dev/run.json'))).toBe(true);
      const token = await twinHere(checkout, 'token', '--as', 'test-app', '--state-dir', state);
      expect(token.code).toBe(0);
      expect(token.text).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
      await twin.close();
    } finally {
      disk.unmount();
      rmSync(state, { recursive: true });
    }
  },
);

const curlsOf = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('curl '));

it('The printed commands trust the --tls authority by a path that works from any folder', async () => {
  const twin = await startTestTwin({ tls: true });
  const [curl = ''] = curlsOf(welcome(twin.model(), twin));
  expect(curl).toContain(`--cacert ${twin.project.path}/.twin/dev/ca.pem`);
  const { stdout } = await promisify(execFile)('bash', ['-c', curl], { cwd: '/' });
  expect(stdout).toMatch(/^HTTP\/1.1 200 OK/);
  await twin.end();
});

// docs/fidelity.md F152
it('The printed commands never send a DELETE, and prefer a GET to another method', () => {
  const keys = { 'DELETE /orders': ['read'], 'POST /orders': ['read'], 'GET /orders': ['read'] };
  const addresses = {
    apiUrl: 'http://api',
    tenantUrl: 'http://tenant',
    caFile: undefined,
    stateFolder: '',
    pageUrl: '',
    forwards: new Map(),
  };
  const printed = (routes: typeof keys | Record<string, string[]>): string[] =>
    curlsOf(welcome(plainModel({}, plainRoutes(routes)), addresses));
  expect(printed(keys)[0]).toMatch(/^curl -i http:\/\/api\/orders /);
  expect(printed({ 'DELETE /orders': ['read'], 'POST /orders': ['read'] })[0]).toMatch(/^curl -i -X POST /);
  expect(printed({ 'DELETE /orders': ['read'] })).toEqual([]);
  const posting = plainModel({}, plainRoutes({ 'POST /orders': ['read'] }));
  const exampleBodies = { 'POST /orders': JSON.stringify({ buyer: "O'Hara" }) };
  expect(curlsOf(welcome({ ...posting, exampleBodies }, addresses))[0]).toMatch(
    / -H 'content-type: application\/json' -d '\{"buyer":"O'\\''Hara"\}'$/,
  );
});
