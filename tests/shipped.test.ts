import { expect, it } from 'vitest';
import { evaluate } from '../graph/fresh.ts';
import { modelOf } from '../graph/model.ts';
import { stackNames } from '../graph/stack-file.ts';
import { lacking } from './support/policies.ts';
import { ROOT } from './support/project.ts';

// The other tests have a contract and stack files of their own; this one is about those of this project.
it.each(stackNames(ROOT))(
  'the project as it stands, stack %s, is one that the twin serves and the deploy policy suffices for',
  async (stack) => {
    const config = { 'auth0:domain': 'tenant.eu.auth0.com' };
    const recorded = await evaluate({ root: ROOT.href, stack, config, seed: 'a seed for tests' });
    expect(modelOf(recorded).api.routes.length).toBeGreaterThan(0);
    expect(lacking(recorded.resources)).toEqual([]);
  },
);
