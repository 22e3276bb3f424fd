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
