import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ROOT } from '../../../tests/support/project.ts';

const DOCUMENT = readFileSync(new URL('docs/fidelity.md', ROOT), 'utf8');
const ROWS = DOCUMENT.split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (behaviour|-+) /.test(line))
  .map((line) =>
    line
      .slice(2, -2)
      .split(' | ')
      .map((cell) => cell.trim()),
  );

it('docs/fidelity.md has rows of a behaviour, its evidence and a test', () => {
  expect(ROWS.length).toBeGreaterThan(50);
  expect(ROWS.filter((cells) => cells.length !== 3)).toEqual([]);
});

it.each(ROWS)('The test for "%s" in docs/fidelity.md exists', (_behaviour, evidence = '', test = '') => {
  expect(evidence).toMatch(/\b[DMCEIR]\b/);
  const [, file = '', title = ''] = /^`([^`]+)`: (.+)$/.exec(test) ?? [];
  const url = new URL(file, ROOT);
  expect(existsSync(url)).toBe(true);
  expect(readFileSync(url, 'utf8').replace(/\\'/g, "'")).toContain(title);
});

/** A row counts by its best evidence; what is said of a part of it, in parentheses, does not count. */
function kindOf(evidence: string): 'captured' | 'measured' | 'documented' | 'likely' {
  const letters: readonly string[] = evidence.replaceAll(/\([^)]*\)/g, '').match(/\b[DMCEIR]\b/g) ?? [];
  if (letters.includes('C')) return 'captured';
  if (letters.includes('M')) return 'measured';
  return letters.includes('D') ? 'documented' : 'likely';
}

it('The figures at the top of docs/fidelity.md are those of its rows', () => {
  const of = (kind: string): number => ROWS.filter(([, evidence = '']) => kindOf(evidence) === kind).length;
  expect(DOCUMENT.replaceAll(/\s+/g, ' ')).toContain(
    `Of these ${ROWS.length} rows, ${of('captured')} rest on captures, ${of('measured')} on measurements, ` +
      `${of('documented')} on documentation, and ${of('likely')} are likely (E, I, R).`,
  );
});
