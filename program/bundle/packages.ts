import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromJson } from '../from-json.ts';

/** Lambda's architectures: AWS's name, npm's name, and `e_machine` in an ELF header. */
const MACHINES = {
  arm64: { npm: 'arm64', elf: 0xb7 },
  x86_64: { npm: 'x64', elf: 0x3e },
} as const;
type Architecture = keyof typeof MACHINES;

/** The fields read from a package in `package-lock.json`. */
interface Locked {
  readonly version?: string;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly hasInstallScript?: boolean;
}
type Lock = Readonly<Record<string, Locked>>;

/** Where packages run: on Lambda, or on this machine under the twin. */
export type Place = { readonly lambda: Architecture } | 'here';

/** Package folders by name in the archive, or why they cannot be found. */
export type Packages = { readonly folders: Readonly<Record<string, string>> } | { readonly problem: string };

/**
 * Returns packages and their dependencies in the versions of `package-lock.json`. For Lambda, npm installs them for its
 * architecture under `node_modules/.cache`, checks their hashes and skips install scripts, which could download
 * anything. The twin uses the project's `node_modules`.
 * @param root the project's folder, with a trailing slash
 */
export function packagesBeside(names: readonly string[], root: string, place: Place): Packages {
  const { packages: lock } = jsonIn(`${root}package-lock.json`);
  if (lock === undefined) return { problem: 'needs package-lock.json; run npm install' };
  const all = closureOf(names, lock, () => true);
  if (typeof all === 'string') return { problem: all };
  const cpu = place === 'here' ? process.arch : MACHINES[place.lambda].npm;
  const folder = place === 'here' ? root : installed(all, names, lock, root, cpu);
  if (typeof folder !== 'string') return folder;
  // npm skips optional packages of other platforms.
  const closure = closureOf(names, lock, (key) => existsSync(join(folder, key)));
  if (typeof closure === 'string') return { problem: closure };
  const differing = closure.find((key) => jsonIn(join(folder, key, 'package.json')).version !== lock[key]?.version);
  if (differing !== undefined) {
    return { problem: `${nameOf(differing)} is not installed in the version of package-lock.json; run npm ci` };
  }
  if (place !== 'here') {
    const { elf } = MACHINES[place.lambda];
    const lacking = closure.find((key) => lacksAddon(key, closure, lock, folder, elf));
    if (lacking !== undefined) {
      return {
        problem: `${nameOf(lacking)} needs a compiled addon for linux-${cpu}, and neither it nor a package that it depends on in package-lock.json has one: its install script would compile or download it. Use a package that publishes its binaries to npm, or one in JavaScript`,
      };
    }
  }
  // An outer folder includes its nested packages.
  const outer = closure.filter((key) => key.split('node_modules/').length === 2);
  return { folders: Object.fromEntries(outer.map((key) => [key, join(folder, key)])) };
}

/** Returns a JSON file's value; an empty object if it is missing or broken. */
function jsonIn(file: string): { readonly packages?: Lock; readonly version?: string } {
  return existsSync(file) ? (fromJson(readFileSync(file, 'utf8')) ?? {}) : {};
}

/** Returns the lock file's sorted keys of packages and their dependencies, or what is missing. */
function closureOf(
  names: readonly string[],
  lock: Lock,
  takesOptional: (key: string) => boolean,
): readonly string[] | string {
  const found = new Set<string>();
  const queue = names.map((name) => ({ name, from: '', required: true }));
  for (const { name, from, required: isRequired } of queue) {
    const key = keyOf(name, from, lock);
    const locked = key === undefined ? undefined : lock[key];
    if (key === undefined || locked === undefined) {
      if (isRequired) return `${name} is not in package-lock.json; run npm install ${name}`;
      continue;
    }
    if (locked.link === true) return `${name} is a link to a folder of the project; import it by its path instead`;
    if (found.has(key) || (!isRequired && !takesOptional(key))) continue;
    found.add(key);
    const optional = Object.keys(locked.optionalDependencies ?? {});
    const required = Object.keys({ ...locked.dependencies, ...locked.peerDependencies }).filter(
      (needed) => !optional.includes(needed) && locked.peerDependenciesMeta?.[needed]?.optional !== true,
    );
    const queued = (names: readonly string[], isRequired: boolean) =>
      names.map((name) => ({ name, from: key, required: isRequired }));
    queue.push(...queued(required, true), ...queued(optional, false));
  }
  return [...found].toSorted();
}

/** Returns the key of the package that Node resolves a name to from another package. */
function keyOf(name: string, from: string, lock: Lock): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(folder.lastIndexOf('/node_modules/'), 0))) {
    const key = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (Object.hasOwn(lock, key)) return key;
    if (folder === '') return undefined;
  }
}

/** Installs the packages for Lambda unless cached. Returns the folder, or why that failed. */
function installed(
  closure: readonly string[],
  names: readonly string[],
  lock: Lock,
  root: string,
  cpu: string,
): string | { readonly problem: string } {
  const dependencies = Object.fromEntries(names.map((name) => [name, lock[`node_modules/${name}`]?.version ?? '']));
  const project = { name: 'handler-packages', version: '0.0.0', dependencies };
  const packages = Object.fromEntries(closure.map((key) => [key, { ...lock[key], dev: undefined, peer: undefined }]));
  const text = JSON.stringify({
    ...project,
    lockfileVersion: 3,
    requires: true,
    packages: { '': project, ...packages },
  });
  const hash = createHash('sha256').update(`${cpu} ${text}`).digest('hex').slice(0, 16);
  const folder = `${root}node_modules/.cache/handler-packages/${hash}`;
  if (existsSync(`${folder}/complete`)) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/package.json`, JSON.stringify({ ...project, private: true }));
  writeFileSync(`${folder}/package-lock.json`, text);
  if (existsSync(`${root}.npmrc`)) copyFileSync(`${root}.npmrc`, `${folder}/.npmrc`);
  const platform = ['--os=linux', `--cpu=${cpu}`, '--libc=glibc'];
  try {
    const options = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...platform];
    execFileSync('npm', ['ci', ...options], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    return { problem: `cannot be installed for linux-${cpu}: ${stderr.trim().split('\n')[0] ?? ''}` };
  }
  writeFileSync(`${folder}/complete`, '');
  return folder;
}

/** Returns whether a package needs a compiled addon that neither it nor a dependency has for this architecture. */
function lacksAddon(key: string, closure: readonly string[], lock: Lock, folder: string, machine: number): boolean {
  const own = addonsIn(join(folder, key));
  const locked = lock[key];
  if (own.length === 0 && locked?.hasInstallScript !== true && !existsSync(join(folder, key, 'binding.gyp'))) {
    return false;
  }
  const named = Object.keys({ ...locked?.dependencies, ...locked?.optionalDependencies }).flatMap((name) => {
    const dependency = keyOf(name, key, lock);
    return dependency !== undefined && closure.includes(dependency) ? addonsIn(join(folder, dependency)) : [];
  });
  return ![...own, ...named].some((file) => machineOf(file) === machine);
}

function addonsIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.node'))
    .map((name) => join(folder, name));
}

function machineOf(file: string): number | undefined {
  const bytes = readFileSync(file);
  const isElf = bytes.length >= 20 && bytes.subarray(0, 4).toString('latin1') === '\x7fELF';
  return isElf ? bytes.readUInt16LE(18) : undefined;
}

function nameOf(key: string): string {
  return key.slice(key.lastIndexOf('node_modules/') + 'node_modules/'.length);
}
