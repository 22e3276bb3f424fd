import { afterAll, beforeAll, expect, it } from 'vitest';
import { reportOf } from '../../../src/report/report.ts';
import { heading, needsText, verdictText } from '../../../src/report/texts.ts';
import type { Entry } from '../../../src/page/messages.ts';
import { fillAccess } from '../../support/full-access.ts';
import { entriesOf, lastOf, listenTo } from '../../support/page.ts';
import { rawRequest, rawRequestOf, requestBytes, type RawResponse } from '../../support/raw-http.ts';
import {
  requestToken,
  call,
  goodClaims,
  mint,
  serviceToken,
  startTestTwin,
  userLogin,
  type TestTwin,
} from '../../support/twin.ts';

let twin: TestTwin;
beforeAll(async () => {
  twin = await startTestTwin({ page: true, change: fillAccess });
});
afterAll(() => twin.end());

/** Has the form of a token. */
const OTHERS_TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl';

/** A request to the tenant's port. */
const request = (method: string, path: string, headers: readonly string[] = []): Promise<RawResponse> =>
  rawRequestOf(twin.tenantUrl, { method, path, headers });

it('The event stream sends the access report, cell by cell', async () => {
  const stream = await listenTo(twin);
  await expect.poll(() => lastOf(stream, 'state')).toBeDefined();
  stream.close();
  const state = lastOf(stream, 'state')?.state;
  const report = reportOf(twin.model());
  expect(state?.callers.map((caller) => caller.heading)).toEqual(report.callers.map((caller) => heading(caller)));
  expect(state?.apis[0]?.rows.map(({ needs, cells }) => ({ needs, cells }))).toEqual(
    report.routes.map(({ needs, cells }) => ({ needs: needsText(needs), cells: cells.map(verdictText) })),
  );
  expect(report.routes.length).toBeGreaterThan(8);
});

it('The event stream contains no secret and no token', async () => {
  const { body } = await requestToken(twin, { ...userLogin(twin), scope: 'read:user' });
  const token = String(body['access_token']);
  const { length } = twin.log;
  await call(twin, token, `/things/${token}?token=${token}`);
  for (const path of [`/x/../${token}`, `/%ff/${token}`, `/a\\${token}`, `/${token.replaceAll('.', '%2e')}%`]) {
    await rawRequest(twin.apiUrl, requestBytes('GET', path));
  }
  for (const change of [{ iss: token }, { azp: token }, { exp: token }, { scope: token }, { scope: [token] }]) {
    await call(twin, await mint(twin, { ...goodClaims(twin), ...change }));
  }
  await call(twin, await mint(twin, goodClaims(twin), { header: { kid: token } }));
  await requestToken(twin, { grant_type: token });
  await requestToken(twin, { grant_type: 'client_credentials', scope: token });
  await requestToken(twin, { grant_type: 'client_credentials', audience: token });
  await requestToken(twin, { ...userLogin(twin), scope: `read:user ${token}` });
  const log = (): string => twin.log.slice(length).join('\n');
  await expect.poll(() => log().match(/\(a token\)/g)?.length).toBeGreaterThan(10);
  const stream = await listenTo(twin);
  await expect.poll(() => entriesOf(stream).length).toBeGreaterThan(14);
  stream.close();
  const [, payload, signature] = token.split('.');
  const secrets = [...Object.values(twin.outputs.clientSecrets), twin.outputs.testUserPassword, payload, signature];
  expect(secrets.filter((secret) => stream.text().includes(String(secret)))).toEqual([]);
  expect(secrets.filter((secret) => log().includes(String(secret)))).toEqual([]);
});

it('The event stream sends each request with the gateway’s checks and the access log line', async () => {
  const stream = await listenTo(twin);
  const { headers } = await call(twin, undefined, '/test');
  const requestId = headers.get('apigw-requestid');
  const found = (): unknown => entriesOf(stream).find((one) => one.kind === 'api' && one.requestId === requestId);
  await expect.poll(found).toBeDefined();
  stream.close();
  expect(found()).toMatchObject({
    status: 401,
    routeKey: 'GET /test',
    why: 'the route needs a token in the Authorization header; the request has none',
    checks: twin.exchanges.find((one) => one.requestId === requestId)?.decision.checks,
    log: expect.stringContaining('"authorizerError":"missing: token not provided"') as string,
  });
});

const service = { grant_type: 'client_credentials' };
const email = 'test-user@example.com';
it.each([
  [
    'more scopes than a client has',
    { ...service, scope: 'delete:user read:user' },
    {
      client: 'test-app',
      user: '',
      grantType: 'client_credentials',
      requested: ['delete:user', 'read:user'],
      permitted: ['read:user', 'write:user'],
    },
  ],
  [
    'an unknown API',
    { ...service, audience: 'urn:none', scope: 'read:user' },
    { client: 'test-app', requested: ['read:user'], permitted: [] },
  ],
  [
    'a user with a wrong password',
    { grant_type: 'password', username: email.toUpperCase(), password: 'wrong', scope: 'write:user' },
    {
      client: 'test-app',
      user: email,
      grantType: 'password',
      requested: ['write:user'],
      permitted: ['read:user'],
    },
  ],
  [
    'an unknown user',
    { grant_type: 'password', username: 'unknown@example.com', password: 'wrong', scope: 'write:user' },
    { client: 'test-app', user: '', grantType: 'password', requested: ['write:user'], permitted: [] },
  ],
  ['an unknown grant', { grant_type: 'brew' }, { client: 'test-app', grantType: 'brew', permitted: [] }],
  [
    'a client with a wrong secret',
    { ...service, client_secret: 'wrong', scope: 'read:user' },
    { client: '', grantType: '', requested: [], permitted: [] },
  ],
])('The event stream sends who requested what if no token was issued: %s', async (_what, parameters, shown) => {
  const { length } = twin.log;
  const { body } = await requestToken(twin, parameters);
  const why = `${String(body['error'])}: ${String(body['error_description'])}`;
  const stream = await listenTo(twin);
  const found = (): unknown => entriesOf(stream).findLast((one) => one.kind === 'token' && one.why === why);
  await expect.poll(found).toMatchObject({ ...shown, granted: [] });
  stream.close();
  expect(JSON.stringify(found())).not.toContain('wrong"');
  const who = shown.client === '' ? '' : ` (test-app, ${parameters.grant_type})`;
  expect(twin.log.slice(length).join()).toContain(`POST /oauth/token${who} · ${why}`);
});

const otherRequests: readonly (readonly [string, string, readonly string[], number, string, string])[] = [
  ['GET', '/.well-known/jwks.json', [], 200, 'GET /.well-known/jwks.json', ''],
  ['HEAD', '/.well-known/jwks.json?x=1', [], 200, 'GET /.well-known/jwks.json', ''],
  ['GET', '/userinfo', [], 401, 'GET /userinfo', 'missing Authorization header'],
  ['GET', '/userinfo', ['authorization: Bearer x.y.z'], 401, 'GET /userinfo', 'has no valid token of a user'],
  ['GET', '/authorize', [], 400, 'GET /authorize', 'Missing required parameter: client_id'],
  ['GET', '/dbconnections/signup', [], 404, '', "the twin's tenant has no such endpoint"],
  ['GET', '/oauth/token', [], 404, '', "the twin's tenant has no such endpoint for this method"],
  ['POST', '/oauth/token', ['host: example.com'], 421, 'POST /oauth/token', "the host example.com is not the tenant's"],
  ['GET', `/x/${OTHERS_TOKEN}`, [], 404, '', "the twin's tenant has no such endpoint"],
  [
    'OPTIONS',
    '/oauth/token',
    ['origin: https://evil.example'],
    204,
    '',
    'preflight from https://evil.example, which is not an origin of a client',
  ],
];
it.each(otherRequests)(
  'The event stream sends each request to the tenant: %s %s',
  async (method, path, headers, status, routeKey, why) => {
    const { length } = twin.log;
    expect(await request(method, path, headers)).toMatchObject({ status });
    const stream = await listenTo(twin);
    const shown = path.replace(/\?.*/, '').replace(OTHERS_TOKEN, '(a token)');
    const found = (): Entry | undefined =>
      entriesOf(stream).findLast((one) => one.kind === 'tenant' && one.method === method && one.path === shown);
    await expect.poll(found).toMatchObject({ status, routeKey, why: expect.stringContaining(why) as string });
    stream.close();
    expect(found()?.why === '').toBe(why === '');
    const line = twin.log.slice(length).join('\n');
    expect(line).toMatch(/^\S+ /);
    expect(line).toContain(` ${status} ${method} ${shown} (the tenant)${why === '' ? '' : ' · '}`);
    expect(line).toContain(why);
  },
);

it('The event stream leaves out requests of the page and of the gateway', async () => {
  expect(await call(twin, await serviceToken(twin))).toMatchObject({ status: 200 });
  await request('GET', '/');
  await request('GET', '/favicon.ico');
  await request('GET', '/_twin/nothing');
  await request('GET', '/the-last');
  const stream = await listenTo(twin);
  const paths = (): string[] => entriesOf(stream).flatMap((one) => (one.kind === 'tenant' ? [one.path] : []));
  await expect.poll(paths).toContain('/the-last');
  stream.close();
  const others = /^\/(?:_twin.*|favicon\.ico|\.well-known\/openid-configuration)?$/;
  expect(paths().filter((path) => others.test(path))).toEqual([]);
  expect(twin.log.filter((line) => /(?:_twin|favicon|openid-configuration).*the tenant/.test(line))).toEqual([]);
});

it('The event stream sends what was missed after a lost connection', async () => {
  const first = await listenTo(twin);
  const callAndReceive = async (): Promise<void> => {
    const { headers } = await call(twin, undefined, '/test');
    const id = headers.get('apigw-requestid');
    await expect.poll(() => entriesOf(first).some((one) => one.kind === 'api' && one.requestId === id)).toBe(true);
  };
  await callAndReceive();
  first.close();
  const id = entriesOf(first).at(-1)?.id ?? 0;
  await call(twin, undefined, '/test');
  const again = await listenTo(twin, `${lastOf(first, 'state')?.twin} ${id}`);
  await expect.poll(() => entriesOf(again).map((one) => one.id)).toEqual([id + 1]);
  again.close();
  const another = await listenTo(twin, `another-twin ${id}`);
  await expect.poll(() => entriesOf(another).map((one) => one.id)).toContain(id);
  another.close();
});
