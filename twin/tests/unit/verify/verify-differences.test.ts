import { expect, it } from 'vitest';
import { callRoute } from '../../../src/verify/call.ts';
import { play } from '../../../src/verify/play.ts';
import { differencesOf } from '../../../src/verify/table.ts';
import { PLATFORM, type Platform } from '../../../src/verify/tokens.ts';
import { answering, playOptions, startVerifiable } from '../../support/verifiable.ts';

const twin = await startVerifiable();
const verify = (options?: Parameters<typeof playOptions>[1]) => play(playOptions(twin, options));

const unauthorized = (description: string): Response =>
  Response.json(
    { message: 'Unauthorized' },
    {
      status: 401,
      headers: { 'www-authenticate': `Bearer scope="" error="invalid_token" error_description="${description}"` },
    },
  );

it.each([
  [500, 'failed'],
  [501, 'allowed'],
  [502, 'failed'],
  [503, 'failed'],
  [504, 'failed'],
] as const)('A response %i to a call counts as %s: the gateway itself never responds 501', async (status, kind) => {
  const call = { url: 'https://a.example/', method: 'GET', token: undefined, body: undefined } as const;
  const platform = { ...PLATFORM, fetch: () => Promise.resolve(Response.json({}, { status })) };
  const source = { from: 'header', name: 'Authorization' } as const;
  expect(await callRoute({ ...call, source }, platform)).toEqual({ kind, status });
});

it.each([
  ['https://a example/', 'Authorization'],
  ['https://a.example/', 'no header'],
])('A call of %s with the header "%s" is not tried if such a request is invalid', async (url, name) => {
  const call = { url, method: 'GET', token: 'the token', body: undefined, source: { from: 'header', name } as const };
  const why = `the request is invalid: check the URL ${url} and the token's header ${name}`;
  expect(await callRoute(call, PLATFORM)).toEqual({ kind: 'not tried', why });
});

const at =
  (path: string) =>
  (url: string): boolean =>
    new URL(url).pathname === path;
const bearing = ({ headers }: RequestInit): boolean => new Headers(headers).has('authorization');
const tenantSays = (error: string, error_description: string, status = 403): Partial<Platform> =>
  answering((url) =>
    url === twin.outputs.tokenUrl ? Response.json({ error, error_description }, { status }) : undefined,
  );
const apiSays = (answer: () => Response, path = '/test'): Partial<Platform> =>
  answering((url, init) => (at(path)(url) && bearing(init) ? answer() : undefined));
const audience = 'https://test-api-for-jwt-authorizer.example.com';

it.each<[title: string, platform: () => Partial<Platform>, says: string]>([
  [
    'a missing client grant',
    () => tenantSays('access_denied', `Client is not authorized to access "${audience}".`),
    `test-app (client_credentials), requesting every scope that it can get, gets no token: the client grant of test-app for ${audience} is missing`,
  ],
  [
    'a connection that is not enabled',
    () => tenantSays('unauthorized_client', 'The connection is not enabled for this client'),
    'user test-user@example.com through test-app (password), requesting every scope that it can get, gets no token: the connection auth0-http-api-dev does not exist or is not enabled for test-app',
  ],
  [
    'an Action that denies access',
    () => tenantSays('access_denied', 'not on Sundays'),
    'gets no token: the tenant says: access_denied: not on Sundays.',
  ],
  [
    'a tenant that does not answer',
    () => ({
      fetch: (url, init) =>
        url === twin.outputs.tokenUrl
          ? Promise.reject(
              new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) }),
            )
          : fetch(url, init),
    }),
    'gets no token: the tenant does not answer at http://localhost',
  ],
  [
    'a proxy in place of the tenant',
    () => answering((url) => (url === twin.outputs.tokenUrl ? new Response('hello', { status: 502 }) : undefined)),
    'responds 502 without a token or an OAuth error',
  ],
  [
    'an authorizer without the slash',
    () => apiSays(() => unauthorized('issuer does not match')),
    'GET /test: test-app (client_credentials), with all its scopes: expected 2xx, got 401: the deployed authorizer trusts another issuer than https://your-tenant.eu.auth0.com/; usually the slash at its end is missing.',
  ],
  [
    'another audience of the authorizer',
    () => apiSays(() => unauthorized('the token does not have a valid audience')),
    `the deployed authorizer accepts other audiences than ${audience}`,
  ],
  [
    'keys that the gateway cannot read',
    () => apiSays(() => unauthorized('OIDC discovery endpoint communication error')),
    'the gateway says: OIDC discovery endpoint communication error.',
  ],
  [
    'a missing invoke permission',
    () => apiSays(() => Response.json({ message: 'Internal Server Error' }, { status: 500 })),
    'lambda:InvokeFunction',
  ],
  [
    'other scopes of the route',
    () => apiSays(() => Response.json({ message: 'Forbidden' }, { status: 403 })),
    'the deployed route has another authorizer, or needs other scopes, than the program declares.',
  ],
  [
    'a route without an authorizer',
    () => answering((url) => (at('/test')(url) ? Response.json('hello') : undefined)),
    'GET /test: anyone, without a token: expected 401, got 200: the deployed route has another authorizer, or needs other scopes',
  ],
  [
    'a route that is not deployed',
    () => answering((url) => (at('/test')(url) ? Response.json({ message: 'Not Found' }, { status: 404 }) : undefined)),
    'got 404: the route is not deployed there',
  ],
])('verify reports %s in one sentence, with its likely cause', async (_title, platform, says) => {
  const played = await verify({ platform: platform(), only: ['GET /test', 'GET /open'] });
  expect(differencesOf(played).join('\n')).toContain(says);
});

it('verify does not take a backend’s own 401, 403 or 404 for a rejection by the gateway', async () => {
  for (const status of [400, 401, 403, 404, 301]) {
    const played = await verify({
      only: ['GET /open'],
      platform: apiSays(() => Response.json({ message: 'not yours' }, { status }), '/open'),
    });
    expect(differencesOf(played), String(status)).toEqual([]);
  }
});

it('verify reports an additional permission of the deployed role or grant, even if no route requires it', async () => {
  const { tenant } = twin.model();
  const grants = tenant.grants.map((grant) => ({
    ...grant,
    scopes: grant.scopes.filter((one) => one !== 'write:user'),
  }));
  const roles = tenant.roles.map((role) => ({ ...role, permissions: [] }));
  const played = await verify({ model: { ...twin.model(), tenant: { ...tenant, grants, roles } } });
  expect(differencesOf(played)).toEqual(
    expect.arrayContaining([
      'writer (client_credentials), requesting every scope that it can get, gets write:user more than the program grants: the deployed permissions differ.',
      'writer (client_credentials), requesting write:user: expected no token, got one with write:user: the deployed permissions differ.',
    ]),
  );
  expect(
    differencesOf(played).some((one) =>
      one.startsWith(
        'user test-user@example.com through test-app (password), requesting read:user, gets read:user more',
      ),
    ),
  ).toBe(true);
});
