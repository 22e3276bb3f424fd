import { expect, it } from 'vitest';
import type { Model } from '../../../src/model/model.ts';
import { headline } from '../../../src/report/headline.ts';
import { reportOf } from '../../../src/report/report.ts';
import { compare, type StackChange } from '../../../src/report/since.ts';
import { AUDIENCE, plainApi, plainClient, plainUser } from '../../support/plain-tenant.ts';
import { plainModel, plainRoutes } from '../../support/plain-model.ts';
import { granted, READ, services } from '../../support/since.ts';

const ROUTES = plainRoutes({ 'GET /a': ['read'], 'GET /b': ['read'], 'GET /c': ['read', 'write'] });
const changed = (before: Model, after: Model, stack = 'prod'): StackChange => ({
  ...compare(reportOf(before), reportOf(after)),
  stack,
});
/** Services that hold these permissions. */
const holding = (grants: Readonly<Record<string, readonly string[]>>, routes = READ): Model =>
  plainModel(
    { ...services(Object.keys(grants)), grants: Object.entries(grants).map(([name, held]) => granted(held, name)) },
    routes,
  );
/** A role that holds these permissions, in a stack with or without users. */
const clerk = (held: readonly string[], users = [] as ReturnType<typeof plainUser>[], name = 'clerk'): Model => {
  const roles = [
    { id: 'role', name, logicalName: name, permissions: held.map((one) => ({ name: one, audience: AUDIENCE })) },
  ];
  const password = plainClient({ name: 'shop', grantTypes: ['password'] });
  const login = plainClient({ name: 'web', clientId: 'web', logicalName: 'web', grantTypes: ['authorization_code'] });
  return plainModel({ clients: [password, login], grants: [], roles, users }, ROUTES);
};
const lifetime = (tokenLifetime: number): Model =>
  plainModel({ ...services(['shop']), resourceServers: [plainApi({ tokenLifetime })] }, READ);

it.each<[string, StackChange, string]>([
  ['nothing changes', changed(clerk([]), clerk([])), 'prod: nothing changes'],
  [
    'a role gains, however its users log in',
    changed(clerk([]), clerk(['read'])),
    'prod: role clerk gains 3 routes; nothing else changes',
  ],
  [
    'a role and the user who has it gain',
    changed(clerk([], [plainUser()]), clerk(['read'], [plainUser()])),
    'prod: role clerk gains 3 routes, user `user@example.com` gains 3 routes; nothing else changes',
  ],
  [
    'a role of a hostile name gains, as a code span',
    changed(clerk([], [], '@all `x`\n# y'), clerk(['read'], [], '@all `x`\n# y')),
    'prod: role `@all \\u{60}x\\u{60}\\u{a}# y` gains 3 routes; nothing else changes',
  ],
  [
    'one caller gains a permission that no route requires, and one loses a route',
    changed(holding({ a: ['read'], b: ['read'] }), holding({ a: ['read', 'write'], b: [] })),
    'prod: client a gains 1 permission, client b loses 1 route; nothing else changes',
  ],
  [
    'more than two callers change',
    changed(
      holding({ a: [], b: ['read'], c: ['write'] }, ROUTES),
      holding({ a: ['read'], b: [], c: ['read'] }, ROUTES),
    ),
    'prod: 3 callers change (2 gain, 2 lose); nothing else changes',
  ],
  [
    'a caller that is gone loses a route',
    changed(holding({ a: ['read'], b: ['read'] }), holding({ a: ['read'] })),
    'prod: client b loses 1 route; nothing else changes',
  ],
  [
    'one dangerous change is in words',
    changed(lifetime(600), lifetime(86_400)),
    `prod: tokens for \`${AUDIENCE}\` live 86400 s, no longer 600 s; nothing else changes`,
  ],
  [
    'a single harmless change is in words',
    changed(lifetime(600), lifetime(60)),
    `prod: tokens for \`${AUDIENCE}\` live 60 s, no longer 600 s; nothing else changes`,
  ],
  [
    'a route is public, and other changes are counted',
    changed(holding({ a: [] }), holding({ a: [] }, plainRoutes({ 'GET /': 'public' }))),
    'prod: `GET /` is public: anyone may call it without a token, 1 other change',
  ],
])('The headline of a comparison says that %s', (_what, change, line) => {
  expect(headline([change])).toBe(line);
});

it('The headline names stacks that change alike together, and leaves out the unchanged ones', () => {
  const [none, some] = [clerk([]), clerk(['read'])];
  const lose = changed(some, none, 'qa');
  const all = [changed(none, some, 'dev'), lose, changed(none, some), changed(none, none, 'test')];
  expect(headline(all)).toBe('dev, prod: role clerk gains 3 routes; qa: role clerk loses 3 routes, 1 other change');
  expect(headline([changed(none, none, 'dev'), changed(none, none)])).toBe('dev, prod: nothing changes');
});
