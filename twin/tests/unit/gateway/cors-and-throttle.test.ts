import { expect, it } from 'vitest';
import { logLine } from '../../../src/cli/log.ts';
import { warnings } from '../../../src/cli/screen.ts';
import type { Exchange } from '../../../src/gateway/pipeline.ts';
import { throttling } from '../../../src/gateway/throttle.ts';
import { bearer, localGateway, send, valuesOf } from '../../support/local-gateway.ts';
import { plainModel, plainRoutes } from '../../support/plain-model.ts';

const APP = 'https://app.example.com';
const ROUTES = plainRoutes({
  'GET /test': ['read:user'],
  'ANY /echo/{proxy+}': ['read:user'],
  'ANY /open/{proxy+}': 'public',
  'GET /backend': 'public',
  'GET /limited': 'public',
  'ANY /web/{proxy+}': ['read:user'],
  'OPTIONS /web/{proxy+}': 'public',
});
const RESULT = { statusCode: 200, headers: { 'access-control-allow-origin': 'https://evil.example.com', 'x-b': '1' } };
const local = localGateway(ROUTES, { json: JSON.stringify(RESULT) });
const throttle = { burst: undefined, rate: undefined };
const api = {
  ...local.api,
  stage: { ...local.api.stage, throttle, routeThrottles: new Map([['GET /limited', { burst: 2, rate: 1 }]]) },
  cors: {
    allowOrigins: [APP, 'http://*'],
    allowMethods: ['GET', 'POST'],
    allowHeaders: ['authorization', 'x-a'],
    exposeHeaders: ['x-b'],
    maxAge: 60,
    allowCredentials: true,
  },
};
let now = Date.now();
const gateway = { ...local, api, take: throttling(api.stage, () => now) };
const model = { ...plainModel(), api, apis: [api] };

const get = (path: string, origin: string): Promise<Exchange> => send(gateway, 'GET', path, [`origin: ${origin}`]);
const preflight = (path: string, origin: string, lines: readonly string[] = []): Promise<Exchange> =>
  send(gateway, 'OPTIONS', path, [...lines, `origin: ${origin}`, 'access-control-request-method: GET']);
const allowed = (exchange: Exchange): string | undefined => valuesOf(exchange, 'access-control-allow-origin')[0];

it.each(['/test', '/backend', '/no/such/route'])(
  // docs/fidelity.md F59
  'The gateway answers a preflight to %s without an OPTIONS route',
  async (path) => {
    const { response } = await preflight(path, APP);
    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'authorization,x-a',
      'access-control-max-age': '60',
      'access-control-allow-credentials': 'true',
    });
  },
);

it('The gateway answers a preflight to a public ANY route', async () => {
  expect((await preflight('/open/x', 'http://localhost:5173')).response.status).toBe(204);
});

it('A request from another origin gets no CORS header', async () => {
  expect(allowed(await preflight('/test', 'https://evil.example.com'))).toBeUndefined();
});

// docs/fidelity.md F63
it('A rejection has no CORS headers, even for an allowed origin: AWS documents them for integrations alone', async () => {
  const { response } = await get('/test', APP);
  expect(response.status).toBe(401);
  expect(response.headers.filter(([name]) => name.startsWith('access-control-'))).toEqual([]);
});

// docs/fidelity.md F62
it('An ANY route with an authorizer gets the preflight and answers 401, as on AWS', async () => {
  expect((await preflight('/echo/x', APP)).response.status).toBe(401);
  expect(warnings(model).join('\n')).toContain('Warning: ANY /echo/{proxy+}');
});

it('The start does not warn of a preflight that another route gets', () => {
  expect(warnings(model).join('\n')).not.toContain('Warning: ANY /web/{proxy+}');
});

it.each([
  ['https://evil.example.com', [], 'not in allowOrigins'],
  ['http://localhost:4173', [], 'allowed'],
  ['http://localhost:4173', ['access-control-request-method: DELETE'], 'DELETE is not in allowMethods'],
  ['http://localhost:4173', ['access-control-request-headers: Authorization, x-b'], 'x-b is not in allowHeaders'],
  // docs/fidelity.md F60
])('The log shows a preflight from %s as one, with what was compared: %o', async (origin, lines, words) => {
  const exchange = await preflight('/test', origin, lines);
  expect(logLine({ kind: 'api', api, exchange, milliseconds: 1 }, model, new Date())).toMatch(
    new RegExp(`^[0-9:]+ 204 OPTIONS /test .* · preflight from ${origin}: ${words}$`),
  );
});

it('An OPTIONS request that is not a preflight goes to its route, if there is one', async () => {
  expect((await send(gateway, 'OPTIONS', '/test')).response.status).toBe(404);
  expect((await send(gateway, 'OPTIONS', '/open/x')).response.status).toBe(200);
});

// docs/fidelity.md F61
it('The gateway replaces the CORS headers of the backend with the configured ones', async () => {
  const exchange = await get('/backend', APP);
  expect(valuesOf(exchange, 'access-control-allow-origin')).toEqual([APP]);
  expect(valuesOf(exchange, 'access-control-expose-headers')).toEqual(['x-b']);
  expect(valuesOf(exchange, 'x-b')).toEqual(['1']);
  expect(allowed(await get('/backend', 'https://evil.example.com'))).toBeUndefined();
});

const limited = async (): Promise<number> => (await get('/limited', APP)).response.status;

// docs/fidelity.md F45
it('A route with a burst of 2 and a rate of 1 answers the third request with 429, and one more each second', async () => {
  expect([await limited(), await limited(), await limited()]).toEqual([200, 200, 429]);
  now += 1000;
  expect([await limited(), await limited()]).toEqual([200, 429]);
  expect((await get('/limited', APP)).response.body).toBe('{"message":"Too Many Requests"}');
});

it('A stage’s routes without their own settings are not throttled', async () => {
  const all = await Promise.all(Array.from({ length: 20 }, () => send(gateway, 'GET', '/test', [bearer()])));
  expect(new Set(all.map(({ response }) => response.status))).toEqual(new Set([200]));
});

it('The default throttle of a stage has a bucket for each route, and a route’s own setting replaces it', () => {
  const routeThrottles = new Map([['b', { burst: 2, rate: undefined }]]);
  const take = throttling({ ...api.stage, throttle: { burst: 1, rate: 1 }, routeThrottles }, () => 0);
  expect(['a', 'a', 'b', 'b', 'b', 'c'].map(take)).toEqual([true, false, true, true, false, true]);
});
