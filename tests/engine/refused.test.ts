import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../support/project.ts';
import { keyOf } from './standin/services.ts';
import { CLIENT, CONTRACT, selectOwnStack, setConfig, writeContract } from './support/contracts.ts';
import { REFRESH } from './support/interruption.ts';
import { Sandbox, UP } from './support/sandbox.ts';

const OPERATIONS_PAGE = new URL('docs/operations.md', ROOT);
const sandbox = new Sandbox();
const ROLE = 'auth0:index/role:Role';

/** The types whose change the services refuse once, by their last word. */
const ACCESS = ['RolePermissions', 'UserRoles', 'ClientGrant'];
const REFUSED = [...ACCESS, 'Route'];

/** What the services allow: the permissions of roles, the roles of users, the scopes of grants and of routes. */
function access(): Readonly<Record<string, readonly string[]>> {
  const counted = (type: string, property: string, name: (value: string) => string = String): string[] =>
    sandbox
      .values(type, property)
      .flatMap((value) => (value ?? []) as readonly string[])
      .map(name)
      .toSorted();
  return {
    permissions: counted('auth0:index/rolePermissions:RolePermissions', 'permissions', (value) => nameOf(value)),
    roles: counted('auth0:index/userRoles:UserRoles', 'roles', (id) =>
      nameOf(sandbox.services.resources.get(keyOf({ type: ROLE, id }))?.inputs),
    ),
    grants: counted('auth0:index/clientGrant:ClientGrant', 'scopes'),
    routes: counted('aws:apigatewayv2/route:Route', 'authorizationScopes'),
  };
}

const nameOf = (value: unknown): string => (value as { readonly name: string }).name;

const both = ['read:user', 'write:user'];
const BEFORE = {
  permissions: ['read:user', 'read:user', 'write:user'],
  roles: ['reader (dev)', 'writer (dev)'],
  grants: both,
  routes: both,
};
const AFTER = {
  permissions: ['read:user', 'read:user'],
  roles: ['reader (dev)'],
  grants: ['read:user'],
  routes: ['write:user'],
};

function declare(more: boolean): void {
  writeContract(sandbox, {
    ...CONTRACT,
    routes: { 'GET /test': { handler: 'test', scopes: more ? ['read:user', 'write:user'] : ['write:user'] } },
    roles: { writer: more ? both : ['read:user'], reader: ['read:user'] },
  });
  setConfig(sandbox, {
    'api:testUser': { email: 'test-user@example.com', roles: more ? ['writer', 'reader'] : ['reader'] },
    'api:clients': [{ ...CLIENT, permissions: more ? both : ['read:user'] }],
  });
}

beforeAll(async () => {
  await selectOwnStack(sandbox);
  declare(true);
  await sandbox.up();
});

describe('Revoked access whose change the services rejected', () => {
  it('Revoked access stays granted if the services reject the change, and pulumi up alone reports success', async () => {
    expect(access()).toEqual(BEFORE);
    declare(false);
    const { code, text } = await sandbox.attempt([...UP, '--continue-on-error'], { refuse: REFUSED });
    expect(code).not.toBe(0);
    expect(text).toContain('403 Forbidden');
    expect((await sandbox.up()).code).toBe(0);
    expect(access()).toEqual(BEFORE);
  });

  it('npm run up revokes the access, since it refreshes although the last history entry succeeded', async () => {
    const { code, text } = await sandbox.npmRunUp();
    if (code !== 0) throw new Error(text);
    expect(text).toContain('Refreshing the stack before the update: an update failed');
    expect(access()).toEqual(AFTER);
    await sandbox.upUnchanged();
  });

  it('A refresh of the Auth0 side alone finds access that is still granted, and reads nothing from AWS', async () => {
    const before = sandbox.services.entries.length;
    const [, glob = ''] = /--target '([^']+Auth0Side[^']*)'/.exec(readFileSync(OPERATIONS_PAGE, 'utf8')) ?? [];
    await sandbox.pulumi([...REFRESH, '--parallel', '2', '--target', glob]);
    const read = sandbox.services.entries.slice(before).flatMap((entry) => (entry.what === 'read' ? [entry.type] : []));
    for (const kind of [...ACCESS, 'User', 'ConnectionClients'])
      expect(read.map((type) => type.split(':')[2])).toContain(kind);
    expect(read.filter((type) => type.startsWith('aws:'))).toEqual([]);
  });

  it('npm run up does not refresh again after a successful refresh', async () => {
    expect((await sandbox.npmRunUp(['--expect-no-changes'])).text).not.toContain('Refreshing');
  });
});
