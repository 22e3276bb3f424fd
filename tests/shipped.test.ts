import { expect, it } from 'vitest';
import { staleReports, reportOf, evaluate, modelOf, stackNames } from '@auth0-http-api/twin';
import { lacking } from './support/policies.ts';
import { ROOT } from './support/project.ts';

// The other tests have a contract and stack files of their own; this one is about those of this project.
it('the project as it stands is one that the twin serves, that the deploy policy suffices for, and whose committed access reports are what it declares', async () => {
  const stacks = stackNames(ROOT);
  const recorded = await Promise.all(
    stacks.map((stack) => evaluate({ root: ROOT.href, stack, config: {}, seed: 'a seed for tests' })),
  );
  expect(recorded.flatMap(({ resources }) => lacking(resources))).toEqual([]);
  const reports = recorded.map((one) => reportOf(modelOf(one)));
  expect(reports.map(({ routes }) => routes.length).filter((count) => count === 0)).toEqual([]);
  const stale = staleReports(ROOT, reports, true);
  expect(stale, `npm run access writes them anew:\n${stale.join('\n')}`).toEqual([]);
});
