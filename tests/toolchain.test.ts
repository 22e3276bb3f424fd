import { expect, it } from 'vitest';
import { read } from './support/workflows.ts';

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly os?: string;
  readonly cpu?: string;
  readonly optional?: boolean;
}

const { packages } = JSON.parse(read('package-lock.json')) as { packages: Readonly<Record<string, Locked>> };
const installed = Object.entries(packages).filter(
  ([path, { link }]) => path.includes('node_modules/') && link !== true,
);

it('The lockfile has a hash for every package that is installed', () => {
  expect(
    installed.filter(([, { integrity }]) => integrity?.startsWith('sha512-') !== true).map(([path]) => path),
  ).toEqual([]);
});

// A script could fetch what has no hash. Look at what a new one does before adding it here and to `allowScripts`.
it('No package but three known ones has an installation script', () => {
  const scripted = installed.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => path);
  expect(scripted.toSorted()).toEqual([
    'node_modules/browser-tabs-lock',
    'node_modules/esbuild',
    'node_modules/protobufjs',
  ]);
});

it.each([
  ['linux', 'x64'],
  ['linux', 'arm64'],
  ['darwin', 'x64'],
  ['darwin', 'arm64'],
  ['win32', 'x64'],
])('The lockfile has a Node 24 for %s on %s', (os, cpu) => {
  const nodes = installed.filter(
    ([path, locked]) => /\/node-[^/]*$/.test(path) && locked.os === os && locked.cpu === cpu,
  );
  expect(nodes.map(([, { version, optional }]) => ({ major: version?.split('.')[0], optional }))).toEqual([
    { major: '24', optional: true },
  ]);
});
