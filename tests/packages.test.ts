import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { packagesBeside } from '../program/bundle/packages.ts';
import { folderWith } from './support/folder.ts';

/** Instead of npm, which takes a second for each install, where the claim is about the packages: unpacks each of them. */
function useFastNpm(): void {
  const script = `#!/bin/sh
for package in ../../../../published/*; do
  mkdir -p "node_modules/$(basename "$package")" && tar -xzf "$package/package.tgz" --strip-components=1 -C "node_modules/$(basename "$package")"
done`;
  const folder = fileURLToPath(folderWith({ npm: script }));
  chmodSync(join(folder, 'npm'), 0o755);
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
  onTestFinished(() => void vi.unstubAllEnvs());
}

const ARM64 = 0xb7;
const X86_64 = 0x3e;

/** The head of an ELF file for a processor. */
function elf(machine: number): Buffer {
  const head = Buffer.alloc(64);
  head.write('\x7fELF', 'latin1');
  head.writeUInt16LE(machine, 18);
  return head;
}

interface Published {
  readonly files?: Readonly<Record<string, Buffer | string>>;
  readonly locked?: Readonly<Record<string, unknown>>;
}

/** A project whose package-lock.json has these packages, each published as a file, as npm would download it. */
function projectWith(packages: Readonly<Record<string, Published>>): string {
  const root = fileURLToPath(folderWith({ 'package.json': '{}' }));
  const entries = Object.entries(packages).map(([name, { files = {}, locked = {} }]) => {
    const folder = join(root, 'published', name);
    const contents = { 'package.json': JSON.stringify({ name, version: '1.0.0', ...locked }), ...files };
    for (const [file, content] of Object.entries(contents)) {
      mkdirSync(dirname(join(folder, 'package', file)), { recursive: true });
      writeFileSync(join(folder, 'package', file), content);
    }
    const tarball = join(folder, 'package.tgz');
    execFileSync('tar', ['-czf', tarball, '-C', folder, 'package']);
    const integrity = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
    return [`node_modules/${name}`, { version: '1.0.0', resolved: `file:${tarball}`, integrity, ...locked }] as const;
  });
  writeFileSync(
    join(root, 'package-lock.json'),
    JSON.stringify({ lockfileVersion: 3, packages: Object.fromEntries(entries) }),
  );
  return root;
}

const binary = (machine: number, cpu: string): Published => ({
  files: { 'addon.node': elf(machine) },
  locked: { os: ['linux'], cpu: [cpu], optional: true },
});

/** A package with a binary package for each processor, as sharp has. */
const SPLIT: Readonly<Record<string, Published>> = {
  image: {
    files: { 'index.js': '' },
    locked: { hasInstallScript: true, optionalDependencies: { 'image-arm64': '1.0.0', 'image-x64': '1.0.0' } },
  },
  'image-arm64': binary(ARM64, 'arm64'),
  'image-x64': binary(X86_64, 'x64'),
};

describe('Packages beside a bundle', () => {
  it.each([
    { architecture: 'arm64' as const, own: 'image-arm64' },
    { architecture: 'x86_64' as const, own: 'image-x64' },
  ])('npm installs the binaries for $architecture, whatever this machine is', ({ architecture, own }) => {
    const found = packagesBeside(['image'], projectWith(SPLIT), { lambda: architecture });
    if ('problem' in found) throw new Error(found.problem);
    expect(Object.keys(found.folders)).toEqual(['node_modules/image', `node_modules/${own}`].toSorted());
    for (const folder of Object.values(found.folders)) expect(existsSync(join(folder, 'package.json'))).toBe(true);
  });

  it('A package that has the binaries of every processor inside it is accepted', () => {
    useFastNpm();
    const prebuilds = { 'prebuilds/arm64/a.node': elf(ARM64), 'prebuilds/x64/a.node': elf(X86_64) };
    const root = projectWith({ hash: { files: prebuilds, locked: { hasInstallScript: true } } });
    expect(packagesBeside(['hash'], root, { lambda: 'arm64' })).toHaveProperty('folders');
  });

  it.each([
    { title: 'an install script that would download a binary', files: {}, locked: { hasInstallScript: true } },
    { title: 'sources that would be compiled', files: { 'binding.gyp': '{}' }, locked: {} },
    { title: 'a binary for another processor alone', files: { 'addon.node': elf(X86_64) }, locked: {} },
    { title: 'a file that is no binary', files: { 'addon.node': 'text' }, locked: {} },
  ])('A package for arm64 is rejected if it has $title', ({ files, locked }) => {
    useFastNpm();
    expect(packagesBeside(['hash'], projectWith({ hash: { files, locked } }), { lambda: 'arm64' })).toEqual({
      problem: expect.stringContaining('hash needs a compiled addon for linux-arm64') as string,
    });
  });

  it('A package whose content differs from the lock file is rejected', () => {
    const root = projectWith({ plain: {} });
    const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
    writeFileSync(
      join(root, 'package-lock.json'),
      lock.replace(/sha512-./, (start) => `${start.slice(0, -1)}#`.replace('#', start.endsWith('A') ? 'B' : 'A')),
    );
    expect(packagesBeside(['plain'], root, { lambda: 'arm64' })).toEqual({
      problem: expect.stringContaining('cannot be installed for linux-arm64: ') as string,
    });
  });

  it.each([
    {
      title: 'is not in package-lock.json',
      names: ['other'],
      says: 'other is not in package-lock.json; run npm install other',
    },
    {
      title: 'is not installed here',
      names: ['plain'],
      says: 'plain is not installed in the version of package-lock.json; run npm ci',
    },
  ])('A package that $title is rejected with the command to run', ({ names, says }) => {
    expect(packagesBeside(names, projectWith({ plain: {} }), 'here')).toEqual({ problem: says });
  });
});
