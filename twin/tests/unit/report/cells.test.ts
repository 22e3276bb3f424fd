import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { accessOf, answerTo } from '../../../src/report/cells.ts';
import { cellText, heading } from '../../../src/report/texts.ts';
import type { Model } from '../../../src/model/model.ts';
import { judgeClaims } from '../../../src/gateway/judge.ts';
import { AUDIENCE, plainApi, plainClient, plainUser } from '../../support/plain-tenant.ts';
import { plainAuthorizer, plainModel, plainRoutes } from '../../support/plain-model.ts';
import { randomCase, type Case } from '../../support/random-tenant.ts';

const SERVICE = '`Client` (client_credentials)';
const ROLE = 'role `role`';
const USER = 'user `user@example.com` through `Client` (password)';

/** The one route's row, as the report has it: a caller to a cell. */
function row(model: Model): Record<string, string | undefined> {
  const { rows } = accessOf(model);
  return Object.fromEntries((rows[0]?.cells ?? []).map((cell) => [heading(cell.caller), cellText(cell)]));
}

const needs = (scopes: readonly string[] | 'public', authorizer = plainAuthorizer()) =>
  plainRoutes({ 'GET /': scopes }, authorizer);
const password = 'http://auth0.com/oauth/grant-type/password-realm';
const noGrant = 'denied: no token (no client grant for the API)';

const cell = (fact: string, model: Model, cells: Record<string, string>) => [fact, model, cells] as const;

it.each([
  cell('which scope lets the caller in, and that anyone has no token', plainModel(), {
    [SERVICE]: 'allowed: `read`',
    [ROLE]: 'allowed: `read`',
    [USER]: 'allowed: `read`',
    anyone: 'denied: no token',
  }),
  cell(
    'each of several scopes that would do',
    plainModel(
      { grants: [{ clientId: 'client', audience: AUDIENCE, scopes: ['write', 'read'], subjectType: 'client' }] },
      needs(['read', 'write']),
    ),
    { [SERVICE]: 'allowed: `read`, `write`', [ROLE]: 'allowed: `read`' },
  ),
  cell('what the caller lacks', plainModel({}, needs(['write', 'admin'])), {
    [SERVICE]: 'denied: lacks `admin` or `write`',
    [ROLE]: 'denied: lacks `admin` or `write`',
    [USER]: 'denied: lacks `admin` or `write`',
  }),
  cell('that a public route is open to all, with or without a token', plainModel({ grants: [] }, needs('public')), {
    [SERVICE]: 'allowed: public',
    [ROLE]: 'allowed: public',
    [USER]: 'allowed: public',
    anyone: 'allowed: public',
  }),
  cell(
    'that a route without scopes accepts any token',
    plainModel({ roles: [{ id: 'role', name: 'role', logicalName: 'role', permissions: [] }] }, needs([])),
    { [SERVICE]: 'allowed: any token', [ROLE]: 'allowed: any token', anyone: 'denied: no token' },
  ),
  cell(
    'that the issuer is wrong',
    plainModel({}, needs(['read'], plainAuthorizer({ issuer: 'https://tenant.eu.auth0.com' }))),
    {
      [SERVICE]: 'denied: the issuer is `https://tenant.eu.auth0.com/`, not `https://tenant.eu.auth0.com`',
      [ROLE]: 'denied: the issuer is `https://tenant.eu.auth0.com/`, not `https://tenant.eu.auth0.com`',
    },
  ),
  cell(
    'that the audience is wrong',
    plainModel({}, needs(['read'], plainAuthorizer({ audiences: ['https://a', 'https://b'] }))),
    { [SERVICE]: `denied: the audience is \`${AUDIENCE}\`, not \`https://a\` or \`https://b\`` },
  ),
  cell('that a client has no client grant for the API', plainModel({ grants: [] }), {
    [SERVICE]: noGrant,
    [ROLE]: 'allowed: `read`',
  }),
  cell(
    'that the API denies its clients or its users',
    plainModel({ resourceServers: [plainApi({ clientPolicy: 'deny_all', userPolicy: 'deny_all' })] }),
    {
      [SERVICE]: 'denied: no token (the API issues no tokens to clients)',
      [ROLE]: 'denied: no token (the API issues no tokens to users)',
      [USER]: 'denied: no token (the API issues no tokens to users)',
    },
  ),
  cell(
    'what users may through the client grant, if the API requires one',
    plainModel({
      resourceServers: [plainApi({ userPolicy: 'require_client_grant' })],
      grants: [{ clientId: 'client', audience: AUDIENCE, scopes: ['read'], subjectType: 'user' }],
    }),
    { [SERVICE]: noGrant, [ROLE]: 'allowed: `read`', [USER]: 'allowed: `read`' },
  ),
  cell(
    'that any user has any scope if RBAC is off',
    plainModel(
      { resourceServers: [plainApi({ enforcePolicies: false })], users: [plainUser({ roleIds: [] })] },
      needs(['write']),
    ),
    { [SERVICE]: 'denied: lacks `write`', [ROLE]: 'allowed: `write`', [USER]: 'allowed: `write`' },
  ),
  cell(
    'that users cannot log in through a third party, and what the role allows',
    plainModel({ clients: [plainClient({ firstParty: false })] }),
    {
      [USER]: 'denied: no token (the client may not use this grant)',
      [ROLE]: 'allowed: `read`',
      [SERVICE]: 'allowed: `read`',
    },
  ),
  cell(
    'that the connection is not enabled',
    plainModel({ connections: [{ id: 'con_1', name: 'users', clientIds: [], bruteForceProtection: true }] }),
    { [USER]: 'denied: no token (the connection is not enabled for the client)', [ROLE]: 'allowed: `read`' },
  ),
  cell(
    'that there is no default directory, if the client cannot name a connection',
    plainModel({ defaultDirectory: undefined, clients: [plainClient({ grantTypes: ['password'] })] }),
    { [USER]: 'denied: no token (the tenant has no default directory)' },
  ),
  cell(
    'nothing about the default directory, if the client can name the connection',
    plainModel({ defaultDirectory: undefined }),
    { [USER]: 'allowed: `read`' },
  ),
  cell('that the user is blocked', plainModel({ users: [plainUser({ blocked: true })] }), {
    [USER]: 'denied: no token (the user is blocked)',
    [ROLE]: 'allowed: `read`',
  }),
  cell(
    'that no declared user can log in through the client',
    plainModel({ users: [], clients: [plainClient({ grantTypes: [password] })] }),
    { '`Client` (password)': 'denied: no token (no user is declared)', [ROLE]: 'allowed: `read`' },
  ),
  cell(
    'that no client can log a user in',
    plainModel({ clients: [plainClient({ grantTypes: ['client_credentials'] })] }),
    { 'user `user@example.com`': 'denied: no token (no client may log users in)', [SERVICE]: 'allowed: `read`' },
  ),
  cell('that a client has no grant type at all', plainModel({ clients: [plainClient({ grantTypes: [] })] }), {
    '`Client` (no grant type)': 'denied: no token (the client has no grant type)',
  }),
  cell(
    'what the token for another API of the tenant opens',
    plainModel(
      {
        resourceServers: [plainApi(), plainApi({ identifier: 'https://other' })],
        grants: [{ clientId: 'client', audience: 'https://other', scopes: ['read'], subjectType: 'client' }],
      },
      needs(['read'], plainAuthorizer({ audiences: [AUDIENCE, 'https://other'] })),
    ),
    { [SERVICE]: 'allowed: `read`' },
  ),
  cell(
    'the rejection by the API of the route, not by another',
    plainModel({
      resourceServers: [plainApi({ identifier: 'https://a' }), plainApi()],
      grants: [{ clientId: 'client', audience: 'https://a', scopes: ['read'], subjectType: 'client' }],
    }),
    { [SERVICE]: noGrant },
  ),
  cell('that any user gets OpenID Connect’s scopes', plainModel({}, needs(['email'])), {
    [USER]: 'allowed: `email`',
    [ROLE]: 'allowed: `email`',
    [SERVICE]: 'denied: lacks `email`',
  }),
])('A cell says %s', (_fact, model, cells) => {
  expect(row(model)).toMatchObject(cells);
});

const columns = (model: Model): string[] => accessOf(model).callers.map((caller) => heading(caller));

it('The columns are each client under each grant, each role, each user through each client, and anyone, by name', () => {
  const clients = ['b (dev)', 'a (dev)'].map((name) => plainClient({ name, clientId: name, logicalName: name }));
  const roles = ['z', 'y'].map((name) => ({ id: name, name, logicalName: name, permissions: [] }));
  const users = [plainUser(), plainUser({ email: 'another@example.com' })];
  expect(columns(plainModel({ clients, roles, users, grants: [] }))).toEqual([
    '`a` (client_credentials)',
    '`b` (client_credentials)',
    'role `y`',
    'role `z`',
    'user `another@example.com` through `a` (password)',
    'user `another@example.com` through `b` (password)',
    'user `user@example.com` through `a` (password)',
    'user `user@example.com` through `b` (password)',
    'anyone',
  ]);
});

it.each([
  ['keep the stack’s name if two would be the same without it', ['a', 'a (dev)'], ['`a`', '`a (dev)`']],
  ['use the resources’ names if Auth0 has two of the same name', ['a', 'a'], ['`one`', '`two`']],
])('The columns %s', (_fact, names, expected) => {
  const clients = names.map((name, index) =>
    plainClient({ name, clientId: String(index), logicalName: ['one', 'two'][index] ?? '', grantTypes: [] }),
  );
  const [first, second] = columns(plainModel({ clients, users: [], roles: [], grants: [] }));
  expect([first, second]).toEqual(expected.map((name) => `${name} (no grant type)`));
});

it('The columns distinguish users with the same address in two databases', () => {
  const users = ['users', 'others'].map((connection) => plainUser({ connection }));
  expect(columns(plainModel({ users }))).toContain('user `user@example.com of others` through `Client` (password)');
});

it('The rows are sorted by path, then method, and $default comes last', () => {
  const routes = plainRoutes({ $default: 'public', 'POST /b': 'public', 'GET /b': 'public', 'PUT /a': 'public' });
  const keys = accessOf(plainModel({}, routes)).rows.map(({ route }) => route.routeKey);
  expect(keys).toEqual(['PUT /a', 'GET /b', 'POST /b', '$default']);
});

const routes = plainRoutes(
  { 'GET /read': ['read'], 'GET /two': ['write', 'admin'], 'GET /any': [], 'GET /email': ['email'] },
  plainAuthorizer({ audiences: ['https://a', '__proto__'] }),
);
/** Whether this very request of the client or the user gets a token that opens the route. */
const opens = ({ tenant, client, api, user, requested }: Case, grantType: string, route: (typeof routes)[number]) => {
  const answer = answerTo(
    {
      tenant,
      client,
      api,
      parameters: new Map([
        ['grant_type', grantType],
        ['audience', api.identifier],
        ['scope', requested.join(' ')],
        ['username', user.email],
        ['password', user.password],
      ]),
    },
    0,
  );
  if (answer.kind === 'refused' || route.authorizer === undefined) return false;
  return judgeClaims(answer.claims, route.authorizer, route.scopes, 0).refusal === undefined;
};

it('In any tenant, no request opens a route to a service, user or role that the report denies', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(randomCase, (one) => {
      const { rows } = accessOf(plainModel(one.tenant, routes));
      for (const { route, cells } of rows) {
        for (const cell of cells.filter(({ allowed }) => !allowed)) {
          const { caller } = cell;
          const isClient = 'client' in caller && caller.client === one.client;
          if (caller.kind === 'client' && isClient) {
            expect(opens(one, 'client_credentials', route), `${heading(caller)}: ${cellText(cell)}`).toBe(false);
          } else if (caller.kind === 'user' && isClient && caller.user === one.user) {
            expect(opens(one, 'password', route), `${heading(caller)}: ${cellText(cell)}`).toBe(false);
          } else if (caller.kind === 'role' && one.user.roleIds.join('') === caller.role.id) {
            expect(opens(one, 'password', route), `${heading(caller)}: ${cellText(cell)}`).toBe(false);
          } else continue;
          seen.add(`${caller.kind} ${cell.reason.kind}`);
        }
      }
    }),
    // One seed: that every kind of denial was among them is part of the claim.
    { numRuns: 500, seed: 6 },
  );
  expect([...seen].toSorted()).toEqual([
    'client lacks',
    'client no token',
    'client rejected token',
    'role lacks',
    'role no token',
    'role rejected token',
    'user lacks',
    'user no token',
    'user rejected token',
  ]);
});
