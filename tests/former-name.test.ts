import { describe, expect, it } from 'vitest';
import { contract as shipped } from '../contract.ts';
import type { Recorded } from '@auth0-http-api/twin';
import { HANDLER } from './support/handlers.ts';
import { programOf, recordWith, registrations } from './support/program.ts';

describe('A former name', () => {
  const formerly = 'old';
  const renamed = { ...shipped, handlers: { test: { ...HANDLER, formerly } } };
  const values = {
    'api:clients': [
      { name: 'test-app', party: 'first', grants: ['client_credentials', 'password'], permissions: ['read:user'] },
    ],
  };
  const named = { 'api:clients': values['api:clients'].map((client) => ({ ...client, formerly })) };

  it('The former name of a handler or client is an alias of its resources and of no other', async () => {
    const AUDIENCE = 'https://test-api-for-jwt-authorizer.example.com';
    const all = await registrations(programOf(renamed), named);
    const known = all.filter(({ aliases }) => aliases.length > 0);
    expect(known.map(({ type, aliases }) => [type.split(':').at(-1), aliases])).toEqual([
      ['ResourceServer', [`auth0-${AUDIENCE}`]],
      ['ResourceServerScopes', [`auth0-${AUDIENCE}`]],
      ['Client', ['auth0-old']],
      ['ClientCredentials', ['auth0-old']],
      ['ClientGrant', ['auth0-old', `auth0-test-app-${AUDIENCE}`, `auth0-old-${AUDIENCE}`]],
      ['LogGroup', ['api-old']],
      ['Role', ['api-old']],
      ['RolePolicy', ['api-old']],
      ['Function', ['api-old']],
      ['Permission', ['api-old']],
      ['Integration', ['api-old']],
    ]);
    expect(all.filter(({ name }) => /^(api|auth0)-test/.test(name))).toHaveLength(known.length - 2);
  });

  it('A former name changes nothing else in the resources and outputs of the stack', async () => {
    const withoutNames = ({ resources, outputs }: Recorded): object => ({
      resources: resources.map((resource) => ({ ...resource, formerly: [] })),
      outputs,
    });
    const before = await recordWith({ contract: shipped, values });
    const after = await recordWith({ contract: renamed, values: named });
    expect(withoutNames(after)).toEqual(withoutNames(before));
  });
});
