import { spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { modelOf, reportOf } from '@auth0-http-api/twin';
import { contract } from '../contract.ts';
import type { Contract } from '../program/contract/define-contract.ts';
import { folderWith } from './support/folder.ts';
import { CODE, NOT_SERVED, REPORT } from './support/planted-edits.ts';
import { recordProgram, recordStack, programOf, root, type Changes } from './support/program.ts';

const PULUMI = "import * as pulumi from '@pulumi/pulumi';\n";

/** A file of the program for each, and the rule that rejects it. */
const LINTED = Object.entries({
  'T16, a client secret printed by the program': [
    'export const print = (clientSecret: string): void => console.log(clientSecret);',
    'no-console',
  ],
  "T16 b, a client secret in the engine's log": [
    `${PULUMI}export const print = (clientSecret: string) => pulumi.log.info(clientSecret);`,
    'no-restricted-properties',
  ],
  'new 4, an Output in a plain template string': [
    `${PULUMI}export const target = (id: pulumi.Output<string>): string => \`integrations/\${id}\`;`,
    'restrict-template-expressions',
  ],
} as const).map(([edit, [source, rule]], index) => ({ edit, source, rule, file: `program/planted/${index}.ts` }));

const reportFor = async (values: Changes, edited: Contract): Promise<ReturnType<typeof reportOf>> =>
  reportOf(modelOf(await recordProgram(programOf(edited), { stack: 'prod', values })));

describe('Planted unsafe edits', () => {
  let unchanged: ReturnType<typeof reportFor> | undefined;

  it.each(Object.entries(REPORT))('The access report changes by %s', async (_, { values = {}, before, ...row }) => {
    const unedited =
      before === undefined ? await (unchanged ??= reportFor({}, contract)) : await reportFor(before, contract);
    expect(await reportFor(values, row.contract ?? contract)).not.toEqual(unedited);
  });

  it.each(Object.entries(CODE))('The report catches %s', async (_, plant) => {
    const prod = await recordStack('prod');
    expect(reportOf(modelOf(plant(prod) as typeof prod))).not.toEqual(reportOf(modelOf(prod)));
  });

  it.each(Object.entries(NOT_SERVED))('The twin catches %s', async (_, plant) => {
    const prod = await recordStack('prod');
    expect(() => modelOf(plant(prod) as typeof prod)).toThrow();
  });
});

describe('Planted unsafe edits of the program', () => {
  const setup = ['.oxlintrc.json', 'tsconfig.json', 'package.json'].map(
    (file) => [file, readFileSync(new URL(file, root), 'utf8')] as const,
  );
  const sources = LINTED.map(({ file, source }) => [file, source] as const);
  // Without the rest of the program, whose types take the linter seconds to load.
  const folder = folderWith(Object.fromEntries([...setup, ...sources]), 'the whole file');
  let found = '';
  beforeAll(() => {
    symlinkSync(new URL('node_modules', root), new URL('node_modules', folder));
    const args = ['--deny-warnings', '--format', 'unix', ...LINTED.map(({ file }) => file)];
    const oxlint = fileURLToPath(new URL('node_modules/.bin/oxlint', folder));
    found = spawnSync(oxlint, args, { cwd: folder, encoding: 'utf8' }).stdout;
  });

  it.each(LINTED)('The linter rejects $edit', ({ file, rule }) => {
    const lines = found.split(/\n(?=\S)/).filter((line) => line.startsWith(file));
    expect(lines.join('\n')).toContain(rule);
  });
});
