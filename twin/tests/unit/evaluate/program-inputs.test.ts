import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { folderWith } from '../../../../tests/support/folder.ts';
import { ROOT } from '../../../../tests/support/project.ts';

/**
 * Loads a program in a process. Says whether it could run again before and after a file is edited, and whether it could
 * load its files again then.
 */
function repeatable(index: string, edited = 'handler.js'): readonly boolean[] {
  const folder = folderWith({
    'handler.js': 'export const text = 1;',
    'old.cjs': '',
    'node_modules/part/index.js': '',
    'index.js': index,
    'package.json': '{ "type": "module" }',
  });
  const script = `
    import { writeFileSync } from 'node:fs';
    import { programInputs } from '${new URL('twin/src/evaluate/program-inputs.ts', ROOT).href}';
    // Files are as old as if an editor had written them.
    await new Promise((resolve) => setTimeout(resolve, 60));
    const inputs = programInputs('/sdk/');
    inputs.begin();
    const { default: program } = await import('${new URL('index.js', folder).href}');
    await program?.();
    const before = inputs.repeatable();
    writeFileSync('${edited}', 'export const text = 2;');
    console.log(JSON.stringify([before, inputs.repeatable(), inputs.reloadable()]));
  `;
  const options = { cwd: folder, encoding: 'utf8' } as const;
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '--eval', script], options),
  ) as readonly boolean[];
}

describe('Inputs of a program', () => {
  const READ = "import { readFileSync } from 'node:fs';\nconst read = () => readFileSync('handler.js', 'utf8');\n";

  it.each([
    ['its function reads the edited file', `${READ}export default () => read();`],
    ['it reads nothing of the edited file', 'export default async () => {};'],
    [
      'its function starts a process',
      "import { execSync } from 'node:child_process';\nexport default () => execSync('true');",
    ],
  ])('A program is run again in its process where %s', (_, index) => {
    expect(repeatable(index)).toEqual([true, true, true]);
  });

  it.each([
    ['imports the edited file', "import './handler.js';\nexport default () => {};"],
    ['imports the edited file later', "export default () => import('./handler.js');"],
    ['reads the edited file while it is loaded', `${READ}export const text = read();`],
    [
      'reads the edited file by a promise while it is loaded',
      "import { readFile } from 'node:fs/promises';\nexport const text = await readFile(new URL('handler.js', import.meta.url));",
    ],
  ])('A program is not run again in its process, but loaded again, after an edit where it %s', (_, index) => {
    expect(repeatable(index)).toEqual([true, false, true]);
  });

  it.each([
    ['its package.json', '', 'package.json'],
    ['a package that it imports', "import 'part';", 'node_modules/part/index.js'],
    [
      'a file of a program that is not of ES modules alone',
      "import './old.cjs';\nimport './handler.js';",
      'handler.js',
    ],
  ])('A program is not loaded again in its process after an edit of %s', (_, index, edited) => {
    expect(repeatable(index, edited)).toEqual([true, false, false]);
  });

  it.each([
    [
      'a process',
      "import { execFileSync } from 'node:child_process';\nexport const text = execFileSync('cat', ['handler.js']);",
    ],
    ['a process that ends later', "import { spawn } from 'node:child_process';\nspawn('true');"],
    ['a thread', "import { Worker } from 'node:worker_threads';\nnew Worker('', { eval: true });"],
  ])('A program is not run again in its process where it starts %s while it is loaded', (_, index) => {
    expect(repeatable(index)).toEqual([false, false, false]);
  });
});
