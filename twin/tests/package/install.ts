import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterFile } from '../../../tests/support/cleanup.ts';

export const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const TWIN = 'node_modules/@auth0-http-api/twin';

/** What a program of the examples installs, besides the package and what that depends on. */
const SDKS = ['@pulumi/auth0', '@pulumi/aws', '@pulumi/pulumi', '@types/node', 'typescript'];

/** Returns a new folder, which is removed after the tests of the file. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'twin-package-'));
  afterFile(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Builds the package. Returns the tarball's path. */
export function pack(): string {
  return execFileSync('npm', ['run', '-s', 'package'], { cwd: REPOSITORY, encoding: 'utf8' }).trim();
}

/** Copies an example, and installs the tarball in it without a registry. The SDKs and dependencies are links. */
export function installExample(name: string, tarball: string): string {
  const folder = newFolder();
  cpSync(join(REPOSITORY, 'twin/examples', name), folder, { recursive: true });
  const { dependencies } = JSON.parse(readFileSync(join(REPOSITORY, 'twin/package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  for (const module of [...SDKS, ...Object.keys(dependencies)]) link(folder, module);
  install(folder, tarball);
  return folder;
}

/** Copies this repository without `twin/`, and installs the tarball in it: the project of a user. */
export function installProject(tarball: string): string {
  const folder = newFolder();
  const files = execFileSync('git', ['ls-files', '-z', '--', ':!twin'], { cwd: REPOSITORY, encoding: 'utf8' });
  for (const file of files.split('\0').slice(0, -1)) cpSync(join(REPOSITORY, file), join(folder, file));
  const manifest = readFileSync(join(folder, 'package.json'), 'utf8');
  const { workspaces: _, ...project } = JSON.parse(manifest) as Record<string, unknown>;
  writeFileSync(join(folder, 'package.json'), JSON.stringify(project, null, 2));
  const modules = join(REPOSITORY, 'node_modules');
  for (const name of readdirSync(modules)) if (!/^\.|^@auth0-http-api$/.test(name)) link(folder, name);
  for (const name of readdirSync(join(modules, '.bin'))) if (name !== 'twin') link(folder, `.bin/${name}`);
  install(folder, tarball);
  link(folder, 'commander', join(TWIN, 'node_modules'));
  return folder;
}

/** Links an installed module of this repository. */
function link(folder: string, module: string, modules = 'node_modules'): void {
  const [source = ''] = ['twin/node_modules', 'node_modules']
    .map((installed) => join(REPOSITORY, installed, module))
    .filter((path) => existsSync(path));
  const target = join(folder, modules, module);
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(source, target);
}

/** Unpacks the tarball and links its command, as `npm install` does. */
export function install(folder: string, tarball: string): void {
  const target = join(folder, TWIN);
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['xzf', tarball, '--strip-components=1', '-C', target]);
  const { bin } = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8')) as { readonly bin: { twin: string } };
  const command = join(folder, 'node_modules/.bin/twin');
  mkdirSync(dirname(command), { recursive: true });
  symlinkSync(join('../../', TWIN, bin.twin), command);
}
