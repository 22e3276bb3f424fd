import { describe, expect, it } from 'vitest';
import { contract as shipped } from '../contract.ts';
import { HANDLER } from './support/handlers.ts';
import { programOf, registrations } from './support/program.ts';
import { APP, clients } from './support/stack-file-rows.ts';

describe('A former name', () => {
  const formerly = 'old';
  const renamed = { ...shipped, handlers: { test: { ...HANDLER, formerly } } };

  it('The former name of a handler or client is an alias of its resources and of no other', async () => {
    const AUDIENCE = 'https://test-api-for-jwt-authorizer.example.com';
    const all = await registrations(programOf(renamed), clients({ ...APP, formerly }));
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
});
