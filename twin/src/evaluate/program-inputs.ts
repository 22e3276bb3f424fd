import childProcess from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import fs from 'node:fs';
import { registerHooks, syncBuiltinESMExports, type LoadFnOutput } from 'node:module';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ProgramInputs {
  readonly begin: () => void;
  /**
   * Returns whether running the program's function again here has the same result as a new process: the entry was
   * loaded completely, no process was started, and no loaded or read file has changed.
   */
  readonly repeatable: () => boolean;
  /**
   * Returns whether this process can load the program again: it consists of ES modules, which Node loads again from
   * another URL, and only files of the program have changed.
   */
  readonly reloadable: () => boolean;
  /** Makes the next import of the entry load the program's files again. Packages stay loaded. */
  readonly reload: () => void;
}

/** How far a file system's clock may lag behind, in milliseconds. */
const LAG = 20;

/** Appended to the entry: calls back after the entry and its imports have run. TypeScript accepts this syntax. */
const MARK = '\n;eval("globalThis.twinProgramLoaded()");\n';

/** The URL parameter that makes Node load a module again. */
const LOAD = 'load';

/** Matches that parameter in a stack trace, so that traces are the same as those of a new process. */
export const LOAD_PARAMETER = new RegExp(`[?&]${LOAD}=\\d+(?=:)`);

type Api = Record<string, unknown>;

interface Noted {
  readonly at: number;
  readonly exists: boolean;
}

const { statSync } = fs;

/**
 * Records each file that this process loads and, between `begin` and the end of the entry, each file that the program
 * reads.
 * @param sdk the folder of Pulumi's SDK, which loads the entry
 */
export function programInputs(sdk: string): ProgramInputs {
  const noted = new Map<string, Noted>();
  let phase: 'before' | 'loading' | 'loaded' = 'before';
  let entry: string | undefined;
  let startedProcess = false;
  let onlyModules = true;
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
      // An import without an extension may resolve to a new file beside it.
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
    // Node caches these.
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
  const isUnchanged = (path: string, { at, exists }: Noted): boolean => {
    const changed = changedAt(path);
    return changed === undefined ? !exists : exists && changed < at;
  };
  const isReloaded = (path: string): boolean => isOwn(path) && basename(path) !== 'package.json';
  return {
    begin,
    repeatable: () => isLoaded() && [...noted].every(([path, state]) => isUnchanged(path, state)),
    reloadable: () =>
      isLoaded() && onlyModules && [...noted].every(([path, state]) => isReloaded(path) || isUnchanged(path, state)),
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

/** Wraps the functions of a module to report the first argument of each call. Returns a function that unwraps them. */
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
