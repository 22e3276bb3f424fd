import { afterAll, beforeAll, expect, it } from 'vitest';
import { throttling } from '../../../src/gateway/throttle.ts';
import { welcome } from '../../../src/cli/screen.ts';
import { addHandler, startEchoTwin } from '../../support/echo.ts';
import { serviceToken, type TestTwin } from '../../support/twin.ts';

const CORS = `corsConfiguration: {
      allowOrigins: ['https://app.example.com', 'http://*'],
      allowMethods: ['GET', 'POST'],
      allowHeaders: ['authorization', 'x-a'],
      exposeHeaders: ['x-b'],
      maxAge: 60,
      allowCredentials: true,
    }`;
const STAGE =
  "autoDeploy: true, routeSettings: [{ routeKey: 'GET /limited', throttlingBurstLimit: 2, throttlingRateLimit: 1 }]";

let now = Date.now();
let twin: TestTwin;
beforeAll(async () => {
  twin = await startEchoTwin(
    (project) => {
      project.edit('api.ts', "protocolType: 'HTTP'", `protocolType: 'HTTP', ${CORS}`);
      project.edit('program/aws/stage.ts', 'autoDeploy: true', STAGE);
      const cors = `{ statusCode: 200, headers: { 'access-control-allow-origin': 'https://evil.example.com', 'x-b': '1' }, body: 'x' }`;
      addHandler(project, 'backend', `export const handler = async () => (${cors});\n`, {
        'GET /backend': "'public'",
        'GET /limited': "'public'",
        'ANY /web/{proxy+}': "['read:user']",
        'OPTIONS /web/{proxy+}': "'public'",
      });
    },
    () => now,
  );
});
afterAll(() => twin.end());

const preflight = (path: string, origin: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(twin.apiUrl + path, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'GET', ...headers },
  });

it.each(['/test', '/backend', '/no/such/route'])(
  // docs/fidelity.md F59
  'The gateway answers a preflight to %s without an OPTIONS route',
  async (path) => {
    const response = await preflight(path, 'https://app.example.com');
    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'authorization,x-a',
      'access-control-max-age': '60',
      'access-control-allow-credentials': 'true',
    });
  },
);

it('The gateway answers a preflight to a public ANY route', async () => {
  expect((await preflight('/open/x', 'http://localhost:5173')).status).toBe(204);
});

it('A request from another origin gets no CORS header', async () => {
  const response = await preflight('/test', 'https://evil.example.com');
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
});

// docs/fidelity.md F63
it('A rejection has no CORS headers, even for an allowed origin: AWS documents them for integrations alone', async () => {
  const headers = { origin: 'https://app.example.com' };
  const rejection = await fetch(`${twin.apiUrl}/test`, { headers });
  expect(rejection.status).toBe(401);
  expect([...rejection.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
  const allowed = await fetch(`${twin.apiUrl}/backend`, { headers });
  expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
});

// docs/fidelity.md F62
it('An ANY route with an authorizer gets the preflight and answers 401, as on AWS', async () => {
  expect((await preflight('/echo/x', 'https://app.example.com')).status).toBe(401);
  expect(welcome(twin.model(), twin)).toContain('Warning: ANY /echo/{proxy+}');
});

it('The start does not warn of a preflight that another route gets', () => {
  expect(welcome(twin.model(), twin)).not.toContain('Warning: ANY /web/{proxy+}');
});

it.each([
  ['https://evil.example.com', {}, 'preflight from https://evil.example.com: not in allowOrigins'],
  ['http://localhost:4173', {}, 'preflight from http://localhost:4173: allowed'],
  [
    'http://localhost:4173',
    { 'access-control-request-method': 'DELETE' },
    'preflight from http://localhost:4173: DELETE is not in allowMethods',
  ],
  [
    'http://localhost:4173',
    { 'access-control-request-headers': 'Authorization, x-b' },
    'preflight from http://localhost:4173: x-b is not in allowHeaders',
  ],
  // docs/fidelity.md F60
])('The log shows a preflight from %s as one, with what was compared: %o', async (origin, headers, words) => {
  await preflight('/test', origin, headers);
  await expect.poll(() => twin.log.at(-1)).toMatch(new RegExp(`^[0-9:]+ 204 OPTIONS /test .* · ${words}$`));
});

it('An OPTIONS request that is not a preflight goes to its route, if there is one', async () => {
  expect((await fetch(`${twin.apiUrl}/test`, { method: 'OPTIONS' })).status).toBe(404);
  expect((await fetch(`${twin.apiUrl}/open/x`, { method: 'OPTIONS' })).status).toBe(200);
});

// docs/fidelity.md F61
it('The gateway replaces the CORS headers of the backend with the configured ones', async () => {
  const response = await fetch(`${twin.apiUrl}/backend`, { headers: { origin: 'https://app.example.com' } });
  expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
  expect(response.headers.get('access-control-expose-headers')).toBe('x-b');
  expect(response.headers.get('x-b')).toBe('1');
  const other = await fetch(`${twin.apiUrl}/backend`, { headers: { origin: 'https://evil.example.com' } });
  expect(other.headers.get('access-control-allow-origin')).toBeNull();
});

const limited = async (): Promise<number> => (await fetch(`${twin.apiUrl}/limited`)).status;

// docs/fidelity.md F45
it('A route with a burst of 2 and a rate of 1 answers the third request with 429, and one more each second', async () => {
  expect([await limited(), await limited(), await limited()]).toEqual([200, 200, 429]);
  now += 1000;
  expect([await limited(), await limited()]).toEqual([200, 429]);
  const refused = await fetch(`${twin.apiUrl}/limited`);
  expect(await refused.text()).toBe('{"message":"Too Many Requests"}');
});

it('A stage’s routes without their own settings are not throttled', async () => {
  const token = await serviceToken(twin);
  const statuses = await Promise.all(
    Array.from(
      { length: 20 },
      async () => (await fetch(`${twin.apiUrl}/test`, { headers: { authorization: `Bearer ${token}` } })).status,
    ),
  );
  expect(new Set(statuses)).toEqual(new Set([200]));
});

it('The default throttle of a stage has a bucket for each route, and a route’s own setting replaces it', () => {
  const stage = {
    name: '$default',
    throttle: { burst: 1, rate: 1 },
    routeThrottles: new Map([['b', { burst: 2, rate: undefined }]]),
    variables: undefined,
    accessLogFormat: undefined,
  };
  const take = throttling(stage, () => 0);
  expect([take('a'), take('a'), take('b'), take('b'), take('b'), take('c')]).toEqual([
    true,
    false,
    true,
    true,
    false,
    true,
  ]);
});
