import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
// esbuild keeps the folder that it was first loaded in, so that must not be one that a test removes.
import 'esbuild';
import { evaluate, type Program, readStackFile, record, type Recorded } from '@auth0-http-api/twin';
import { ROOT } from './project.ts';

let evaluations = 0;
/** What evaluations recorded, as JSON, by everything that they depend on. */
const known = new Map<string, string>();
let previous: Promise<unknown> = Promise.resolve();
const { stackTraceLimit } = Error;

/**
 * Evaluates a copy of the project in this process, which has loaded the SDKs already: that takes a tenth of the time. It
 * evaluates projects with equal files, stack, configuration and seed once. Another process evaluates a project with a
 * twin.config.ts, and one that fails with anything but a UserError.
 */
export const evaluateHere: typeof evaluate = async (evaluation, signal) => {
  if (existsSync(new URL('twin.config.ts', evaluation.root))) return evaluate(evaluation, signal);
  const recorded = previous.then(() => recordOnce(evaluation));
  previous = recorded.catch(() => undefined);
  return recorded.catch((error: unknown) => {
    if (error instanceof Error && '__pulumiRunError' in error) throw error;
    return evaluate(evaluation, signal);
  });
};

async function recordOnce(evaluation: Parameters<typeof evaluate>[0]): Promise<Recorded> {
  const key = keyOf(evaluation);
  const json = known.get(key) ?? JSON.stringify(await recordHere(evaluation));
  known.set(key, json);
  // As another process would send it.
  return JSON.parse(json) as Recorded;
}

function keyOf({ root, ...rest }: Parameters<typeof evaluate>[0]): string {
  const folder = fileURLToPath(root);
  // An evaluation sets the first two.
  const { PULUMI_CONFIG: _config, PULUMI_CONFIG_SECRET_KEYS: _keys, ...environment } = process.env;
  const hash = createHash('sha256').update(JSON.stringify([rest, environment]));
  for (const file of filesBelow(folder)) hash.update(`\n${file}\n`).update(readFileSync(join(folder, file)));
  return hash.digest('hex');
}

const isProgram = (file: string): boolean => !['node_modules', '.git', '.twin'].includes(basename(file));

function filesBelow(folder: string, path = ''): string[] {
  return readdirSync(join(folder, path), { withFileTypes: true })
    .filter(({ name }) => isProgram(name))
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(folder, join(path, entry.name)) : [join(path, entry.name)]))
    .toSorted();
}

async function recordHere({ root, stack, config, seed }: Parameters<typeof evaluate>[0]): Promise<Recorded> {
  const program = await load(root);
  // Pulumi captures a stack trace for each promise.
  Error.stackTraceLimit = 0;
  try {
    const values = readStackFile(new URL(root), stack, config);
    return await record({ config: values, program, seed, folder: fileURLToPath(root) });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** The folder of the program that is being loaded, and which of its modules are the same as this repository's. */
let loading: { readonly folder: string; readonly same: Map<string, boolean> } | undefined;

// Loading all modules of each copy would take most of the time. Node caches the others under a name of their own.
registerHooks({
  resolve: (specifier, context, next) => {
    const resolved = next(specifier, context);
    const path = loading && resolved.url.startsWith(loading.folder) ? resolved.url.slice(loading.folder.length) : '';
    if (!path.endsWith('.ts')) return resolved;
    return { ...resolved, url: isSame(path) ? new URL(path, ROOT).href : `${resolved.url}?evaluation=${evaluations}` };
  },
});

async function load(folder: string): Promise<Program> {
  evaluations += 1;
  loading = { folder, same: new Map() };
  try {
    return ((await import(`${folder}index.ts`)) as { default: Program }).default;
  } finally {
    loading = undefined;
  }
}

const IMPORT = /^(?:import|export) (?!type )(?:[^;']*? from )?'(\.[^']+)'/gm;

/** Whether a module and all that it imports are the same as in this repository, wherever they are. */
function isSame(path: string): boolean {
  // The tests import their own contract in its place.
  if (path === 'contract.ts') return false;
  const { folder = '', same = new Map<string, boolean>() } = loading ?? {};
  const known = same.get(path);
  if (known !== undefined) return known;
  const [text, original] = [folder, ROOT].map((root) => {
    const file = new URL(path, root);
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  });
  const isEqual = text !== undefined && text === original && !/new URL\([^)]*import\.meta/.test(text);
  const imports = [...(text ?? '').matchAll(IMPORT)].map(
    ([, specifier = '']) => new URL(specifier, folder + path).href,
  );
  const answer = isEqual && imports.every((url) => isSame(url.slice(folder.length)));
  same.set(path, answer);
  return answer;
}
