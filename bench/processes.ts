import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../', import.meta.url));

export interface Served {
  readonly child: ChildProcess;
  readonly url: string;
  readonly token: string;
  readonly stop: () => Promise<void>;
}

interface Outputs {
  readonly apiUrl: string;
  readonly tokenUrl: string;
  readonly audience: string;
  readonly clientIds: { readonly 'test-app': string };
  readonly clientSecrets: { readonly 'test-app': string };
}

/** `npm start` on free ports, its log read and thrown away; up when it says so. */
export async function startTwin(): Promise<Served> {
  const child = spawn('npm', ['start', '--', '--port', '0', '--tenant-port', '0'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  await printed(child, 'Ctrl+C ends it');
  const outputs = JSON.parse(readFileSync(`${ROOT}.twin/dev/outputs.json`, 'utf8')) as Outputs;
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
  return { child, url: `${outputs.apiUrl}/test`, token, stop: () => stop(child) };
}

/** A bare `node:http` server that verifies the same token's signature, and nothing else. */
export async function startBare(token: string): Promise<Served> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('bare-server.ts', import.meta.url))], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const text = await printed(child, '\n');
  return { child, url: text.trim(), token, stop: () => stop(child) };
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
