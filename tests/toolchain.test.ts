import { expect, it } from 'vitest';
import { read } from './support/workflows.ts';

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly link?: boolean;
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

// A script could fetch what has no hash.
it('No package runs a script when it is installed', () => {
  expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m);
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
