/** A handler, by the source of its file; `index.mjs` and `index.handler` unless it says otherwise. */
export interface HandlerShape {
  readonly title: string;
  readonly source: string;
  readonly file?: string;
  readonly handler?: string;
  /** Why the twin differs from AWS's runtime client here; the test demands that it does. */
  readonly differs?: string;
}

const shape = (title: string, source: string, rest: Omit<HandlerShape, 'title' | 'source'> = {}): HandlerShape => ({
  title,
  source,
  ...rest,
});
/** `handler` is an expression. */
const is = (title: string, expression: string, differs?: string): HandlerShape =>
  shape(title, `export const handler = ${expression};`, differs === undefined ? {} : { differs });
/** What an async handler returns. */
const returns = (title: string, expression: string, differs?: string): HandlerShape =>
  is(`returns ${title}`, `async (event, context) => (${expression})`, differs);
const throws = (title: string, expression: string, differs?: string): HandlerShape =>
  is(`throws ${title}`, `async () => { throw ${expression}; }`, differs);
const cjs = (title: string, source: string, file = 'index.cjs'): HandlerShape => shape(title, source, { file });

/** Handlers by their parameters, results, errors, environment and exports. */
export const HANDLER_SHAPES: readonly HandlerShape[] = [
  returns('an object', '{ statusCode: 200, body: "x" }'),
  returns('a string', '"text"'),
  returns('a number', '7'),
  returns('NaN', 'NaN'),
  returns('true', 'true'),
  returns('null', 'null'),
  returns('undefined', 'undefined'),
  returns('a list', '[1, undefined, null]'),
  returns('a date', 'new Date(0)'),
  returns('a Buffer', 'Buffer.from("ab")'),
  returns('a Map', 'new Map([[1, 2]])'),
  returns('an object with toJSON', '{ toJSON: () => "own" }'),
  returns('a Response', 'new Response("x")'),
  returns('a function', '() => 1', 'what the native part makes of no text at all is not known; the twin answers null'),
  returns(
    'a symbol',
    'Symbol("x")',
    'what the native part makes of no text at all is not known; the twin answers null',
  ),
  returns('a BigInt', '1n', 'the twin adds why it could not be stringified'),
  is('a cycle', 'async () => { const a = {}; a.a = a; return a; }', 'the twin adds why it could not be stringified'),
  returns(
    'a toJSON that throws',
    '{ toJSON() { throw new Error("x"); } }',
    'the twin adds why it could not be stringified',
  ),
  is('a handler that is not async', '(event) => ({ n: event.n })'),
  is('a handler that is not async and returns nothing', '(event) => {}'),
  is('a promise', '(event) => Promise.resolve("p")'),
  is('a thenable', '() => ({ then: (resolve) => resolve("t") })'),
  is('a thenable that rejects', '() => ({ then: (_, reject) => reject(new Error("t")) })'),
  is('an async generator', 'async function* () { yield 1; }'),
  is('a promise that resolves later', '() => new Promise((resolve) => setTimeout(resolve, 20, "later"))'),
  is('no parameters', 'async () => "none"'),
  is('two parameters', 'async (event, context) => [event.n, context.awsRequestId]'),
  is('three parameters: a callback', 'async (_event, _context, _callback) => "x"'),
  is('three parameters, a plain function', '(event, context, callback) => callback(null, "x")'),
  is('four parameters', 'async (a, b, c, d) => "x"'),
  is('a third parameter with a default', 'async (event, context, callback = "none") => typeof callback'),
  is('rest parameters', 'async (...given) => String(given.length)'),
  is('arguments', 'async function () { return arguments.length; }'),
  is('destructured parameters', 'async ({ n }, { functionName }) => [n, functionName]'),
  is('this of a function', 'async function () { return typeof this; }'),
  is('this of an arrow function', 'async () => typeof this'),
  is('a bound function', '(function (a, b, c) { return String(c); }).bind(null, 1)'),
  is('a Proxy of a function', 'new Proxy(async () => "p", {})'),
  is('a class', 'class Handler {}'),
  is('a handler with a length of three', 'Object.defineProperty(async () => "x", "length", { value: 3 })'),
  is('the keys of the context', 'async (_, context) => Object.keys(context)'),
  is('the context in JSON', 'async (_, context) => JSON.stringify({ ...context, xRayTraceId: undefined })'),
  is('callbackWaitsForEmptyEventLoop', 'async (_, context) => "callbackWaitsForEmptyEventLoop" in context'),
  is(
    'done, succeed and fail',
    'async (_, context) => [typeof context.done, typeof context.succeed, typeof context.fail]',
  ),
  is('clientContext and identity', 'async (_, context) => ["clientContext" in context, String(context.identity)]'),
  is(
    'the time that remains',
    'async (_, context) => context.getRemainingTimeInMillis() > 30_000 && context.getRemainingTimeInMillis() <= 60_000',
  ),
  is(
    'a context that the handler changes',
    'async (_, context) => { context.callbackWaitsForEmptyEventLoop = false; return "ok"; }',
  ),
  is('the event', 'async (event) => event'),
  is('a state that the handler keeps', '(() => { let count = 0; return async () => ++count; })()'),
  is(
    'the trace of each event',
    'async (_, { xRayTraceId }) => [process.env._X_AMZN_TRACE_ID, xRayTraceId].map((text) => String(text).split(";")[0])',
  ),
  is(
    'the environment',
    'async () => Object.keys(process.env).filter((name) => !["_X_AMZN_TRACE_ID", "AWS_LAMBDA_RUNTIME_API"].includes(name)).toSorted()',
  ),
  is(
    'AWS_LAMBDA_RUNTIME_API',
    'async () => typeof process.env.AWS_LAMBDA_RUNTIME_API',
    'the twin has no runtime API to name',
  ),
  is('the folder of its code', 'async () => import.meta.dirname === process.env.LAMBDA_TASK_ROOT'),
  is(
    'globalThis.awslambda',
    'async () => [typeof awslambda.streamifyResponse, typeof awslambda.HttpResponseStream.from]',
  ),
  is(
    'InvokeStore',
    'async () => typeof awslambda.InvokeStore',
    'the twin has none: its package makes its own where none is there',
  ),
  is(
    'a streaming handler',
    'awslambda.streamifyResponse(async (event, stream) => { stream.end("x"); })',
    'an HTTP API does not stream, and the twin says so when it loads the handler',
  ),
  is(
    'a streaming mark that is unknown',
    'Object.assign(async () => "x", { [Symbol.for("aws.lambda.runtime.handler.streaming")]: "request" })',
  ),
  throws('an error', 'new Error("on purpose")'),
  throws('an error of a custom class', 'new (class NotFound extends Error { name = "NotFound"; })("gone")'),
  throws('an error with a cause', 'new TypeError("on purpose", { cause: new Error("why") })'),
  throws('an AggregateError', 'new AggregateError([new Error("a")], "many")'),
  throws('an error without a message', 'new Error()'),
  throws('an error whose stack is a number', 'Object.assign(new Error("x"), { stack: 42 })'),
  throws(
    'an error whose message cannot be read',
    'Object.defineProperty(new Error(), "message", { get() { throw new Error("trap"); } })',
  ),
  throws('a string', '"text"'),
  throws('a number', '7'),
  throws('undefined', 'undefined'),
  throws('null', 'null'),
  throws('an object', '{ statusCode: 404 }', 'the twin shows what the object holds'),
  is('a plain function that throws', '() => { throw new RangeError("sync"); }'),
  is(
    'an error after a response',
    '(() => { let n = 0; return async () => { if (n++ === 0) return "first"; throw new Error("second"); }; })()',
  ),
  shape('no handler', 'export const other = 1;'),
  is('a handler that is undefined', 'undefined'),
  is('a handler that is a number', '42'),
  is('a handler that is an object', '({ handle() {} })'),
  shape('a module that throws', 'throw new Error("at load"); export const handler = 1;'),
  shape('a module that throws a string', 'throw "at load"; export const handler = 1;'),
  shape('a module that does not parse', 'export const handler = async ( => 1;'),
  shape('a package that is missing', 'import "not-there-at-all"; export const handler = async () => 1;'),
  shape('a default export', 'export default { handler: async () => "default" };'),
  shape(
    'a default export beside the handler',
    'export default { handler: async () => "default" }; export const handler = async () => "named";',
  ),
  shape('a nested handler', 'export const api = { v1: { handler: async () => "nested" } };', {
    handler: 'index.api.v1.handler',
  }),
  shape('a handler of another name', 'export const main = async () => "main";', { handler: 'index.main' }),
  shape('a handler in a folder', 'export const handler = async () => "folder";', {
    file: 'src/index.mjs',
    handler: 'src/index.handler',
  }),
  shape('a handler outside of the archive', 'export const handler = async () => 1;', { handler: '../index.handler' }),
  shape('a handler without a dot', 'export const handler = async () => 1;', { handler: 'index' }),
  shape('a file that is missing', 'export const handler = async () => 1;', {
    file: 'other.mjs',
    differs: 'the twin names its own files in the require stack',
  }),
  shape('top-level await', 'const word = await Promise.resolve("awaited"); export const handler = async () => word;'),
  cjs('a CommonJS handler', 'exports.handler = async () => "cjs";'),
  cjs('a CommonJS module', 'module.exports = { handler: async (event) => event.n };'),
  cjs('a CommonJS callback', 'exports.handler = (event, context, callback) => callback(null, 1);'),
  cjs('a CommonJS handler in a .js', 'exports.handler = async () => [typeof require, typeof module];', 'index.js'),
  cjs('__dirname in CommonJS', 'exports.handler = async () => __dirname === process.env.LAMBDA_TASK_ROOT;'),
  cjs('require of a package that is missing', 'require("not-there-at-all"); exports.handler = async () => 1;'),
  shape('an ES module in a .js', 'export const handler = async () => "esm";', { file: 'index.js' }),
];

/** Handlers with a callback, which only runtimes before nodejs24 load. */
export const CALLBACK_SHAPES: readonly HandlerShape[] = [
  is('a callback with a result', '(event, context, callback) => callback(null, { n: event.n })'),
  is('a callback with an error', '(event, context, callback) => callback(new Error("by callback"))'),
  is('a callback with a string as its error', '(event, context, callback) => callback("by callback")'),
  is('a callback that comes later', '(event, context, callback) => { setTimeout(callback, 20, null, "later"); }'),
  is('two callbacks', '(event, context, callback) => { callback(null, "first"); callback(null, "second"); }'),
  is('a callback in an async function', 'async (event, context, callback) => { callback(null, "by callback"); }'),
  is(
    'a callback that waits for a timer',
    '(() => { let late = false; return (event, context, callback) => { setTimeout(() => { late = true; }, 20); callback(null, "x"); }; })()',
  ),
  is(
    'a callback that does not wait',
    '(event, context, callback) => { context.callbackWaitsForEmptyEventLoop = false; setTimeout(() => undefined, 50); callback(null, "x"); }',
  ),
  is('no callback and no result', '(event, context, callback) => undefined'),
  is('a promise that never settles', '() => new Promise(() => undefined)'),
  is('context.succeed', '(event, context) => context.succeed("succeeded")'),
  is('context.fail', '(event, context) => context.fail(new TypeError("failed"))'),
  is('context.fail without an error', '(event, context) => context.fail()'),
  is('context.done', '(event, context) => context.done(null, "done")'),
  is('context.done with an error', '(event, context) => context.done(new Error("done"))'),
];

/** Why the twin differs from AWS's runtime client of nodejs22; undefined if it differs only under nodejs24. */
export const DIFFERS_22: ReadonlyMap<string, string | undefined> = new Map([
  ['InvokeStore', undefined],
  ['a streaming mark that is unknown', 'AWS’s own code has a ReferenceError there; the twin says what is wrong'],
  ['require of a package that is missing', 'the twin names its own files in the require stack'],
]);
