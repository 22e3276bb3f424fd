import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { ROOT } from './support/project.ts';

const SELF = 'tests/own-contract.test.ts';
const FILES = globSync('tests/**/*.ts', { cwd: fileURLToPath(ROOT) })
  .filter((file) => file !== SELF)
  .toSorted();

/** What reaches the project's own contract, handlers, stack files or reports, where the tests have the fixture's. */
const READS: readonly RegExp[] = [
  /\b(stackNames|readStackFile)\((ROOT|root)\b/,
  /\bcopyShippedProject\(/,
  /\broot: ROOT\.href\b/,
  /new URL\([`'](contract\.ts|handler\/|Pulumi\.|access\/[^/]+\.md)[^`']*[`'], (ROOT|root)\)/,
  /from '(\.\.\/)+handler\//,
];

/** The files that may: what they ask must be true of any project. */
const MAY: Readonly<Record<string, string>> = {
  'tests/engine/stacks.test.ts': 'each stack as it stands, on a real engine',
  'tests/engine/support/sandbox.ts': 'a project for a real engine; most tests write their own contract into it',
  'tests/page/screenshots-main.ts': 'no test: it makes the pictures of the page',
  'tests/pull-requests/stacks.test.ts': 'the workflows know every stack',
  'tests/reference.test.ts': 'the schema has no fault with any stack file',
  'tests/shipped.test.ts': 'the twin serves each stack, and no report is stale',
  'tests/support/project.ts': 'it makes the copies',
};

it('Only these tests read the project’s own contract, handlers and stack files, so that a team may change them', () => {
  const readers = FILES.filter((file) => READS.some((read) => read.test(textOf(file))));
  expect(readers).toEqual(Object.keys(MAY).toSorted());
});

it('No test has a handler by the name of the project’s own, unless it is one that it writes into a copy', () => {
  const named = FILES.filter((file) => /\bfile: [`']handler\//.test(textOf(file)));
  expect(named).toEqual([
    'tests/contract.test.ts', // One that does not exist.
    'tests/contract.types.ts', // It is compiled, and never run.
    'tests/engine/support/contracts.ts',
    'tests/support/echo.ts',
    'tests/support/handlers.ts',
  ]);
});

function textOf(file: string): string {
  return readFileSync(new URL(file, ROOT), 'utf8');
}
