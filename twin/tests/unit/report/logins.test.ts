import { expect, it } from 'vitest';
import { fromJson, toJson } from '../../../src/report/data.ts';
import { reportOf } from '../../../src/report/report.ts';
import { linesOf } from '../../../src/report/sections.ts';
import { accessOf } from '../../../src/report/cells.ts';
import { cellText, heading } from '../../../src/report/texts.ts';
import { NO_LOGIN, type Client, type LoginSettings, type Tenant } from '../../../src/model/tenant.ts';
import { AUDIENCE, plainClient, plainUser } from '../../support/plain-tenant.ts';
import { plainModel, plainRoutes } from '../../support/plain-model.ts';

const LOGIN = {
  callbacks: ['https://web.example.com/callback'],
  logoutUrls: ['https://web.example.com'],
  origins: ['https://web.example.com'],
};
const web = (login: Partial<LoginSettings> = LOGIN, change: Partial<Client> = {}): Client =>
  plainClient({ name: 'web', grantTypes: ['authorization_code'], login: { ...NO_LOGIN, ...login }, ...change });

const action = (name: string, code: string) => ({ name, trigger: 'post-login', code, secrets: {} }) as const;

/** The one route's row: a caller to a cell. */
const row = (tenant: Partial<Tenant>, scopes = ['read']): Record<string, string> =>
  Object.fromEntries(
    (accessOf(plainModel(tenant, plainRoutes({ 'GET /': scopes }))).rows[0]?.cells ?? []).map((cell) => [
      heading(cell.caller),
      cellText(cell),
    ]),
  );

const ROLE = 'role `role` through `web` (authorization_code)';
const USER = 'user `user@example.com` through `web` (authorization_code)';

it('A browser client has a column for each role and each user, next to those by password', () => {
  expect(row({ clients: [web(LOGIN, { grantTypes: ['authorization_code', 'password'] })] })).toEqual({
    'role `role`': 'allowed: `read`',
    [ROLE]: 'allowed: `read`',
    'user `user@example.com` through `web` (password)': 'allowed: `read`',
    [USER]: 'allowed: `read`',
    anyone: 'denied: no token',
  });
});

it('A browser client has a column for each role where no user is declared', () => {
  expect(row({ clients: [web()], users: [] }, ['write'])).toEqual({
    'role `role`': 'denied: lacks `write`',
    [ROLE]: 'denied: lacks `write`',
    anyone: 'denied: no token',
  });
});

it('A browser client has one column where there is neither a role nor a user', () => {
  expect(row({ clients: [web()], users: [], roles: [] })).toEqual({
    '`web` (authorization_code)': 'denied: no token (no user is declared)',
    anyone: 'denied: no token',
  });
});

it.each<[string, Partial<Tenant>, string]>([
  ['its third party’s grant does not cover', { clients: [web(LOGIN, { firstParty: false })] }, 'no client grant'],
  ['it has no callback for', { clients: [web({})] }, 'the client has no callback'],
  ['the connection is not enabled for', { clients: [web()], connections: [] }, 'the connection is not enabled'],
  ['a blocked user makes', { clients: [web()], users: [plainUser({ blocked: true })] }, 'the user is blocked'],
])('A cell says why there is no token of a login that %s', (_title, tenant, why) => {
  expect(row(tenant)[USER]).toContain(`denied: no token (${why}`);
});

it('A third-party browser client gets what its grant and the role have in common', () => {
  const clients = [web(LOGIN, { firstParty: false })];
  const grants = [{ clientId: 'client', audience: AUDIENCE, scopes: ['write'], subjectType: 'user' as const }];
  expect(row({ clients, grants })[USER]).toBe('denied: lacks `read`');
});

const model = {
  ...plainModel({
    clients: [web()],
    actions: [
      action('claims', "async (event, api) => { api.accessToken.setCustomClaim('https://api.example/x', 1); }"),
      action('guard', "async (event, api) => api.access.deny('no')"),
      action('hidden', "async (event, { access }) => access['deny']('no')"),
      action('scopes', "async (event, api) => { api.accessToken.setCustomClaim('scp', ['read']); }"),
    ],
  }),
  claims: { 'https://x.example/email': 'user.email' },
};
const report = reportOf(model);

it('The report lists callbacks, logout URLs and origins of each client that logs users in', () => {
  expect(linesOf('Browsers', report)).toEqual([
    'Callbacks of `web`: `https://web.example.com/callback`',
    'Logout URLs of `web`: `https://web.example.com`',
    'Origins of `web`: `https://web.example.com`',
  ]);
});

it('The report lists custom claims and Actions, with a warning for Actions that decide', () => {
  expect(linesOf('Claims and Actions', report)).toEqual([
    'Action post-login `claims`: changes no verdict',
    'Action post-login `guard`: may deny access or change scopes, which the table does not show',
    'Action post-login `hidden`: may deny access or change scopes, which the table does not show',
    'Action post-login `scopes`: may deny access or change scopes, which the table does not show',
    '`https://x.example/email`: `user.email`',
  ]);
});

it('The report is the same after its JSON is read again', () => {
  expect(fromJson(toJson(report))).toEqual(report);
});
