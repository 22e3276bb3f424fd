import childProcess from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import fs from 'node:fs';
import { registerHooks, syncBuiltinESMExports, type LoadFnOutput } from 'node:module';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What loading a program depended on. */
export interface ProgramInputs {
  /** Starts to record what the program loads and reads. */
  readonly begin: () => void;
  /**
   * Whether running the program's function again, in this process, does what a new process would do: the entry was loaded
   * to its end, it started no process meanwhile, and no file that was loaded or read has changed.
   */
  readonly repeatable: () => boolean;
  /**
   * Whether the program can be loaded again in this process: it consists of ES modules, which Node loads again by another
   * URL, and nothing but files of the program has changed.
   */
  readonly reloadable: () => boolean;
  /** Makes the next import of the entry load the program's files again; packages stay loaded. */
  readonly reload: () => void;
}

/** Milliseconds that the clock of a file system may be behind. */
const LAG = 20;

/** Appended to the entry: calls back after the entry and its imports have run. TypeScript accepts it under any settings. */
const MARK = '\n;eval("globalThis.twinProgramLoaded()");\n';

/** Names the parameter of a URL that makes Node load a module again. */
const LOAD = 'load';

/** Finds that parameter before the line in a stack trace, with which a trace would differ from that of a new process. */
export const LOAD_PARAMETER = new RegExp(`[?&]${LOAD}=\\d+(?=:)`);

type Api = Record<string, unknown>;

/** When a file was loaded or read, and whether it existed. */
interface Noted {
  readonly at: number;
  readonly exists: boolean;
}

const { statSync } = fs;

/**
 * Records each file that this process loads and, between `begin` and the end of the program's entry, each file that the
 * program reads.
 * @param sdk the folder of Pulumi's SDK, which loads the entry
 */
export function programInputs(sdk: string): ProgramInputs {
  const noted = new Map<string, Noted>();
  let phase: 'before' | 'loading' | 'loaded' = 'before';
  let entry: string | undefined;
  let startedProcess = false;
  let onlyModules = true;
  /** How often the program has been loaded again. */
  let loads = 0;
  const isOwn = (file: string): boolean => !file.includes('/node_modules/') && !file.startsWith(sdk);
  const note = (path: string): void => {
    if (!noted.has(path)) noted.set(path, { at: Date.now() - LAG, exists: changedAt(path) !== undefined });
  };
  const noteRead = (path: unknown): void => {
    if (phase !== 'loading') return;
    if (typeof path === 'string' || path instanceof Uint8Array) note(resolve(String(path)));
    else if (path instanceof URL) note(fileURLToPath(path));
  };
  const noteProcess = (): void => {
    if (phase === 'loading') startedProcess = true;
  };
  registerHooks({
    resolve: (specifier, context, next) => {
      const resolved = next(specifier, context);
      const { url } = resolved;
      if (loads === 0 || !url.startsWith('file:') || !isOwn(fileURLToPath(url))) return resolved;
      return { ...resolved, url: `${url}${url.includes('?') ? '&' : '?'}${LOAD}=${loads}` };
    },
    load: (url, context, next) => {
      if (!url.startsWith('file:')) return next(url, context);
      const file = fileURLToPath(url);
      note(file);
      if (phase === 'before' || !isOwn(file)) return next(url, context);
      // An import without an extension may find a new file beside it.
      note(dirname(file));
      const loaded = next(url, context);
      onlyModules &&= ['module', 'module-typescript'].includes(loaded.format ?? '');
      if (phase === 'loaded') return loaded;
      entry ??= url;
      return entry === url ? marked(loaded) : loaded;
    },
  });
  const begin = (): void => {
    phase = 'loading';
    entry = undefined;
    // Node keeps what it has read of these.
    for (const manifest of ['package.json', 'node_modules/.package-lock.json']) note(resolve(manifest));
    const restore = [observed(fs, noteRead), observed(fs.promises, noteRead), observed(childProcess, noteProcess)];
    subscribe('worker_threads', noteProcess);
    syncBuiltinESMExports();
    Object.assign(globalThis, {
      twinProgramLoaded: () => {
        phase = 'loaded';
        restore.forEach((undo) => undo());
        unsubscribe('worker_threads', noteProcess);
        syncBuiltinESMExports();
      },
    });
  };
  const isLoaded = (): boolean => phase === 'loaded' && !startedProcess;
  const isUnchanged = ([path, { at, exists }]: readonly [string, Noted]): boolean => {
    const changed = changedAt(path);
    return changed === undefined ? !exists : exists && changed < at;
  };
  const isReloaded = (path: string): boolean => isOwn(path) && basename(path) !== 'package.json';
  return {
    begin,
    repeatable: () => isLoaded() && [...noted].every(isUnchanged),
    reloadable: () => isLoaded() && onlyModules && [...noted].every((one) => isReloaded(one[0]) || isUnchanged(one)),
    reload: () => {
      loads += 1;
      for (const path of noted.keys()) if (isReloaded(path)) noted.delete(path);
      begin();
    },
  };
}

/** Returns when a file or its metadata last changed, in milliseconds since 1970; undefined if there is no such file. */
function changedAt(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ctimeMs;
}

function marked(loaded: LoadFnOutput): LoadFnOutput {
  const { source } = loaded;
  if (typeof source !== 'string' && !(source instanceof Uint8Array)) return loaded;
  return { ...loaded, source: String(typeof source === 'string' ? source : Buffer.from(source)) + MARK };
}

/** Wraps these functions to report the first argument of each call. Returns a function that unwraps them. */
function observed(api: Api, called: (first: unknown) => void): () => void {
  // Capitalized functions are classes.
  const functions = Object.entries(api).filter(([name, value]) => typeof value === 'function' && /^[a-z]/.test(name));
  for (const [name, value] of functions as [string, (...args: unknown[]) => unknown][]) {
    const observer = function (this: unknown, ...args: unknown[]): unknown {
      called(args[0]);
      return Reflect.apply(value, this, args);
    };
    api[name] = Object.defineProperties(observer, Object.getOwnPropertyDescriptors(value));
  }
  return () => void Object.assign(api, Object.fromEntries(functions));
}
