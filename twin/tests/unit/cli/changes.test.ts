import { expect, it } from 'vitest';
import { changesLine } from '../../../src/cli/changes.ts';
import { plainModel, plainRoutes } from '../../support/plain-model.ts';

const MODEL = plainModel();
const { tenant } = MODEL;
const [client] = tenant.clients;
const [user] = tenant.users;

it.each([
  [
    'names routes that came and went',
    plainModel({}, plainRoutes({ 'POST /orders': ['read'] })),
    '+ POST /orders, - GET /',
  ],
  ['names a route that needs another scope', plainModel({}, plainRoutes({ 'GET /': ['write'] })), '~ GET /'],
  [
    'names a client whose grant changed',
    plainModel({ grants: tenant.grants.map((grant) => ({ ...grant, scopes: ['write', 'delete'] })) }),
    `~ client ${client?.name}`,
  ],
  [
    'names a client with other settings and the same grant',
    plainModel({ clients: tenant.clients.map((one) => ({ ...one, isPublic: !one.isPublic })) }),
    `~ client ${client?.name}`,
  ],
  [
    'names a permission that is new',
    plainModel({
      resourceServers: tenant.resourceServers.map((one) => ({ ...one, scopes: [...one.scopes, 'read:orders'] })),
    }),
    '+ permission read:orders',
  ],
  ['names a user who was taken out', plainModel({ users: [] }), `- user ${user?.email}`],
  [
    'names the settings of the tenant, which have no name of their own',
    plainModel({ issuerDomain: 'login.example.com' }),
    '~ settings of the tenant',
  ],
  ['says so where no caller notices the change', plainModel(), 'no change for callers'],
])('The line of a reload %s', (_, after, line) => {
  expect(changesLine(MODEL, after)).toBe(line);
});

it('The line of a reload counts the changes after the sixth', () => {
  const many = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`GET /r${index}`, ['read']]));
  const line = changesLine(MODEL, plainModel({}, plainRoutes({ 'GET /': ['read'], ...many })));
  expect(line).toMatch(/^\+ GET \/r0, .*\+ GET \/r5, and 3 more$/);
});

it('The line of a reload has no secret of a client or a user in it', () => {
  const after = plainModel({
    clients: tenant.clients.map((one) => ({ ...one, secret: 'another-secret' })),
    users: tenant.users.map((one) => ({ ...one, password: 'another-password' })),
  });
  expect(changesLine(MODEL, after)).not.toContain('another');
});
