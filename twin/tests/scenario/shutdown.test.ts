import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runTwin } from '../support/cli.ts';
import { useHandlers } from '../../../tests/support/handlers.ts';
import { copyProject } from '../../../tests/support/project.ts';
import { isRunning } from '../../../tests/support/running.ts';
import { withKeys } from '../support/twin.ts';

const SLOW = `
setInterval(() => {}, 1000);
export const handler = async (event: any): Promise<unknown> => {
  const [, how, milliseconds] = /^([a-z]*)(\\d*)$/.exec(event.pathParameters?.what ?? '') ?? [];
  console.log(\`began \${how} in \${process.pid}\`);
  // Blocks the event loop without using the processor.
  if (how === 'block') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(milliseconds));
  else await new Promise((resolve) => setTimeout(resolve, Number(milliseconds)));
  return process.pid;
};
`;

/** Opens a connection that sends these bytes and nothing more. `closed` resolves when the server closes it. */
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

it('A twin that gets SIGTERM answers its open requests, ends with 0, and leaves no run.json or process', async () => {
  const project = withKeys(copyProject());
  useHandlers(project, { slow: SLOW, other: SLOW });
  const twin = runTwin(project, 'start', '--port', '0', '--tenant-port', '0');
  await twin.until('Ctrl+C stops it');
  const { apiUrl } = JSON.parse(project.read('.twin/dev/run.json')) as { apiUrl: string };
  // The processes in which an event has begun, by their ids.
  const begun = (): number[] => [...twin.text().matchAll(/began \w+ in (\d+)/g)].map(([, pid]) => Number(pid));
  const silent = await Promise.all(
    ['', 'GET /slow HTTP/1.1\r\nhost:', 'POST /slow HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\nabc'].map(
      (bytes) => halfway(apiUrl, bytes),
    ),
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
  const start = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 300));
  late.socket.write('def');
  await late.closed;
  expect(lateAnswer).toMatch(/^HTTP\/1\.1 200 OK/);
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  expect(await twin.ended).toBe(0);
  // A body that never ends would keep it for a minute.
  expect(performance.now() - start).toBeLessThan(30_000);
  await Promise.all(silent.map(({ closed }) => closed));
  expect(existsSync(join(project.path, '.twin/dev/run.json'))).toBe(false);
  await expect.poll(() => begun().filter(isRunning)).toEqual([]);
  await expect(fetch(apiUrl)).rejects.toThrow('fetch failed');
});
