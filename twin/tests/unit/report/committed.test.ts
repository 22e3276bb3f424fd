import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { staleReports, writeReports } from '../../../src/report/committed.ts';
import { toJson, type Report } from '../../../src/report/data.ts';
import { reportOf } from '../../../src/report/report.ts';
import { toMarkdown } from '../../../src/report/sections.ts';
import { folderWith } from '../../../../tests/support/folder.ts';
import { plainModel, plainRoutes } from '../../support/plain-model.ts';

const report = (stack: string, key = 'GET /'): Report => ({
  ...reportOf(plainModel({}, plainRoutes({ [key]: ['read'] }))),
  stack,
});
const folderOf = (root: URL): URL => new URL('access/', root);
const read = (root: URL, file: string): string => readFileSync(new URL(file, folderOf(root)), 'utf8');
const put = (root: URL, file: string, text: string): void => {
  mkdirSync(folderOf(root), { recursive: true });
  writeFileSync(new URL(file, folderOf(root)), text);
};

/** A folder without an npm script for the report, and without the page about it. */
const ELSEWHERE = { command: 'npx --no twin access', hasGuide: false };

it('A report names the command of its folder, and links no page that is missing there', () => {
  const textIn = (files: Readonly<Record<string, string>>): string => {
    const root = folderWith(files);
    writeReports(root, [report('dev')], true);
    return read(root, 'dev.md');
  };
  const foreign = textIn({ 'package.json': '{"scripts":{"access":"twin access --check"}}' });
  expect(foreign).toContain('Written by `npx --no twin access` from');
  expect(foreign).not.toContain('](');
  const here = textIn({ 'package.json': '{"scripts":{"who":"npx twin access"}}', 'docs/access.md': '' });
  expect(here).toContain('Written by `npm run who` from');
  expect(here).toContain('is in [docs/access.md](../docs/access.md).');
});

it('Committed reports are written once, and are not stale then', () => {
  const root = folderWith({});
  const reports = [report('dev'), report('prod')];
  expect(writeReports(root, reports, true)).toEqual(
    ['dev.md', 'dev.json', 'prod.md', 'prod.json'].map((name) => `access/${name} is written.`),
  );
  expect(read(root, 'dev.md')).toBe(toMarkdown(report('dev'), ELSEWHERE));
  expect(read(root, 'dev.json')).toBe(toJson(report('dev')));
  expect(staleReports(root, reports, true)).toEqual([]);
  expect(writeReports(root, reports, true)).toEqual([]);
});

it('Committed reports are stale if one is missing or left over from a removed stack', () => {
  const root = folderWith({});
  put(root, 'old.md', toMarkdown(report('old'), ELSEWHERE));
  put(root, 'old.json', toJson(report('old')));
  put(root, 'notes.md', '# Notes of ours\n');
  put(root, 'notes.json', '{}\n');
  expect(staleReports(root, [report('dev')], true).map((one) => one.split('\n').slice(0, 2))).toEqual([
    ['--- /dev/null', '+++ b/access/dev.md'],
    ['--- /dev/null', '+++ b/access/dev.json'],
    ['--- a/access/old.json', '+++ /dev/null'],
    ['--- a/access/old.md', '+++ /dev/null'],
  ]);
  expect(writeReports(root, [report('dev')], true)).toEqual([
    'access/dev.md is written.',
    'access/dev.json is written.',
    'access/old.json is removed: there is no Pulumi.old.yaml.',
    'access/old.md is removed: there is no Pulumi.old.yaml.',
  ]);
  expect(readdirSync(folderOf(root)).toSorted()).toEqual(['dev.json', 'dev.md', 'notes.json', 'notes.md']);
});

it('The reports of other stacks are ignored if one stack is requested', () => {
  const root = folderWith({});
  put(root, 'old.md', toMarkdown(report('old'), ELSEWHERE));
  expect(staleReports(root, [], false)).toEqual([]);
  writeReports(root, [report('dev')], false);
  expect(readdirSync(folderOf(root)).toSorted()).toEqual(['dev.json', 'dev.md', 'old.md']);
});

it('A committed report that cannot be read is an error', () => {
  const root = folderWith({});
  mkdirSync(new URL('dev.md/', folderOf(root)), { recursive: true });
  expect(() => staleReports(root, [report('dev')], true)).toThrow('access/ cannot be used (EISDIR');
});
