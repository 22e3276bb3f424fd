import { expect, it } from 'vitest';
import type { Contract } from '../../../program/contract/define-contract.ts';
import { useRoutes } from '../../../tests/support/routes.ts';
import { reportOf } from '../../src/report/report.ts';
import { call, goodClaims, mint, startTestTwin, type TestTwin } from '../support/twin.ts';

const REASON = 'The backend checks the token itself';
const ROUTES: Contract['routes'] = {
  'GET /admin': { handler: 'test', scopes: ['read:user'] },
  'GET /me': { handler: 'test', scopes: 'any token' },
  'POST /me': { handler: 'test', scopes: 'any token', reason: REASON },
  'ANY /{proxy+}': { handler: 'test', scopes: 'public', reason: REASON },
};
const HANDLER = `export const handler = async (event: any) => ({
  statusCode: 200,
  body: JSON.stringify([event.routeKey, event.requestContext.authorizer?.jwt.scopes]),
});\n`;

function started(routes: Contract['routes']): Promise<TestTwin> {
  return startTestTwin({ change: (project) => useRoutes(project, routes, HANDLER) });
}

const twin = await started(ROUTES);

it('A token without any scope is accepted, and the event has no scopes', async () => {
  const { scope: _, ...claims } = goodClaims(twin);
  const response = await call(twin, await mint(twin, claims), '/me');
  expect([response.status, JSON.parse(response.text)]).toEqual([200, ['GET /me', null]]);
});

it.each([
  { title: 'a request without a token', change: undefined },
  { title: 'a token of another audience', change: { aud: 'https://other.example.com' } },
  { title: 'an expired token', change: { exp: 1 } },
])('The gateway rejects $title with 401', async ({ change }) => {
  const token = change && (await mint(twin, { ...goodClaims(twin), ...change }));
  expect((await call(twin, token, '/me')).status).toBe(401);
});

it('The report shows its cells as any token, and the reasons of the routes that need one', () => {
  const { routes, exceptions, violations } = reportOf(twin.model());
  const me = routes.find(({ route }) => route === 'GET /me');
  expect([me?.needs, me?.cells.map(({ kind }) => kind)]).toEqual([
    [],
    [...Array.from({ length: (me?.cells.length ?? 0) - 1 }, () => 'any token'), 'no token'],
  ]);
  expect(exceptions).toEqual(['ANY /{proxy+}', 'POST /me'].map((key) => ({ key, reason: REASON })));
  expect(violations).toEqual([]);
});

it('The gateway denies the protected path, and lets another method and another slash in by the public route', async () => {
  expect((await call(twin, undefined, '/admin')).status).toBe(401);
  const opened = await Promise.all([
    call(twin, undefined, '/admin/'),
    call(twin, undefined, '//admin'),
    call(twin, undefined, '/admin', { method: 'HEAD' }),
  ]);
  expect(opened.map(({ status }) => status)).toEqual([200, 200, 200]);
});

it('The report says so where no reason is given', async () => {
  const open = await started({ ...ROUTES, 'ANY /{proxy+}': { handler: 'test', scopes: 'public' } });
  expect(reportOf(open.model()).violations).toEqual([
    {
      rule: 'no open route over a protected one',
      resource: 'aws:apigatewayv2/route:Route "ANY /{1+}"',
      message:
        'ANY /{proxy+} is open to anyone, and matches what the protected GET /admin does not: other methods or forms of its path',
    },
  ]);
});
