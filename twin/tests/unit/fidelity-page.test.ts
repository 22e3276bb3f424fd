import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ROOT } from '../../../tests/support/project.ts';

const DOCUMENT = readFileSync(new URL('docs/fidelity.md', ROOT), 'utf8');
const ROWS = DOCUMENT.split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (id|-+) /.test(line))
  .map((line) =>
    line
      .slice(2, -2)
      .split(' | ')
      .map((cell) => cell.trim()),
  );

/** The ids beside tests: `// docs/fidelity.md F1, F2`. */
const MARKED = globSync(['tests/**/*.ts', 'twin/tests/**/*.ts'], { cwd: ROOT })
  .flatMap((file) => [...readFileSync(new URL(file, ROOT), 'utf8').matchAll(/^ *\/\/ docs\/fidelity\.md (F.+)$/gm)])
  .flatMap(([, ids = '']) => ids.split(', '));

it('docs/fidelity.md has rows of an id, a behavior and its evidence', () => {
  expect(ROWS.length).toBeGreaterThan(50);
  expect(ROWS.filter((cells) => cells.length !== 3 || !/^F\d+$/.test(cells[0] ?? ''))).toEqual([]);
  expect(ROWS.filter(([, , evidence = '']) => !/\b[DMCEIR]\b/.test(evidence))).toEqual([]);
});

it('Each id of docs/fidelity.md stands beside one test, and no test has another id', () => {
  expect(MARKED.toSorted()).toEqual(ROWS.map(([id = '']) => id).toSorted());
});

/** A row counts by its best evidence; what is said of a part of it, in parentheses, does not count. */
function kindOf(evidence: string): 'captured' | 'measured' | 'documented' | 'likely' {
  const letters: readonly string[] = evidence.replaceAll(/\([^)]*\)/g, '').match(/\b[DMCEIR]\b/g) ?? [];
  if (letters.includes('C')) return 'captured';
  if (letters.includes('M')) return 'measured';
  return letters.includes('D') ? 'documented' : 'likely';
}

it('The figures at the top of docs/fidelity.md are those of its rows', () => {
  const of = (kind: string): number => ROWS.filter(([, , evidence = '']) => kindOf(evidence) === kind).length;
  expect(DOCUMENT.replaceAll(/\s+/g, ' ')).toContain(
    `Of these ${ROWS.length} rows, ${of('captured')} rest on captures, ${of('measured')} on measurements, ` +
      `${of('documented')} on documentation, and ${of('likely')} are likely (E, I, R).`,
  );
});
