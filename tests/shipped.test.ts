import { expect, it } from 'vitest';
import { staleReports, reportOf, evaluate, modelOf, stackNames, violationsOf } from '@auth0-http-api/twin';
import { lacking } from './support/policies.ts';
import { ROOT } from './support/project.ts';

// The other tests have a contract and stack files of their own; this one is about those of this project.
it('This project is served by the twin, covered by the deploy policy, satisfies every rule, and is described by its committed access reports', async () => {
  const stacks = stackNames(ROOT);
  const recorded = await Promise.all(
    stacks.map((stack) => evaluate({ root: ROOT.href, stack, config: {}, seed: 'a seed for tests' })),
  );
  expect(recorded.flatMap(({ resources }) => lacking(resources))).toEqual([]);
  expect(recorded.map((one) => violationsOf(one))).toEqual(stacks.map(() => []));
  const reports = recorded.map((one) => reportOf(modelOf(one)));
  expect(reports.map(({ routes }) => routes.length).filter((count) => count === 0)).toEqual([]);
  const stale = staleReports(ROOT, reports, true);
  expect(stale, 'The reports in access/ are stale: run npm run access and commit what it writes.').toHaveLength(0);
});
