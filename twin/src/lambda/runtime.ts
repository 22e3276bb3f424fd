import { randomUUID } from 'node:crypto';
import { flushCompileCache } from 'node:module';
import { Socket } from 'node:net';
import { format } from 'node:util';
import { Worker } from 'node:worker_threads';
import { callWithCallback } from './callbacks.ts';
import { takesCallbacks } from './environment.ts';
import { readLines } from '../common/lines.ts';
import { loadHandler, named, setGlobals, type Handler } from './load-handler.ts';
import { withSources } from './sources.ts';
import { CHANNEL, LIFELINE, type FromFunction, type Invocation, type ToFunction } from './protocol.ts';

/**
 * The entry of a function's process: loads the handler from its archive and answers one event at a time.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html and aws-lambda-ric 4.0.2
 */
/** On Lambda, too, a handler's `this` has this property. */
interface Processor {
  readonly handler: Handler;
}

// Node has read this variable. Remove it unless the function sets it.
const [cache] = process.argv.splice(2);
if (process.env['NODE_COMPILE_CACHE'] === cache) delete process.env['NODE_COMPILE_CACHE'];

const channel = new Socket({ fd: CHANNEL });
// While the handler loads, only its own work keeps the process alive.
channel.unref();
// Exit with a killed twin, even if the handler keeps the event loop alive.
channel.on('error', () => undefined).once('close', () => process.exit());
// A handler in an endless loop never sees the channel close, so a thread watches the twin.
new Worker(
  `const { Socket } = require('node:net');
  new Socket({ fd: ${LIFELINE} }).on('error', () => undefined).on('close', () => process.kill(process.pid, 'SIGKILL')).resume();`,
  { eval: true, env: {}, stdout: true, stderr: true },
).unref();
const say = (message: FromFunction): void => void channel.write(`${JSON.stringify(message)}\n`);

/** Maximum bytes of a response. Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (6 MB, synchronous). */
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

// Ctrl+C reaches the twin's children too. Ignore it: the twin stops them after their open requests.
process.on('SIGINT', () => undefined);
// An event that has not begun goes to another process.
process.once('exit', () => say({ kind: 'ending', running }));

const waiting: Invocation[] = [];
let running = false;

setGlobals();
const { _HANDLER: name = '', LAMBDA_TASK_ROOT: root = '', AWS_EXECUTION_ENV: runtime = '' } = process.env;
const node = Number(/\d+/.exec(runtime)?.[0]);
const handler = await loadHandler(root, name, node).catch((error: unknown) => {
  writeFailure('Init', error);
  return reason(error);
});
if (typeof handler === 'string') {
  say({ kind: 'unusable', reason: handler });
} else {
  readLines(channel, Infinity, (line) => heard({ handler }, JSON.parse(line) as ToFunction));
  channel.ref();
  say({ kind: 'ready' });
  // A signal ends this process, which skips Node's own flush.
  flushCompileCache();
}

function heard(processor: Processor, message: ToFunction): void {
  if (message.kind === 'invoke') {
    waiting.push(message);
    if (!running) void runAll(processor);
    return;
  }
  const at = waiting.findIndex(({ requestId: id }) => id === message.requestId);
  if (at < 0) return;
  waiting.splice(at, 1);
  say({ kind: 'recalled', requestId: message.requestId });
}

async function runAll(processor: Processor): Promise<void> {
  running = true;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await answer(processor, next);
  running = false;
}

async function answer(processor: Processor, invocation: Invocation): Promise<void> {
  requestId = invocation.requestId;
  const trace = traceOf(invocation.event);
  if (trace === undefined) delete process.env['_X_AMZN_TRACE_ID'];
  else process.env['_X_AMZN_TRACE_ID'] = trace;
  try {
    const json = serialized(await resultOf(processor, invocation, trace));
    if (Buffer.byteLength(json) > RESPONSE_LIMIT) {
      throw new Error(`Response payload size exceeded maximum allowed payload size (${RESPONSE_LIMIT} bytes).`);
    }
    say({ kind: 'result', requestId: invocation.requestId, json });
  } catch (error) {
    writeFailure('Invoke', error);
    say({ kind: 'error', requestId: invocation.requestId, reason: reason(error) });
  }
}

async function resultOf(processor: Processor, invocation: Invocation, trace: string | undefined): Promise<unknown> {
  const { event } = invocation;
  if (takesCallbacks(node)) {
    const call = processor.handler.bind(processor);
    return callWithCallback(call, event, oldContextOf(invocation), whenIdle);
  }
  try {
    return await processor.handler(event, contextOf(invocation, trace));
  } finally {
    // As on Lambda: an unhandled rejection ends the process before the answer.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Calls back once only the channel keeps the event loop alive. */
function whenIdle(idle: () => void): () => void {
  const listener = (): void => {
    channel.ref();
    idle();
  };
  channel.unref();
  process.once('beforeExit', listener);
  return () => {
    process.off('beforeExit', listener);
    channel.ref();
  };
}

/** Returns a result in JSON; null for a value that JSON cannot represent, as on Lambda. */
function serialized(result: unknown): string {
  try {
    const json = (JSON.stringify(result) as string | undefined) ?? 'null';
    return json;
  } catch (error) {
    throw named('Runtime.JSONStringifyError', `Unable to stringify response body (${String(error)})`);
  }
}

/** Returns the trace id of the event's header. Lambda adds the parent and the sampling decision. */
function traceOf(event: unknown): string | undefined {
  if (typeof event !== 'object' || event === null || !('headers' in event)) return undefined;
  const root = (event.headers as Record<string, string> | undefined)?.['x-amzn-trace-id'];
  return root === undefined ? undefined : `${root.split(';')[0]};Parent=${randomHex(16)};Sampled=0`;
}

function randomHex(digits: number): string {
  return randomUUID().replaceAll('-', '').slice(0, digits);
}

/** Prints an error with its causes as Lambda does, but only with frames of the archive. */
function writeFailure(when: 'Init' | 'Invoke', error: unknown): void {
  let text: string;
  try {
    text = format(error);
  } catch {
    text = reason(error);
  }
  const root = process.env['LAMBDA_TASK_ROOT'] ?? '';
  const lines = text.split('\n').filter((line) => !/^\s+at /.test(line) || line.includes(root));
  write('ERROR', `${when} Error ${withSources(lines.join('\n'), root)}`);
}

/** Returns the context of nodejs24 in AWS's order. An HTTP API has no client context, Cognito identity or tenant. */
function contextOf({ requestId: awsRequestId, functionArn, limit }: Invocation, xRayTraceId: string | undefined) {
  const deadline = Date.now() + limit;
  return {
    clientContext: undefined,
    identity: undefined,
    invokedFunctionArn: functionArn,
    awsRequestId,
    tenantId: undefined,
    xRayTraceId,
    getRemainingTimeInMillis: () => deadline - Date.now(),
    functionName: process.env['AWS_LAMBDA_FUNCTION_NAME'],
    functionVersion: process.env['AWS_LAMBDA_FUNCTION_VERSION'],
    memoryLimitInMB: process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
    logGroupName: process.env['AWS_LAMBDA_LOG_GROUP_NAME'],
    logStreamName: process.env['AWS_LAMBDA_LOG_STREAM_NAME'],
  };
}

/** Returns the context before nodejs24 in AWS's order, without the callback fields. */
function oldContextOf(invocation: Invocation): object {
  const { functionName, functionVersion, memoryLimitInMB, logGroupName, logStreamName, ...of } = contextOf(
    invocation,
    undefined,
  );
  const environment = { functionVersion, functionName, memoryLimitInMB, logGroupName, logStreamName };
  const { xRayTraceId: _none, ...fields } = of;
  return { ...environment, ...fields };
}

/** Returns the error type and message that Lambda reports. A handler may throw any value. */
function reason(error: unknown): string {
  try {
    // On Lambda, too, a stack that is not a string breaks the report.
    if (error instanceof Error) error.stack?.split('\n');
    return error instanceof Error
      ? `${error.name}: ${error.message}`
      : `${typeof error}: ${typeof error === 'string' ? error : format(error)}`;
  } catch {
    return 'handled: callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack';
  }
}
