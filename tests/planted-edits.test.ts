import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as pulumi from '@pulumi/pulumi';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { modelOf, reportOf, violationsOf } from '@auth0-http-api/twin';
import { contract } from '../contract.ts';
import { checkContract, type Contract } from '../program/contract/define-contract.ts';
import { CODE, CONTRACT, REPORT, SETTINGS, type Edit } from './support/planted-edits.ts';
import { POLICY } from './support/planted-edits-rules.ts';
import { copyProject } from './support/project.ts';
import { recordProgram, recordStack, programOf, refusal, root, settingsOf, type Changes } from './support/program.ts';

const PULUMI = "import * as pulumi from '@pulumi/pulumi';\n";

/** Each is a file of the program. `contract.types.ts` has the edits that the compiler rejects. */
const LINTED: readonly (Edit & {
  readonly source: string;
  readonly says: string;
})[] = [
  {
    id: 'T16',
    edit: 'a client secret printed by the program',
    source: 'export const print = (clientSecret: string): void => console.log(clientSecret);',
    says: 'no-console',
  },
  {
    id: 'T16 b',
    edit: "a client secret in the engine's log",
    source: `${PULUMI}export const print = (clientSecret: string) => pulumi.log.info(clientSecret);`,
    says: 'no-restricted-properties',
  },
  {
    id: 'new 4',
    edit: 'an Output in a plain template string',
    source: `${PULUMI}export const target = (id: pulumi.Output<string>): string => \`integrations/\${id}\`;`,
    says: 'restrict-template-expressions',
  },
];

const reportFor = async (values: Changes, edited: Contract): Promise<ReturnType<typeof reportOf>> =>
  reportOf(modelOf(await recordProgram(programOf(edited), { stack: 'prod', values })));

describe('Planted unsafe edits', () => {
  afterEach(() => vi.restoreAllMocks());

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
  let found = '';
  beforeAll(() => {
    const project = copyProject();
    cpSync(fileURLToPath(new URL('.oxlintrc.json', root)), join(project.path, '.oxlintrc.json'));
    const files = LINTED.map(({ source }, index) => {
      project.write(`program/planted/${index}.ts`, source);
      return `program/planted/${index}.ts`;
    });
    const args = ['--deny-warnings', '--format', 'unix', ...files];
    found = spawnSync(join(project.path, 'node_modules/.bin/oxlint'), args, {
      cwd: project.path,
      encoding: 'utf8',
    }).stdout;
  });

  it.each(LINTED)('The linter rejects $id, $edit', ({ source, says }) => {
    const file = `program/planted/${LINTED.findIndex((row) => row.source === source)}.ts`;
    const lines = found.split(/\n(?=\S)/).filter((line) => line.startsWith(file));
    expect(lines.join('\n')).toContain(says);
  });
});
