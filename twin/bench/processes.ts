import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ProjectCopy } from '../../tests/support/project.ts';
import type { Outputs } from '../../tests/support/twin.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SDKS = "await Promise.all(['pulumi', 'aws', 'auth0', 'random'].map((name) => import(`@pulumi/${name}`)))";
/** Milliseconds without the expected answer after which a measurement fails. */
const PATIENCE = 60_000;

export interface Served {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

/** `twin start` for a copy of the project, up to the first authorized 200. */
export async function startTwin(project: ProjectCopy): Promise<Served> {
  const child = spawn(
    process.execPath,
    [join(ROOT, 'twin/src/cli/main.ts'), 'start', '--port', '0', '--tenant-port', '0'],
    { cwd: project.path, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const run = join(project.path, '.twin/dev/run.json');
  await until(() => existsSync(run), 'run.json');
  const outputs = JSON.parse(project.read('.twin/dev/outputs.json')) as Outputs;
  const response = await fetch(outputs.tokenUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: outputs.clientIds['test-app'],
      client_secret: outputs.clientSecrets['test-app'],
      audience: outputs.audience,
    }),
  });
  const { access_token: token } = (await response.json()) as { access_token: string };
  const { pid } = JSON.parse(project.read('.twin/dev/run.json')) as { pid: number };
  const served = { url: outputs.apiUrl, token, pid, stop: () => stop(child) };
  await answers(served, '/test', 'JWT');
  return served;
}

/** Resolves once an authorized GET of the path is a 200 whose body has the text. */
export async function answers({ url, token }: Served, path: string, text: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  await until(async () => {
    const response = await fetch(`${url}${path}`, { headers });
    return (await response.text()).includes(text) && response.status === 200;
  }, `a 200 of ${path}`);
}

export async function startBareServer(token: string, key: string): Promise<Served> {
  const file = fileURLToPath(new URL('bare-server.ts', import.meta.url));
  const child = spawn(process.execPath, [file, key], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { url: String(line).trim(), token, pid: child.pid ?? 0, stop: () => stop(child) };
}

/** A Node process that imports the Pulumi SDKs and ends: the baseline of a start and an evaluation. */
export async function loadSdks(): Promise<void> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', SDKS], { cwd: ROOT, stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`loading the SDKs ended with ${code}`);
}

/** MB of a process, without its children. */
export function residentMemory(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;
}

async function until(check: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!(await check())) {
    if (performance.now() > end) throw new Error(`${what} did not come within ${PATIENCE / 1000} s`);
    await pause(10);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
