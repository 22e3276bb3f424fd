import { execFile } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as pulumi from '@pulumi/pulumi';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { modelOf, reportOf, violationsOf } from '@auth0-http-api/twin';
import { contract } from '../contract.ts';
import { checkContract, type Contract } from '../program/contract/define-contract.ts';
import { CODE, CONTRACT, REPORT, SETTINGS } from './support/planted-edits.ts';
import { KINDS, POLICY } from './support/planted-edits-rules.ts';
import { TOOLS } from './support/planted-edits-tools.ts';
import { PLANTED_OTHERS } from './support/planted-others.ts';
import { PLANTED_RIGHTS } from './support/planted-rights.ts';
import { PLANTED_ROUTES } from './support/planted-routes.ts';
import { copyProject } from './support/project.ts';
import { recordProgram, recordStack, programOf, refusal, root, settingsOf, type Changes } from './support/program.ts';

/** The ids of the planted edits, as they were numbered; the numbers left out have no edit. */
const IDS = [
  ...ids('C', [1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]),
  ...ids('S', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16, 18, 19]),
  ...ids('A', [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 16, 17, 18]),
  ...ids('T', [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13, 14, 15, 16, 17]),
  ...ids('P', [1, 2]),
  ...ids('D', [1, 2, 3, 4, 6, 7, 8, 9, 11]),
];

function ids(letter: string, numbers: readonly number[]): string[] {
  return numbers.map((number) => `${letter}${String(number).padStart(2, '0')}`);
}

const reportFor = async (values: Changes, edited: Contract): Promise<ReturnType<typeof reportOf>> =>
  reportOf(modelOf(await recordProgram(programOf(edited), { stack: 'prod', values })));

describe('Planted unsafe edits', () => {
  afterEach(() => vi.restoreAllMocks());

  it('Each edit of the list has a row', () => {
    const rows = [...CONTRACT, ...SETTINGS, ...POLICY, ...REPORT, ...CODE, ...TOOLS].map(({ id }) => id.split(' ')[0]);
    const listed = [...rows, ...Object.keys(KINDS)].filter((id) => /^[CSATPD]\d\d$/.test(id ?? ''));
    expect(new Set(listed)).toEqual(new Set(IDS));
  });

  it.each(CONTRACT)('The contract check refuses $id, $edit', async ({ contract: edited, code }) => {
    const { problems } = await refusal(() => checkContract(edited, root));
    expect(problems.map((one) => one.code)).toContain(code);
  });

  it.each(SETTINGS)('The settings of prod refuse $id, $edit', async ({ values, code, engine }) => {
    if (engine) vi.spyOn(pulumi.runtime, 'hasEngine').mockReturnValue(true);
    const { problems } = await refusal(() => settingsOf('prod', values));
    expect(problems.map((one) => one.code)).toContain(code);
  });

  it.each(POLICY)(
    'The rules of the policy refuse $id, $edit',
    async ({ values, plant = (all) => all, rule, ...row }) => {
      const recorded =
        (values ?? row.contract)
          ? await recordProgram(programOf(row.contract ?? contract), { stack: 'prod', ...(values && { values }) })
          : await recordStack('prod');
      expect(violationsOf(plant(recorded)).map((one) => one.rule)).toContain(rule);
    },
  );

  it.each(Object.entries(KINDS))('A planted violation stands for the edit %s', (_, [rule, title]) => {
    const planted = [...PLANTED_ROUTES, ...PLANTED_RIGHTS, ...PLANTED_OTHERS];
    expect(planted.filter((one) => one.rule === rule && title.test(one.title))).not.toEqual([]);
  });

  let unchanged: ReturnType<typeof reportFor> | undefined;

  it.each(REPORT)('The access report changes by $id, $edit', async ({ values = {}, before, ...row }) => {
    const unedited =
      before === undefined ? await (unchanged ??= reportFor({}, contract)) : await reportFor(before, contract);
    expect(await reportFor(values, row.contract ?? contract)).not.toEqual(unedited);
  });

  it.each(CODE)('The $by catches $id, $edit', async ({ plant, by }) => {
    const prod = await recordStack('prod');
    const edited = plant(prod) as typeof prod;
    if (by === 'twin') expect(() => modelOf(edited)).toThrow();
    else expect(reportOf(modelOf(edited))).not.toEqual(reportOf(modelOf(prod)));
  });
});

describe('Planted unsafe edits of the program', () => {
  const found = { compiler: '', linter: '' };
  beforeAll(async () => {
    const project = copyProject();
    cpSync(fileURLToPath(new URL('.oxlintrc.json', root)), join(project.path, '.oxlintrc.json'));
    const files = { compiler: [] as string[], linter: [] as string[] };
    for (const [index, { by, source }] of TOOLS.entries()) {
      project.write(`program/planted/${index}.ts`, source);
      files[by].push(`program/planted/${index}.ts`);
    }
    const own = { extends: './tsconfig.json', compilerOptions: { incremental: false }, files: files.compiler };
    project.write('tsconfig.planted.json', JSON.stringify({ ...own, include: [] }));
    const run = async (tool: string, args: readonly string[]): Promise<string> =>
      new Promise((resolve) => {
        execFile(join(project.path, 'node_modules/.bin', tool), args, { cwd: project.path }, (_, text) =>
          resolve(text),
        );
      });
    found.compiler = await run('tsc', ['-p', 'tsconfig.planted.json']);
    found.linter = await run('oxlint', ['--deny-warnings', '--format', 'unix', ...files.linter]);
  });

  it.each(TOOLS)('The $by rejects $id, $edit', ({ by, source, says }) => {
    const file = `program/planted/${TOOLS.findIndex((row) => row.source === source)}.ts`;
    const lines = found[by].split(/\n(?=\S)/).filter((line) => line.startsWith(file));
    expect(lines.join('\n')).toContain(says);
  });
});
