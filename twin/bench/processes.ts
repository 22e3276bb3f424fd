import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Served {
  readonly child: ChildProcess;
  readonly url: string;
  readonly token: string;
  /** Of the process that serves, not of npm above it. */
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

export interface ServedTwin extends Served {
  readonly tokenUrl: string;
  /** The body of a token request for the test client. */
  readonly tokenRequest: string;
}

interface Outputs {
  readonly apiUrl: string;
  readonly tokenUrl: string;
  readonly audience: string;
  readonly clientIds: { readonly 'test-app': string };
  readonly clientSecrets: { readonly 'test-app': string };
}

/** `npm start` on free ports, its log read and thrown away; up when it says so. */
export async function startTwin(): Promise<ServedTwin> {
  const child = spawn('npm', ['start', '--', '--port', '0', '--tenant-port', '0'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  await printed(child, 'Ctrl+C ends it');
  const outputs = JSON.parse(readFileSync(`${ROOT}.twin/dev/outputs.json`, 'utf8')) as Outputs;
  const { pid } = JSON.parse(readFileSync(`${ROOT}.twin/dev/run.json`, 'utf8')) as { pid: number };
  const tokenRequest = JSON.stringify({
    grant_type: 'client_credentials',
    client_id: outputs.clientIds['test-app'],
    client_secret: outputs.clientSecrets['test-app'],
    audience: outputs.audience,
  });
  const response = await fetch(outputs.tokenUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: tokenRequest,
  });
  const { access_token: token } = (await response.json()) as { access_token: string };
  const { apiUrl, tokenUrl } = outputs;
  return { child, pid, url: `${apiUrl}/test`, token, tokenUrl, tokenRequest, stop: () => stop(child) };
}

/** A bare `node:http` server that verifies the same token's signature, and nothing else. */
export async function startBare(token: string): Promise<Served> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('bare-server.ts', import.meta.url))], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const text = await printed(child, '\n');
  return { child, pid: child.pid ?? 0, url: text.trim(), token, stop: () => stop(child) };
}

async function printed(child: ChildProcess, wanted: string): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      if (text.length < 100_000) text += part;
      if (text.includes(wanted)) resolve(text);
    });
    child.once('exit', () => reject(new Error(`it ended before it was up:\n${text}`)));
  });
}

async function stop(child: ChildProcess): Promise<void> {
  child.removeAllListeners('exit');
  const ended = once(child, 'exit');
  // npm does not pass a signal on to what it runs: the whole group gets it.
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
  await ended;
}
