import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { folderWith } from '../../../../tests/support/folder.ts';
import { ROOT } from '../../../../tests/support/project.ts';

interface Edit {
  readonly title: string;
  /** The program's entry. */
  readonly index: string;
  /** The edited file; `handler.js` unless given. */
  readonly edited?: string;
}

const READ = "import { readFileSync } from 'node:fs';\nconst read = () => readFileSync('handler.js', 'utf8');\n";

const RUN_AGAIN: readonly Edit[] = [
  { title: 'its function reads the edited file', index: `${READ}export default () => read();` },
  { title: 'it reads nothing of the edited file', index: 'export default async () => {};' },
  {
    title: 'its function starts a process',
    index: "import { execSync } from 'node:child_process';\nexport default () => execSync('true');",
  },
];

const LOADED_AGAIN: readonly Edit[] = [
  { title: 'imports the edited file', index: "import './handler.js';\nexport default () => {};" },
  { title: 'imports the edited file later', index: "export default () => import('./handler.js');" },
  { title: 'reads the edited file while it is loaded', index: `${READ}export const text = read();` },
  {
    title: 'reads the edited file by a promise while it is loaded',
    index:
      "import { readFile } from 'node:fs/promises';\nexport const text = await readFile(new URL('handler.js', import.meta.url));",
  },
];

const NOT_LOADED_AGAIN: readonly Edit[] = [
  { title: 'its package.json', index: '', edited: 'package.json' },
  { title: 'a package that it imports', index: "import 'part';", edited: 'node_modules/part/index.js' },
  {
    title: 'a file of a program that is not of ES modules alone',
    index: "import './old.cjs';\nimport './handler.js';",
  },
];

const STARTING: readonly Edit[] = [
  {
    title: 'a process',
    index:
      "import { execFileSync } from 'node:child_process';\nexport const text = execFileSync('cat', ['handler.js']);",
  },
  { title: 'a process that ends later', index: "import { spawn } from 'node:child_process';\nspawn('true');" },
  { title: 'a thread', index: "import { Worker } from 'node:worker_threads';\nnew Worker('', { eval: true });" },
];

/** Loads each program of the arguments, edits its file, and prints whether it could run again before that and after. */
const SCRIPT = `
  import { writeFileSync } from 'node:fs';
  import { pathToFileURL } from 'node:url';
  import { programInputs } from '${new URL('twin/src/evaluate/program-inputs.ts', ROOT).href}';
  // Files are as old as if an editor had written them.
  await new Promise((resolve) => setTimeout(resolve, 60));
  const results = [];
  for (const [folder, edited] of JSON.parse(process.argv[1])) {
    process.chdir(folder);
    const inputs = programInputs('/sdk/');
    inputs.begin();
    const { default: program } = await import(pathToFileURL(folder + 'index.js').href);
    await program?.();
    const before = inputs.repeatable();
    writeFileSync(edited, 'export const text = 2;');
    results.push([before, inputs.repeatable(), inputs.reloadable()]);
  }
  console.log(JSON.stringify(results));
`;

const edits = [...RUN_AGAIN, ...LOADED_AGAIN, ...NOT_LOADED_AGAIN, ...STARTING];
const programs = edits.map(({ index, edited = 'handler.js' }) => {
  const files = {
    'handler.js': 'export const text = 1;',
    'old.cjs': '',
    'node_modules/part/index.js': '',
    'index.js': index,
    'package.json': '{ "type": "module" }',
  };
  return [folderWith(files, 'the whole file').pathname, edited];
});
const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', SCRIPT, JSON.stringify(programs)], {
  encoding: 'utf8',
});
/** Whether each program could run again before and after the edit, and whether it could load its files again then. */
const results = new Map((JSON.parse(printed) as readonly boolean[][]).map((result, index) => [edits[index], result]));

it.each(RUN_AGAIN)('A program is run again in its process where $title', (edit) => {
  expect(results.get(edit)).toEqual([true, true, true]);
});

it.each(LOADED_AGAIN)(
  'A program is not run again in its process, but loaded again, after an edit where it $title',
  (edit) => {
    expect(results.get(edit)).toEqual([true, false, true]);
  },
);

it.each(NOT_LOADED_AGAIN)('A program is not loaded again in its process after an edit of $title', (edit) => {
  expect(results.get(edit)).toEqual([true, false, false]);
});

it.each(STARTING)('A program is not run again in its process where it starts $title while it is loaded', (edit) => {
  expect(results.get(edit)).toEqual([false, false, false]);
});
