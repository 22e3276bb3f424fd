import { expect, it } from 'vitest';
import { staleReports, reportOf, modelOf, stackNames, violationsOf } from '@auth0-http-api/twin';
import { policiesOf } from '../commands/rights/policies.ts';
import { evaluateHere } from './support/evaluate.ts';
import { copyShippedProject, ROOT } from './support/project.ts';
import { ACCOUNT } from './support/provider-calls.ts';

// The other tests have a contract and stack files of their own; this one is about those of this project.
it('This project is served by the twin, gets its generated policies, satisfies every rule, and is described by its committed access reports', async () => {
  const stacks = stackNames(ROOT);
  // The tests import the project's own files with their own contract.
  const { root } = copyShippedProject();
  const recorded = await Promise.all(
    stacks.map((stack) => evaluateHere({ root: root.href, stack, config: {}, seed: 'a seed for tests' })),
  );
  for (const stack of recorded) {
    const boundary = stack.resources.map(({ inputs }) => inputs['permissionsBoundary']).find(isString);
    const account = boundary?.split(':')[4] ?? ACCOUNT;
    expect(policiesOf(stack, { account, region: stack.providers.aws.region })).toHaveProperty('deploy');
  }
  expect(recorded.map((stack) => violationsOf(stack))).toEqual(stacks.map(() => []));
  const reports = recorded.map((stack) => reportOf(modelOf(stack)));
  expect(reports.map(({ routes }) => routes.length).filter((count) => count === 0)).toEqual([]);
  const stale = staleReports(ROOT, reports, true);
  expect(stale, 'The reports in access/ are stale: run npm run access and commit what it writes.').toHaveLength(0);
});

function isString(value: unknown): value is string {
  return typeof value === 'string';
}
