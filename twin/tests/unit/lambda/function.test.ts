import { afterAll, beforeAll, expect, it } from 'vitest';
import { useHandlers } from '../../../../tests/support/handlers.ts';
import { call, startTestTwin, type TestTwin } from '../../support/twin.ts';

const FAILED = '{"message":"Internal Server Error"}';

/** What a handler may do to itself, by the last part of the path; `well` tells which process it was. */
const MOODS = `
import { closeSync, writeSync } from 'node:fs';
const say = (text: string): unknown => { writeSync(3, text); return new Promise(() => {}); };
const big = (size: number) => 'x'.repeat(size);
const later = (work: () => void) => void setTimeout(work, 20);
const cyclic: Record<string, unknown> = {};
cyclic['self'] = cyclic;
let count = 0;

const moods: Record<string, () => unknown> = {
  well: () => ({ pid: process.pid, count }),
  throws: () => { throw new Error('on purpose'); },
  'throws-undefined': () => { throw undefined; },
  'throws-text': () => { throw 'on purpose'; },
  'throws-a-trap': () => { throw { toString() { process.exit(7); }, get stack() { throw new Error('no'); } }; },
  'throws-a-worse-trap': () => { throw Object.defineProperty(new Error(), 'stack', { get() { throw new Error('trap'); } }); },
  'throws-a-number-as-stack': () => { throw Object.assign(new Error('on purpose'), { stack: 42 }); },
  rejects: () => Promise.reject(new Error('on purpose')),
  'rejects-null': () => Promise.reject(null),
  cyclic: () => cyclic,
  bigint: () => ({ n: 1n }),
  'to-json-throws': () => ({ toJSON() { throw new Error('on purpose'); } }),
  undefined: () => undefined,
  'a-function': () => () => 1,
  'a-symbol': () => Symbol('x'),
  null: () => null,
  'not-a-number': () => NaN,
  'six-megabytes': () => big(6_291_556 - 2),
  'more-than-six': () => big(6_291_556 - 1),
  'status-999': () => ({ statusCode: 999 }),
  'status-text': () => ({ statusCode: '200' }),
  'body-object': () => ({ statusCode: 200, body: { a: 1 } }),
  'header-split': () => ({ statusCode: 200, headers: { 'x-a': 'b\\r\\nx-c: d' } }),
  'looks-for-a-parent': () => [typeof process.send, typeof process.channel],
  disconnects: () => { process.disconnect(); return 1; },
  'answers-for-others': () => { writeSync(3, '{"kind":"result","requestId":"-","json":"1"}\\n'); return 'mine'; },

  never: () => new Promise(() => {}),
  blocks: () => { for (;;); },
  'exits-0': () => process.exit(0),
  kills: () => process.kill(process.pid, 'SIGKILL'),
  terminates: () => { process.kill(process.pid, 'SIGTERM'); return new Promise(() => {}); },
  aborts: () => process.abort(),
  'closes-its-channel': () => { closeSync(3); return new Promise(() => {}); },
  'says-garbage': () => say('garbage\\n'),
  'says-null': () => say('null\\n'),
  'says-an-unknown-word': () => say('{"kind":"more","requestId":"-"}\\n'),
  'answers-a-number': () => say('{"kind":"result","requestId":"-","json":1}\\n'),
  'says-bytes': () => { writeSync(3, Buffer.from([0xff, 0xfe, 0, 10])); return new Promise(() => {}); },
  'never-ends-its-line': () => { for (;;) writeSync(3, 'x'); },
  'rejects-unseen': () => { void Promise.reject(new Error('unseen')); return new Promise(() => {}); },
  'throws-in-a-timer': () => new Promise(() => later(() => { throw new Error('in a timer'); })),
  overflows: () => { const f = (): number => 1 + f(); return f(); },
  'drops-listeners': () => { process.removeAllListeners(); return new Promise(() => {}); },

  'exits-after': () => { setImmediate(() => process.exit(0)); return 'answered'; },
  'exits-later': () => { later(() => process.exit(0)); return 'answered'; },
  'rejects-after': () => { void Promise.reject(new Error('unseen')); return 'answered'; },
  'killed-after': () => { later(() => process.kill(process.pid, 'SIGKILL')); return 'answered'; },
  'garbage-after': () => { later(() => say('garbage\\n')); return 'answered'; },
};

export const handler = (event: { pathParameters: { what: string } }): unknown => {
  count += 1;
  return moods[event.pathParameters.what]!();
};
`;

const FILLS = `
export const handler = async (event: { pathParameters: { what: string } }): Promise<unknown> => {
  const kept: unknown[] = [];
  for (;;) {
    if (event.pathParameters.what === 'arrays') kept.push(new Array(10_000).fill(Math.random()));
    else if (event.pathParameters.what === 'buffers') kept.push(Buffer.alloc(1_000_000, 1));
    else if (event.pathParameters.what === 'slowly') kept.push(await new Promise((done) => setImmediate(() => done(Buffer.alloc(1_000_000, 1)))));
    else return process.pid;
  }
};
`;

const WRITES = `
export const handler = async (event: { pathParameters: { what: string } }): Promise<unknown> => {
  if (event.pathParameters.what === 'one-line') process.stdout.write(\`\${'x'.repeat(5_000_000)}\\n\`);
  if (event.pathParameters.what === 'many-lines') process.stdout.write('a line\\n'.repeat(100_000));
  if (event.pathParameters.what === 'binary') process.stdout.write(Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 256)));
  if (event.pathParameters.what === 'controls') process.stderr.write('\\u001b[2J\\u0000\\u0007\\r\\n');
  return process.pid;
};
`;

let twin: TestTwin;
beforeAll(async () => {
  twin = await startTestTwin({
    change: (project) => {
      useHandlers(project, {
        hurried: { source: MOODS, timeout: 1 },
        patient: { source: MOODS, timeout: 25 },
        fills: { source: FILLS, timeout: 10 },
        writes: WRITES,
        unset: 'export let handler: unknown;',
        constant: 'export const handler = 42;',
        callback: 'const load = [async (_event, _context, _callback) => 1];\nexport const handler = load[0];',
        streaming: 'export const handler = globalThis.awslambda.streamifyResponse(async () => undefined);',
        throwing: "throw new Error('at load');\nexport const handler = async () => 1;",
        exiting: 'process.exit(0);\nexport const handler = async () => 1;',
        pending: 'await new Promise(() => {});\nexport const handler = async () => 1;',
        sometimes: `
import { existsSync, writeFileSync } from 'node:fs';
if (!existsSync('once')) { writeFileSync('once', ''); throw new Error('the first time'); }
export const handler = async () => 'loaded';`,
      });
    },
  });
});
afterAll(() => twin.end());

/** A short timeout is for what never ends: a loaded machine needs seconds for the rest. */
const NEVER_ENDING = ['never', 'blocks', 'drops-listeners', 'never-ends-its-line'];
const routeOf = (name: string): string => (NEVER_ENDING.includes(name) ? '/hurried' : '/patient');
const mood = (name: string): ReturnType<typeof call> => call(twin, undefined, `${routeOf(name)}/${name}`);
/** The process of the function that has this mood. */
const pidOf = async (name: string): Promise<number | undefined> =>
  (JSON.parse((await call(twin, undefined, `${routeOf(name)}/well`)).text) as { pid?: number }).pid;
/** What the log says of the last request to a path. */
const logged = (path: string): string | undefined => twin.log.findLast((line) => line.includes(`GET ${path}`));
const noDefect = (): void => expect(twin.log.filter((line) => line.startsWith('DEFECT'))).toEqual([]);

it.each([
  ['throws', 500, FAILED, 'Error: on purpose'],
  ['throws-undefined', 500, FAILED, 'undefined'],
  ['throws-text', 500, FAILED, 'on purpose'],
  ['throws-a-trap', 500, FAILED, 'toString'],
  ['throws-a-number-as-stack', 500, FAILED, 'handled: '],
  ['throws-a-worse-trap', 500, FAILED, 'handled: '],
  ['rejects', 500, FAILED, 'Error: on purpose'],
  ['rejects-null', 500, FAILED, 'null'],
  ['cyclic', 500, FAILED, 'circular'],
  ['bigint', 500, FAILED, 'BigInt'],
  ['to-json-throws', 500, FAILED, 'on purpose'],
  ['overflows', 500, FAILED, 'Maximum call stack'],
  ['more-than-six', 500, FAILED, 'Response payload size exceeded'],
  ['status-999', 500, FAILED, 'a response that cannot be sent'],
  ['status-text', 500, FAILED, 'a response that cannot be sent'],
  ['body-object', 500, FAILED, 'a response that cannot be sent'],
  ['header-split', 500, FAILED, 'a response that cannot be sent'],
  ['undefined', 200, 'null', ''],
  ['a-function', 200, 'null', ''],
  ['a-symbol', 200, 'null', ''],
  ['null', 200, 'null', ''],
  ['not-a-number', 200, 'null', ''],
  ['looks-for-a-parent', 200, '["undefined","undefined"]', ''],
  ['disconnects', 500, FAILED, 'process.disconnect is not a function'],
  ['answers-for-others', 200, 'mine', ''],
])('A handler that does "%s" gets %i %s, and its process stays', async (name, status, text, reason) => {
  const before = await pidOf(name);
  expect(await mood(name)).toMatchObject({ status, text });
  expect(logged(`${routeOf(name)}/${name}`)).toContain(reason);
  expect(await pidOf(name)).toBe(before);
});

it('A response of exactly six megabytes is complete', async () => {
  const { status, text } = await mood('six-megabytes');
  expect([status, text.length]).toEqual([200, 6_291_554]);
});

it.each([
  ['exits-0', 'Runtime exited: exit status 0'],
  ['kills', 'Runtime exited: SIGKILL'],
  ['terminates', 'Runtime exited: SIGTERM'],
  ['aborts', 'SIGABRT'],
  ['closes-its-channel', 'Runtime exited'],
  ['says-garbage', 'the handler wrote to the channel of its runtime'],
  ['says-null', 'the handler wrote to the channel of its runtime'],
  ['says-an-unknown-word', 'the handler wrote to the channel of its runtime'],
  ['answers-a-number', 'the handler wrote to the channel of its runtime'],
  ['says-bytes', 'the handler wrote to the channel of its runtime'],
  ['never-ends-its-line', ''],
  // AWS's client of nodejs24 waits a turn before it answers.
  // docs/fidelity.md F91
  ['rejects-after', 'Runtime exited: exit status 1'],
  ['exits-after', 'Runtime exited: exit status 0'],
  ['rejects-unseen', 'Runtime exited: exit status 1'],
  ['throws-in-a-timer', 'Runtime exited: exit status 1'],
  ['drops-listeners', 'Task timed out'],
])('A handler that does "%s" gets 500, and the next request gets a new process', async (name, reason) => {
  const before = await pidOf(name);
  expect(await mood(name)).toMatchObject({ status: 500, text: FAILED });
  expect(logged(`${routeOf(name)}/${name}`)).toContain(reason);
  expect(await pidOf(name)).not.toBe(before);
  noDefect();
});

it('A handler that never ends or blocks gets 500 after the timeout, and the next request gets a new process', async () => {
  const before = await pidOf('never');
  const began = performance.now();
  const answers = await Promise.all([mood('never'), mood('blocks')]);
  expect(performance.now() - began).toBeGreaterThan(990);
  expect(answers.map(({ status }) => status)).toEqual([500, 500]);
  for (const name of ['never', 'blocks']) {
    expect(logged(`${routeOf(name)}/${name}`)).toContain('Task timed out after 1.00 seconds');
  }
  expect(await pidOf('never')).not.toBe(before);
  noDefect();
});

it.each(['exits-later', 'killed-after', 'garbage-after'])(
  'A handler that does "%s" after its response: the response stays good, and no later request fails but one that runs then',
  async (name) => {
    const before = await pidOf(name);
    expect(await mood(name)).toMatchObject({ status: 200, text: 'answered' });
    // At once, while the process is ending, and when it has ended.
    const pids = [await pidOf(name)];
    while ([before, undefined].includes(pids.at(-1))) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      pids.push(await pidOf(name));
    }
    expect(pids.filter((pid) => pid === undefined).length).toBeLessThan(2);
    noDefect();
  },
);

it.each(['arrays', 'buffers', 'slowly'])('A handler that fills its 128 MB with %s gets 500', async (what) => {
  const before = (await call(twin, undefined, '/fills/nothing')).text;
  expect(await call(twin, undefined, `/fills/${what}`)).toMatchObject({ status: 500, text: FAILED });
  expect(logged(`/fills/${what}`)).toContain('exceeded its memory size');
  const after = await call(twin, undefined, '/fills/nothing');
  expect(after.status).toBe(200);
  expect(after.text).not.toBe(before);
});

it.each([
  ['unset', 'Runtime.HandlerNotFound: index.handler is undefined or not exported'],
  ['constant', 'Runtime.HandlerNotFound: index.handler is not a function'],
  ['callback', 'Runtime.CallbackHandlerDeprecated: '],
  ['streaming', 'Runtime.InvalidStreamingOperation: an HTTP API does not stream'],
  ['throwing', 'Error: at load'],
  ['exiting', 'Runtime exited: exit status 0'],
  ['pending', 'Runtime exited: exit status 13'],
])('A module that cannot be loaded gets 500 for each request: %s', async (name, reason) => {
  const answers = await Promise.all([1, 2].map(() => call(twin, undefined, `/${name}`)));
  expect(answers.map(({ status }) => status)).toEqual([500, 500]);
  expect(logged(`/${name}`)).toContain(reason);
  noDefect();
});

it('A module that could not be loaded is loaded again for the next request', async () => {
  expect((await call(twin, undefined, '/sometimes')).status).toBe(500);
  expect(await call(twin, undefined, '/sometimes')).toMatchObject({ status: 200, text: 'loaded' });
});

it.each(['one-line', 'many-lines', 'binary', 'controls'])('A handler that writes %s loses no request', async (what) => {
  const before = (await call(twin, undefined, '/writes/nothing')).text;
  expect(await call(twin, undefined, `/writes/${what}`)).toMatchObject({ status: 200, text: before });
  noDefect();
});

it('The output of a handler is logged by line, and a line of megabytes in pieces', async () => {
  const before = twin.log.length;
  const fresh = (): string[] => twin.log.slice(before);
  // The first may go on a line that another test's handler did not end.
  await call(twin, undefined, '/writes/many-lines');
  await expect.poll(() => fresh().filter((line) => line.endsWith('a line')).length).toBeGreaterThanOrEqual(100_000);
  await call(twin, undefined, '/writes/one-line');
  await expect
    .poll(() => fresh().reduce((sum, line) => sum + (/^x+$/.test(line) ? line.length : 0), 0))
    .toBeGreaterThan(4_900_000);
  expect(fresh().reduce((most, line) => Math.max(most, line.length), 0)).toBeLessThan(400_000);
});
