import { expect, it } from 'vitest';
import { staleReports } from '../access/committed.ts';
import { reportsOf } from '../access/reports.ts';
import { stackNames } from '../graph/stack-file.ts';
import { ROOT } from './support/project.ts';

// The other tests have a contract and stack files of their own; this one is about those of this project.
it('the project as it stands is one that the twin serves, and its committed access reports are what it declares', async () => {
  const reports = await reportsOf(ROOT, stackNames(ROOT));
  expect(reports.map(({ rows }) => rows.length).filter((count) => count === 0)).toEqual([]);
  const stale = staleReports(ROOT, reports, true);
  expect(stale, `npm run access writes them anew:\n${stale.join('\n')}`).toEqual([]);
});
