import { flushCompileCache } from 'node:module';
import { Socket } from 'node:net';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { readLines } from './lines.ts';
import { CHANNEL, type FromFunction, type Invocation, type ToFunction } from './protocol.ts';

/**
 * The entry of a function's process: loads the handler from its archive and answers one event at a time.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
 */
type Handler = (event: unknown, context: object, callback: () => never) => unknown;

// Node has read this by now; it is the twin's, unless the function has one of its own.
const [cache] = process.argv.splice(2);
if (process.env['NODE_COMPILE_CACHE'] === cache) delete process.env['NODE_COMPILE_CACHE'];

const channel = new Socket({ fd: CHANNEL });
// Until the handler is loaded, only what it does itself keeps the process alive.
channel.unref();
// A twin that was killed must not leave processes behind that something of the handler's keeps alive.
channel.on('error', () => undefined).once('close', () => process.exit());
const say = (message: FromFunction): void => void channel.write(`${JSON.stringify(message)}\n`);

/** Bytes. Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (6 MB, synchronous). */
const RESPONSE_LIMIT = 6_291_556;

let requestId = '-';
for (const [method, level] of Object.entries({
  log: 'INFO',
  info: 'INFO',
  debug: 'DEBUG',
  warn: 'WARN',
  error: 'ERROR',
  trace: 'TRACE',
})) {
  Object.assign(console, {
    [method]: (...values: unknown[]) => write(level, format(...values)),
  });
}

function write(level: string, text: string): void {
  process.stdout.write(`${new Date().toISOString()}\t${requestId}\t${level}\t${text}\n`);
}

// Ctrl+C in a terminal reaches the twin's children too: what is under way is to be answered first, and who ends them is
// the twin.
process.on('SIGINT', () => undefined);
// So that an event that had not begun when the handler ended the process goes to another one.
process.once('exit', () => say({ kind: 'ending', running }));

/** Events that have come and not begun: the twin sends a quick handler's next ones ahead, but they run one by one. */
const waiting: Invocation[] = [];
let running = false;

const handler = await load().catch((error: unknown) => {
  writeFailure(error);
  return reason(error);
});
if (typeof handler === 'string') {
  say({ kind: 'unusable', reason: handler });
} else {
  readLines(channel, Infinity, (line) => heard(handler, JSON.parse(line) as ToFunction));
  channel.ref();
  say({ kind: 'ready' });
  // The twin ends its processes by a signal, which would leave nothing for the next one.
  flushCompileCache();
}

function heard(handle: Handler, message: ToFunction): void {
  if (message.kind === 'invoke') {
    waiting.push(message);
    if (!running) void runAll(handle);
    return;
  }
  const at = waiting.findIndex(({ requestId: id }) => id === message.requestId);
  if (at < 0) return;
  waiting.splice(at, 1);
  say({ kind: 'recalled', requestId: message.requestId });
}

async function runAll(handle: Handler): Promise<void> {
  running = true;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await answer(handle, next);
  running = false;
}

async function load(): Promise<Handler> {
  const [, file = '', name = ''] = /^(.+)\.([^.]+)$/.exec(process.env['_HANDLER'] ?? '') ?? [];
  const root = process.env['LAMBDA_TASK_ROOT'] ?? '';
  const module = (await import(pathToFileURL(`${root}/${file}.mjs`).href)) as Record<string, unknown>;
  const found = module[name];
  if (typeof found !== 'function') throw new Error(`${file} exports no function ${name}`);
  return found as Handler;
}

async function answer(handle: Handler, invocation: Invocation): Promise<void> {
  requestId = invocation.requestId;
  try {
    const result = await handle(invocation.event, contextOf(invocation), refuseCallback);
    // Lambda answers null for what JSON has no word for.
    const json = (JSON.stringify(result) as string | undefined) ?? 'null';
    if (Buffer.byteLength(json) > RESPONSE_LIMIT) {
      throw new Error(`Response payload size exceeded maximum allowed payload size (${RESPONSE_LIMIT} bytes).`);
    }
    say({ kind: 'result', requestId: invocation.requestId, json });
  } catch (error) {
    writeFailure(error);
    say({ kind: 'error', requestId: invocation.requestId, reason: reason(error) });
  }
}

/** As Lambda does, with what caused it; of its frames those of the archive, since nobody can mend the others. */
function writeFailure(error: unknown): void {
  let text: string;
  try {
    text = format(error);
  } catch {
    text = reason(error);
  }
  const root = pathToFileURL(process.env['LAMBDA_TASK_ROOT'] ?? '').href;
  const lines = text.split('\n').filter((line) => !/^\s+at /.test(line) || line.includes(root));
  write('ERROR', `Invoke Error ${lines.join('\n')}`);
}

/** Node 24 functions have no callback any more. */
function refuseCallback(): never {
  throw new Error('callback-style handlers are gone from Node.js 24: return a promise');
}

function contextOf({ requestId: awsRequestId, functionArn, limit }: Invocation): object {
  const deadline = Date.now() + limit;
  const name = process.env['AWS_LAMBDA_FUNCTION_NAME'];
  return {
    awsRequestId,
    functionName: name,
    functionVersion: process.env['AWS_LAMBDA_FUNCTION_VERSION'],
    invokedFunctionArn: functionArn,
    memoryLimitInMB: process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
    logGroupName: process.env['AWS_LAMBDA_LOG_GROUP_NAME'],
    logStreamName: process.env['AWS_LAMBDA_LOG_STREAM_NAME'],
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

/** A handler may throw anything, and put anything into an error. */
function reason(error: unknown): string {
  const text: unknown = error instanceof Error ? (error.stack ?? error.message) : undefined;
  return typeof text === 'string' ? text : format(error);
}
