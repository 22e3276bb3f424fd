import { expect, it } from 'vitest';
import { managementScopes } from '../program/deploy/management-scopes.ts';
import { EVERY_OPTION, EVERYTHING } from './support/everything.ts';
import { recordWith } from './support/program.ts';

const crud = (entity: string): string[] => ['create', 'delete', 'read', 'update'].map((verb) => `${verb}:${entity}`);

it('each resource of Auth0 has its scopes: a preview may only read, and only drift and a deployment read secrets', async () => {
  const { resources } = await recordWith({ contract: EVERYTHING, values: EVERY_OPTION });
  const types = resources.map(({ type }) => type);
  const preview = managementScopes(types, 'preview');
  expect(preview.filter((scope) => !scope.startsWith('read:'))).toEqual([]);
  expect(preview).not.toContain('read:client_keys');
  expect(managementScopes(types, 'drift')).toEqual([...preview, 'read:client_keys'].toSorted());
  const deploy = managementScopes(types, 'deploy');
  const entities = ['resource_servers', 'clients', 'client_grants', 'roles', 'connections', 'users'];
  expect(deploy).toEqual(expect.arrayContaining([...preview, ...entities.flatMap(crud), 'update:client_keys']));
});

it('an unknown resource type of Auth0 is an error, and one of AWS needs no scope', () => {
  expect(managementScopes(['aws:lambda/function:Function'], 'deploy')).toEqual([]);
  expect(() => managementScopes(['auth0:index/hook:Hook'], 'deploy')).toThrow('has no auth0:index/hook:Hook');
});
