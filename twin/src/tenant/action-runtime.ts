import { createRequire, isBuiltin } from 'node:module';
import { Socket } from 'node:net';
import { compileFunction } from 'node:vm';
import type { ActionAnswer, ActionCall } from './action-process.ts';

/** The entry of an Action's process. It imports no other file, because the process cannot read any. */
const channel = new Socket({ fd: 3 });
let text = '';
channel
  .setEncoding('utf8')
  .on('data', (part: string) => {
    text += part;
    if (text.endsWith('\n')) void run(JSON.parse(text) as ActionCall);
  })
  .on('error', () => undefined)
  .once('close', () => process.exit());

// Node's permissions allow signals, and SIGUSR1 would open a debugger in the twin.
for (const name of ['kill', '_kill', '_debugProcess', '_debugEnd']) Reflect.deleteProperty(process, name);

async function run({ handler, code, event, methods, unknown }: ActionCall): Promise<void> {
  const calls: { method: string; args: unknown[] }[] = [];
  const unsupported = new Set<string>();
  // Recorded as well as thrown, since an Action may catch the error.
  const refuse = (what: string): never => {
    unsupported.add(what);
    throw new TypeError(`The twin does not support ${what}`);
  };
  const api = strict({}, 'api', refuse);
  for (const method of methods) {
    const path = method.split('.');
    const name = path.pop() ?? '';
    const parent = path.reduce((object, key, index) => {
      if (!Object.hasOwn(object, key)) object[key] = strict({}, ['api', ...path.slice(0, index + 1)].join('.'), refuse);
      return object[key] as Tree;
    }, api);
    parent[name] = (...args: unknown[]) => {
      calls.push({ method, args: JSON.parse(JSON.stringify(args)) as unknown[] });
      return api;
    };
  }
  hide(event, unknown, refuse);
  let error: string | undefined;
  try {
    const module: { exports: Record<string, unknown> } = { exports: {} };
    const require = createRequire('file:///');
    const load = (name: string): unknown => (isBuiltin(name) ? require(name) : refuse(`the package ${name}`));
    const define = compileFunction(code, ['exports', 'module', 'require']) as Callable;
    define(module.exports, module, load);
    const execute = module.exports[handler];
    if (typeof execute !== 'function') throw new TypeError(`The Action exports no ${handler}`);
    await (execute as Callable)(event, api);
  } catch (thrown) {
    error = thrown instanceof Error ? thrown.message : String(thrown);
  }
  const answer: ActionAnswer = { calls, unsupported: [...unsupported], ...(error !== undefined && { error }) };
  channel.end(`${JSON.stringify(answer)}\n`);
}

type Callable = (...args: readonly unknown[]) => unknown;

interface Tree {
  [key: string]: unknown;
}

/** An object that throws for every other property. */
function strict(object: Tree, path: string, refuse: (what: string) => never): Tree {
  const check = (key: string | symbol): void => {
    // Node and promises read these properties of any object.
    if (typeof key === 'symbol' || key in object || key === 'then' || key === 'toJSON') return;
    refuse(`${path}.${key}`);
  };
  return new Proxy(object, {
    get: (_, key): unknown => (check(key), Reflect.get(object, key)),
    has: (_, key) => (check(key), Reflect.has(object, key)),
  });
}

function hide(event: unknown, paths: readonly string[], refuse: (what: string) => never): void {
  for (const path of paths) {
    const keys = path.split('.');
    const name = keys.pop() ?? '';
    const parent = keys.reduce<unknown>((object, key) => (object as Tree | undefined)?.[key], event);
    if (parent === undefined) continue;
    // Not enumerable, so that an Action can log the event.
    Object.defineProperty(parent, name, { get: () => refuse(`event.${path}`) });
  }
}
