import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Contract } from '../../program/contract/define-contract.ts';
import { afterFile } from './cleanup.ts';

export const ROOT = new URL('../../', import.meta.url);

/** What the program consists of. */
const PROGRAM = ['index.ts', 'contract.ts', 'settings.ts', 'auth0.ts', 'api.ts', 'limits', 'program'];
/** The contract's handler and the stack files that the tests are about, in place of the project's own. */
const FIXTURE = ['Pulumi.yaml', 'Pulumi.dev.yaml', 'Pulumi.staging.yaml', 'Pulumi.prod.yaml', 'handler/test.ts'];
const SETUP = ['package.json', 'tsconfig.json'];

export interface ProjectCopy {
  readonly root: URL;
  readonly path: string;
  /** Replaces a text in a file; it must be there. */
  readonly edit: (file: string, from: string, to: string) => void;
  readonly write: (file: string, text: string) => void;
  readonly read: (file: string) => string;
  readonly remove: () => void;
}

/**
 * Copies the project into a new folder, so that a test may change it and the twin's files stay apart. The copy is removed
 * after the tests of the file.
 */
export function copyProject(): ProjectCopy {
  const path = copied([...PROGRAM, ...SETUP]);
  const fixture = new URL('tests/fixture/', ROOT);
  for (const entry of FIXTURE) cpSync(fileURLToPath(new URL(entry, fixture)), join(path, entry), { recursive: true });
  const contract = readFileSync(new URL('contract.ts', fixture), 'utf8');
  writeFileSync(
    join(path, 'contract.ts'),
    contract.replace('../../program', './program').replace('tests/fixture/', ''),
  );
  return projectAt(path);
}

/** What of the project's folder is not part of what ships, or would be large and is linked. */
const LEFT_OUT = ['.git', '.twin', 'coverage', 'node_modules', 'tests'];

/** A copy of the project as it ships, with its own contract, handlers and stack files. */
export function copyShippedProject(): ProjectCopy {
  return projectAt(copied(readdirSync(ROOT).filter((entry) => !LEFT_OUT.includes(entry))));
}

/** Reports are of the project's own contract and stack files. The program of bootstrap/ finds the project's packages. */
function isCopied(file: string): boolean {
  return !/\/access\/[^/]+\.(md|json)$|\/bootstrap\/node_modules$/.test(file);
}

function copied(entries: readonly string[]): string {
  const path = mkdtempSync(join(tmpdir(), 'auth0-http-api-'));
  afterFile(() => rmSync(path, { recursive: true, force: true }));
  for (const entry of entries) {
    // With a filter, copying takes four times as long.
    const filter = entry === 'access' || entry === 'bootstrap' ? { filter: isCopied } : {};
    cpSync(fileURLToPath(new URL(entry, ROOT)), join(path, entry), { recursive: true, ...filter });
  }
  symlinkSync(fileURLToPath(new URL('node_modules', ROOT)), join(path, 'node_modules'));
  return path;
}

function projectAt(path: string): ProjectCopy {
  const read = (file: string): string => readFileSync(join(path, file), 'utf8');
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), text);
  };
  return {
    root: pathToFileURL(`${path}/`),
    path,
    read,
    write,
    edit: (file, from, to) => {
      const text = read(file);
      if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
      write(file, text.replace(from, to));
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** Writes a contract into a project's `contract.ts`. */
export function writeContract({ write }: Pick<ProjectCopy, 'write'>, contract: Contract): void {
  const text = JSON.stringify(contract, undefined, 2);
  const source = "import { defineContract } from './program/contract/define-contract.ts';";
  write('contract.ts', `${source}\nexport const contract = defineContract(${text});\n`);
}
