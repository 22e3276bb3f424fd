import childProcess from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import fs from 'node:fs';
import { registerHooks, syncBuiltinESMExports, type LoadFnOutput } from 'node:module';
import { dirname, resolve } from 'node:path';
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
}

/** Milliseconds that the clock of a file system may be behind. */
const LAG = 20;

/** Appended to the entry: calls back after the entry and its imports have run. TypeScript accepts it under any settings. */
const MARK = '\n;eval("globalThis.twinProgramLoaded()");\n';

type Api = Record<string, unknown>;

const { statSync } = fs;

/**
 * Records each file that this process loads and, between `begin` and the end of the program's entry, each file that the
 * program reads.
 * @param sdk the folder of Pulumi's SDK, which loads the entry
 */
export function programInputs(sdk: string): ProgramInputs {
  const noted = new Map<string, { readonly at: number; readonly exists: boolean }>();
  let phase: 'before' | 'loading' | 'loaded' = 'before';
  let entry: string | undefined;
  let startedProcess = false;
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
    load: (url, context, next) => {
      if (!url.startsWith('file:')) return next(url, context);
      const file = fileURLToPath(url);
      note(file);
      if (phase !== 'loading' || file.includes('/node_modules/') || file.startsWith(sdk)) return next(url, context);
      // An import without an extension may find a new file beside it.
      note(dirname(file));
      const loaded = next(url, context);
      entry ??= url;
      return entry === url ? marked(loaded) : loaded;
    },
  });
  return {
    begin: () => {
      phase = 'loading';
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
    },
    repeatable: () =>
      phase === 'loaded' &&
      !startedProcess &&
      [...noted].every(([path, { at, exists }]) => {
        const changed = changedAt(path);
        return changed === undefined ? !exists : exists && changed < at;
      }),
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
