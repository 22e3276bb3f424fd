import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runTwin, type Run } from '../support/cli.ts';
import { useHandlers } from '../../../tests/support/handlers.ts';
import { copyProject, type ProjectCopy } from '../../../tests/support/project.ts';
import { isRunning } from '../../../tests/support/running.ts';

const SLOW = `
setInterval(() => {}, 1000);
export const handler = async (event: any): Promise<unknown> => {
  const [, how, milliseconds] = /^([a-z]*)(\\d*)$/.exec(event.pathParameters?.what ?? '') ?? [];
  console.log(\`began \${how} in \${process.pid}\`);
  const until = Date.now() + Number(milliseconds);
  if (how === 'block') while (Date.now() < until);
  else await new Promise((resolve) => setTimeout(resolve, Number(milliseconds)));
  return process.pid;
};
`;

interface Started {
  readonly project: ProjectCopy;
  readonly twin: Run;
  readonly apiUrl: string;
  /** The processes in which an event has begun, by their ids. */
  readonly begun: () => number[];
}

let first: Started;
let second: Started;
let third: Started;
beforeAll(async () => {
  [first, second, third] = await Promise.all([start(), start(), start()]);
});

async function start(): Promise<Started> {
  const project = copyProject();
  useHandlers(project, { slow: SLOW, other: SLOW });
  const twin = runTwin(project, 'start', '--port', '0', '--tenant-port', '0');
  await twin.until('Ctrl+C stops it');
  const { apiUrl } = JSON.parse(project.read('.twin/dev/run.json')) as { apiUrl: string };
  const begun = (): number[] => [...twin.text().matchAll(/began \w+ in (\d+)/g)].map(([, pid]) => Number(pid));
  return { project, twin, apiUrl, begun };
}

/** A connection that has sent this much and then is silent; it is told when it has been closed. */
function halfway(apiUrl: string, bytes: string): Promise<{ socket: Socket; closed: Promise<void> }> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(apiUrl).port), '127.0.0.1', () => {
      socket.write(bytes);
      resolve({ socket, closed });
    });
    const closed = new Promise<void>((done) => socket.on('error', () => undefined).once('close', () => done()));
    socket.resume();
  });
}

describe('Shutdown', () => {
  it('A twin that gets SIGTERM answers its open requests, ends with 0, and leaves no run.json or process', async () => {
    const { project, twin, apiUrl, begun } = first;
    const silent = await Promise.all(
      [
        '',
        'GET /slow HTTP/1.1\r\nhost:',
        'POST /slow HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\nabc',
      ].map((bytes) => halfway(apiUrl, bytes)),
    );
    const requests = ['/slow/sleep1500', '/slow/sleep1500', '/slow/block1500', '/other/sleep1500', '/other/sleep10'];
    const answers = requests.map(async (path) => {
      const response = await fetch(apiUrl + path);
      return { status: response.status, text: await response.text() };
    });
    const late = await halfway(apiUrl, 'POST /other HTTP/1.1\r\nhost: localhost\r\ncontent-length: 6\r\n\r\nabc');
    let lateAnswer = '';
    late.socket.setEncoding('latin1').on('data', (text: string) => (lateAnswer += text));
    await expect.poll(begun, { timeout: 60_000 }).toHaveLength(requests.length);
    twin.child.kill('SIGTERM');
    // A terminal's Ctrl+C goes to every process of the group.
    begun().forEach((pid) => isRunning(pid) && process.kill(pid, 'SIGINT'));
    const told = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 300));
    late.socket.write('def');
    await late.closed;
    expect(lateAnswer).toMatch(/^HTTP\/1\.1 200 OK/);
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(await twin.ended).toBe(0);
    expect(performance.now() - told).toBeLessThan(4000);
    await Promise.all(silent.map(({ closed }) => closed));
    expect(existsSync(join(project.path, '.twin/dev/run.json'))).toBe(false);
    await expect.poll(() => begun().filter(isRunning)).toEqual([]);
    await expect(fetch(apiUrl)).rejects.toThrow('fetch failed');
  });

  it.each<[string, (child: ChildProcess) => void, () => Started]>([
    ['it is killed', (child) => child.kill('SIGKILL'), () => second],
    ['the process that forked it has ended', (child) => child.disconnect(), () => third],
  ])('The twin’s processes end when %s', async (_when, end, started) => {
    const { twin, apiUrl } = started();
    const pid = Number(await (await fetch(`${apiUrl}/slow/sleep1`)).text());
    expect(isRunning(pid)).toBe(true);
    end(twin.child);
    await expect.poll(() => [pid, twin.child.pid ?? 0].filter(isRunning)).toEqual([]);
  });
});
