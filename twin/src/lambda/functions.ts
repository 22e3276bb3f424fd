import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../common/user-error.ts';
import type { HttpApi } from '../model/http-api.ts';
import type { LambdaFunction } from '../model/integrations.ts';
import type { Outcome } from './function-process.ts';
import { FunctionPool } from './pool.ts';

export interface Functions {
  readonly invoke: (lambda: LambdaFunction, requestId: string, event: unknown) => Promise<Outcome>;
  /** Stops the functions that are absent from `next`, each after its running events. */
  readonly replaceWith: (next: Functions) => void;
  readonly kill: () => void;
  readonly pools: ReadonlyMap<string, Pooled>;
}

interface Pooled {
  readonly pool: FunctionPool;
  readonly key: string;
}

/**
 * Creates a temporary folder for unpacked functions. Inside the project, a handler would find packages that its archive
 * lacks.
 */
export function functionsFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(realpathSync(tmpdir()), 'twin-functions-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/**
 * Starts the functions of the APIs. An unchanged function keeps its warm processes, as on Lambda.
 * @param folder the parent of a folder for each archive
 * @param before the functions to replace
 */
export function startFunctions(
  apis: readonly HttpApi[],
  folder: string,
  print: (line: string) => void,
  before?: Functions,
): Functions {
  const pools = new Map<string, Pooled>();
  for (const { routes, region } of apis) {
    for (const { integration } of routes) {
      if (integration.kind !== 'function' || pools.has(integration.function.arn)) continue;
      const lambda = integration.function;
      const key = JSON.stringify([lambda, region]);
      const known = before?.pools.get(lambda.arn);
      const start = (): FunctionPool => new FunctionPool(lambda, { region, folder: unpack(lambda, folder), print });
      pools.set(lambda.arn, known?.key === key ? known : { key, pool: start() });
    }
  }
  return {
    invoke: (lambda, requestId, event) => {
      const pooled = pools.get(lambda.arn);
      if (pooled === undefined) throw new Error(`no pool for ${lambda.arn}`);
      return pooled.pool.invoke(requestId, event);
    },
    replaceWith: (next) => {
      for (const [arn, { pool }] of pools) {
        const after = next.pools.get(arn)?.pool;
        if (after === pool) continue;
        // A function that is in use is called again soon.
        if (pool.isWarm) after?.warm();
        pool.close();
      }
    },
    kill: () => pools.forEach(({ pool }) => pool.kill()),
    pools,
  };
}

/** Unpacks an archive to a new folder, since running processes may load from an earlier one. */
function unpack({ name, files, binary }: LambdaFunction, parent: string): string {
  const folder = mkdtempSync(join(parent, 'function-'));
  const contents = [
    ...Object.entries(files).map(([file, text]) => [file, Buffer.from(text)] as const),
    ...Object.entries(binary).map(([file, base64]) => [file, Buffer.from(base64, 'base64')] as const),
  ];
  try {
    for (const [file, content] of contents) {
      const path = resolve(folder, file);
      if (!path.startsWith(`${folder}/`))
        throw new UserError(`The archive of ${name} has a path that leads out of it: ${file}`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
  } catch (error) {
    // Free the space of an incomplete archive on a full disk.
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return folder;
}
