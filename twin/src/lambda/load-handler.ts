import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { takesCallbacks } from './environment.ts';

export type Handler = (this: unknown, event: unknown, context: object, callback?: unknown) => unknown;

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');

/** Sets `globalThis.awslambda` as Lambda does. `HttpResponseStream` is a stub: streaming handlers are rejected. */
export function setGlobals(): void {
  Object.assign(globalThis, {
    awslambda: {
      streamifyResponse: (handler: object) => Object.assign(handler, { [STREAMING]: 'response' }),
      HttpResponseStream: { from: (inner: unknown): unknown => inner },
    },
  });
}

/**
 * Loads a function's handler by the rules of AWS's runtime client.
 * Source: aws-lambda-ric 4.0.2, user-function-loader, module-loader, handler-resolver and callback-deprecation; before
 * nodejs24 3.3.0, UserFunction
 * @param root the folder of the archive
 * @param name the value of `_HANDLER`: `index.handler`
 * @param node the major version of Node.js of the function's runtime
 * @throws Error with Lambda's name for it, such as `Runtime.HandlerNotFound`
 */
export async function loadHandler(root: string, name: string, node: number): Promise<Handler> {
  if (name.includes('..')) {
    const advice = 'Use absolute paths when specifying root directories in handler names.';
    throw named('Runtime.MalformedHandlerName', `'${name}' is not a valid handler name. ${advice}`);
  }
  const [, file, path] = /^([^.]*)\.(.*)$/.exec(basename(name)) ?? [];
  if (file === undefined || path === undefined) throw named('Runtime.MalformedHandlerName', 'Bad handler');
  const isOld = takesCallbacks(node);
  const module = await loadModule(root, resolve(root, dirname(name)), file, isOld);
  const handler = find(path, module) || (!isOld && find(path, property(module, 'default')));
  if (!handler) throw named('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  if (typeof handler !== 'function') throw named('Runtime.HandlerNotFound', `${name} is not a function`);
  const streaming = property(handler, STREAMING);
  if (streaming) {
    if (streaming !== 'response') {
      throw named('Runtime.MalformedStreamingHandler', 'Only response streaming is supported.');
    }
    throw named('Runtime.InvalidStreamingOperation', 'an HTTP API does not stream: return the response instead');
  }
  if (handler.length >= 3 && !isOld) throw named('Runtime.CallbackHandlerDeprecated', CALLBACK);
  return handler as Handler;
}

const CALLBACK =
  'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.';

async function loadModule(root: string, folder: string, file: string, isOld: boolean): Promise<unknown> {
  const found = ['', '.js', '.mjs', '.cjs']
    .map((ending) => join(folder, file + ending))
    .find((path) => existsSync(path));
  const require = createRequire(import.meta.url);
  try {
    if (found !== undefined && isOld && !found.endsWith('.mjs')) return require(found) as unknown;
    if (found !== undefined) return await import(pathToFileURL(found).href);
    return require(require.resolve(file, { paths: [root, folder] })) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw Object.assign(named('Runtime.UserCodeSyntaxError', String(error)), { stack: error.stack });
    }
    if (error instanceof Error && property(error, 'code') === 'MODULE_NOT_FOUND') {
      throw named('Runtime.ImportModuleError', String(error));
    }
    throw error;
  }
}

function find(path: string, module: unknown): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, key) => (typeof value === 'object' ? property(value, key) : undefined), module);
}

function property(value: unknown, key: PropertyKey): unknown {
  return value === null || value === undefined ? undefined : (value as Record<PropertyKey, unknown>)[key];
}

export function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
