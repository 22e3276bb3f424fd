import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromJson, toJson } from '../../../src/report/data.ts';
import { code } from '../../../src/report/markdown.ts';
import { reportOf } from '../../../src/report/report.ts';
import { SECTIONS } from '../../../src/report/facts.ts';
import { linesOf, toMarkdown } from '../../../src/report/sections.ts';
import { modelOf } from '../../../src/model/model.ts';
import type { Recorded } from '../../../src/evaluate/recorded.ts';
import { contract as shipped } from '../../../../contract.ts';
import { plainApi, plainClient, plainTenant, plainUser } from '../../support/plain-tenant.ts';
import { plainAuthorizer, plainModel, plainRoutes } from '../../support/plain-model.ts';
import { recordStack, recordWith } from '../../../../tests/support/program.ts';

const HERE = { command: 'npm run access', hasGuide: true };
const textOf = (recorded: Recorded): string => toMarkdown(reportOf(modelOf(recorded)), HERE);

it('The access report says which caller can call which route, and lists what is unusual', async () => {
  expect(textOf(await recordStack('dev'))).toBe(`# Access of stack \`dev\`

**1 route (none public); 3 callers; production is off; every rule holds.**

Written by \`npm run access\` from what the program declares: change the program or the stack file, and run it again.
What a cell means, and what it does not, is in [docs/access.md](../docs/access.md).

| Route | Needs | \`test-app\` (client_credentials) | role \`reader\` | user \`test-user@example.com\` through \`test-app\` (password) | anyone |
| --- | --- | --- | --- | --- | --- |
| \`GET /test\` | \`read:user\` | ✓ \`read:user\` | ✓ \`read:user\` | ✓ \`read:user\` | – |
| permissions |  | \`read:user\` | \`read:user\` | \`read:user\` | – |

## Callers

- Party of \`test-app\`: \`first party\`

## Routes

- \`GET /test\`: function \`api-test\`
- Permissions that no route requires: \`read:appointments\`, \`write:user\`

## Production

- Production: \`off\`

## Tokens

- Read from: \`$request.header.Authorization\`
- Accepted by the API: audience \`https://test-api-for-jwt-authorizer.example.com\` of issuer \`https://your-tenant.eu.auth0.com/\`
- Issuer: \`https://your-tenant.eu.auth0.com/\`
- Policies of \`https://test-api-for-jwt-authorizer.example.com\`: \`clients: require_client_grant\`, \`users: allow_all\`, \`RBAC: on\`
- Database \`auth0\`: \`disableSignup: true\`, \`bruteForceProtection: true\`, \`passwordPolicy: good\`
- Lifetime for \`https://test-api-for-jwt-authorizer.example.com\`: 3600 s

## Operation

- Answers at: \`execute-api\`
- Retention of the log \`api\`: \`30 days\`
- Retention of the log \`api-test\`: \`30 days\`
`);
});

it('The access report changes in one line when one verdict changes, however many callers there are', () => {
  const routes = plainRoutes({ 'GET /a': ['read'], 'GET /b': ['write'] });
  const grant = (scopes: readonly string[]) => ({
    clientId: 'client',
    audience: 'https://api.example.com',
    scopes,
    subjectType: 'client' as const,
  });
  const before = toMarkdown(reportOf(plainModel({ grants: [grant([])] }, routes)), HERE);
  const after = toMarkdown(reportOf(plainModel({ grants: [grant(['read'])] }, routes)), HERE);
  const old = before.split('\n');
  expect(after.split('\n').filter((line) => !old.includes(line))).toEqual([
    '| `GET /a` | `read` | ✓ `read` | ✓ `read` | ✓ `read` | – |',
    expect.stringMatching(/^\| permissions /),
  ]);
});

it('The access report is the same for any seed, and contains no id, secret or password', async () => {
  const recorded = await recordStack('dev');
  const text = textOf(recorded);
  const { tenant, api } = modelOf(recorded);
  const hidden = [
    ...tenant.clients.flatMap(({ clientId, secret }) => [clientId, secret]),
    ...tenant.users.flatMap(({ userId, password }) => [userId, password]),
    ...tenant.roles.map(({ id }) => id),
    api.apiId,
  ];
  expect(hidden.length).toBeGreaterThan(5);
  expect(hidden.filter((one) => text.includes(one))).toEqual([]);
  expect(textOf(await recordWith({ contract: shipped, seed: 'another' }))).toBe(text);
});

it('The access report lists unused permissions, routes without a caller, callers without a route, and public routes', () => {
  const foreign = plainAuthorizer({
    issuer: 'https://elsewhere.example.com/',
    audiences: ['https://a', 'https://b'],
  });
  const [uninvoked] = plainRoutes({ 'GET /uninvoked': ['read'] });
  const routes = [
    ...plainRoutes({ 'GET /read': ['read'], 'GET /admin': ['admin'], 'GET /open': 'public' }),
    ...plainRoutes({ 'GET /foreign': ['write'] }, foreign),
    ...(uninvoked === undefined ? [] : [{ ...uninvoked, integration: { ...uninvoked.integration, mayInvoke: false } }]),
  ];
  const clients = [
    plainClient(),
    plainClient({ clientId: 'idle', logicalName: 'idle', name: 'idle', grantTypes: ['client_credentials'] }),
  ];
  const resourceServers = [plainApi(), plainApi({ identifier: 'https://other', scopes: ['read'], tokenLifetime: 60 })];
  const exceptions = { tokenLifetime: 'the import | takes long' };
  const violations = [{ rule: 'RBAC', resource: 'x:y/z:Server "s"', message: 'it does not' }];
  const model = { ...plainModel({ clients, resourceServers }, routes), exceptions, violations };
  const report = reportOf(model);
  const sections = SECTIONS.map((title) => [title, linesOf(title, report)] as const);
  expect(Object.fromEntries(sections.filter(([, lines]) => lines.length > 0))).toEqual({
    'Rules that do not hold': ['`x:y/z:Server "s"`: `RBAC: it does not`'],
    Callers: [
      'Party of `Client`: `first party`',
      'Party of `idle`: `first party`',
      'the issuer is `https://tenant.eu.auth0.com/`, not `https://elsewhere.example.com/`, for `GET /foreign`: `Client` (client_credentials), role `role`, user `user@example.com` through `Client` (password)',
      'no token (no client grant for the API): `idle` (client_credentials)',
      'Can call nothing beyond public routes: `idle` (client_credentials)',
    ],
    Production: ['Exception `tokenLifetime`: `the import \\u{7c} takes long`'],
    Routes: [
      ...['/admin', '/foreign', '/open', '/read', '/uninvoked'].map((path) => `\`GET ${path}\`: function \`test\``),
      'The API may not invoke the function of: `GET /uninvoked`',
      'Public: `GET /open`',
      'Without a caller: `GET /admin`, `GET /foreign`',
      'Permissions that no route requires: `read` of `https://other`, `write` of `https://api.example.com`',
    ],
    Tokens: [
      'Accepted by the API: audience `https://a` of issuer `https://elsewhere.example.com/`, audience `https://b` of issuer `https://elsewhere.example.com/`, audience `https://api.example.com` of issuer `https://tenant.eu.auth0.com/`',
      'Issuer: `https://tenant.eu.auth0.com/`',
      'Policies of `https://api.example.com`: `clients: require_client_grant`, `users: allow_all`, `RBAC: on`',
      'Policies of `https://other`: `clients: require_client_grant`, `users: allow_all`, `RBAC: on`',
      'Lifetime for `https://api.example.com`: 600 s',
      'Lifetime for `https://other`: 60 s',
    ],
  });
  expect(fromJson(toJson(report))).toEqual(report);
});

const anyName = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc
    .array(
      fc.constantFrom(
        '`',
        '|',
        '\\',
        '\n',
        ' ',
        '<img src=x>',
        '\u202e',
        '](x)',
        '\\u{7c}',
        'a',
        '- ',
        '## ',
        ': ',
        '{',
      ),
      { maxLength: 6 },
    )
    .map((parts) => parts.join('')),
);

it('A report is read back as it was written, whatever the names of clients, roles, permissions and APIs', () => {
  fc.assert(
    fc.property(
      fc.array(anyName, { minLength: 5, maxLength: 5 }),
      ([client = '', role = '', scope = '', api = '', email = '']) => {
        const tenant = plainTenant({
          clients: [plainClient({ name: client })],
          roles: [{ id: 'role', name: role, logicalName: role, permissions: [{ name: scope, audience: api }] }],
          resourceServers: [plainApi({ identifier: api, scopes: [scope, 'unasked'] })],
          users: [plainUser({ email })],
          grants: [],
        });
        const routes = plainRoutes(
          { 'GET /': [scope, 'admin'], 'GET /any': [] },
          plainAuthorizer({ audiences: [api] }),
        );
        const report = reportOf(plainModel(tenant, routes));
        const text = toMarkdown(report, HERE);
        const json = toJson(report);
        expect(fromJson(json)).toEqual(report);
        expect(json).not.toMatch(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/u);
        expect(text.split('\n').filter((line) => line.startsWith('| '))).toHaveLength(5);
        expect(text).not.toMatch(/[\u202e\r]/);
      },
    ),
    { numRuns: 300 },
  );
});

it('A report has no two columns with the same name', () => {
  fc.assert(
    fc.property(anyName, anyName, (a, b) => {
      fc.pre(a !== b);
      expect(code(a)).not.toBe(code(b));
      expect(code(a)).toMatch(/^`[^`|\p{C}\p{Zl}\p{Zp}]+`$/u);
    }),
    { numRuns: 1000 },
  );
});

const good = toJson(reportOf(plainModel()));
it.each<[string, string]>([
  ['no content', ''],
  ['Markdown', toMarkdown(reportOf(plainModel()), HERE)],
  ['an extra cell', good.replace(/(\{"kind":"no token","why":""\})/, '$1,$1')],
  ['a missing cell', good.replace(/,\{"kind":"no token","why":""\}/, '')],
  ['a verdict of an unknown kind', good.replace('"kind":"no token"', '"kind":"perhaps"')],
  ['an unknown key', good.replace('"issuer"', '"sessions": [],\n  "issuer"')],
  ['a missing key', good.replace(/ {2}"issuer": .*\n/, '')],
  ['a fact less', good.replace(/ {4}"policies": \[[^]*?\],\n(?= {4}")/, '')],
  ['an unknown fact', good.replace('"policies"', '"sessions": [],\n    "policies"')],
  ['a truncated end', good.slice(0, -10)],
  ['a merge conflict', good.replace('  "issuer"', '<<<<<<< HEAD\n  "issuer"')],
])('A report’s JSON file is rejected if it has %s', (_what, text) => {
  expect(text).not.toBe(good);
  expect(fromJson(text)).toBeUndefined();
});
