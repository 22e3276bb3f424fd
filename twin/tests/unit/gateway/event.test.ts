import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEchoTwin, type EchoedEvent } from '../../support/echo.ts';
import { rawRequest, requestBytes } from '../../support/raw-http.ts';
import { goodClaims, mint, type TestTwin } from '../../support/twin.ts';

const NOW = Date.UTC(2026, 2, 12, 19, 3, 58);
let twin: TestTwin;
beforeAll(async () => {
  // A route that asks for a token and for no scope, which the contract does not let anybody declare.
  twin = await startEchoTwin(
    (project) =>
      project.edit(
        'api.ts',
        'authorizationScopes: [...route.scopes]',
        "authorizationScopes: routeKey === 'GET /test' ? [] : [...route.scopes]",
      ),
    () => NOW,
  );
});
afterAll(() => twin.end());

async function echoed(
  method: string,
  target: string,
  headers: readonly string[] = [],
  body = '',
): Promise<EchoedEvent> {
  const all = body === '' ? headers : [...headers, `content-length: ${Buffer.byteLength(body, 'latin1')}`];
  const response = await rawRequest(twin.apiUrl, requestBytes(method, target, all, body));
  expect(response.status).toBe(200);
  return (JSON.parse(Buffer.from(response.body, 'latin1').toString()) as { event: EchoedEvent }).event;
}

const claims = (change: Readonly<Record<string, unknown>> = {}): Promise<string> =>
  mint(twin, { ...goodClaims(twin, NOW / 1000), ...change });

// docs/fidelity.md F64
it('The event has the fields of payload format 2.0, and no empty ones', async () => {
  const event = await echoed('GET', '/open/x', ['user-agent: curl/8']);
  expect(Object.keys(event)).toEqual([
    'version',
    'routeKey',
    'rawPath',
    'rawQueryString',
    'headers',
    'requestContext',
    'pathParameters',
    'isBase64Encoded',
  ]);
  expect(event).toMatchObject({
    version: '2.0',
    routeKey: 'ANY /open/{proxy+}',
    rawPath: '/open/x',
    rawQueryString: '',
    pathParameters: { proxy: 'x' },
    isBase64Encoded: false,
  });
  const { apiId } = event.requestContext;
  const domainName = `${apiId}.execute-api.eu-central-1.amazonaws.com`;
  expect(event.requestContext).toEqual({
    accountId: '123456789012',
    apiId,
    domainName,
    domainPrefix: apiId,
    http: { method: 'GET', path: '/open/x', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'curl/8' },
    requestId: expect.stringMatching(/^[\w-]{15}=$/) as string,
    routeKey: 'ANY /open/{proxy+}',
    stage: '$default',
    time: '12/Mar/2026:19:03:58 +0000',
    timeEpoch: NOW,
  });
});

it('The event has the request id that the client gets', async () => {
  const response = await fetch(`${twin.apiUrl}/open/x`);
  const { event } = (await response.json()) as { event: EchoedEvent };
  expect(response.headers.get('apigw-requestid')).toBe(event.requestContext.requestId);
});

// docs/fidelity.md F65, F66
it('The event has header names in lower case, repeated ones joined by a comma, and the gateway’s own', async () => {
  const { headers, requestContext } = await echoed('GET', '/open/x', [
    'X-One: 1',
    'x-one: 2',
    'X-Forwarded-For: 10.0.0.1',
  ]);
  expect(headers).toMatchObject({
    'x-one': '1,2',
    host: requestContext.domainName,
    'x-forwarded-for': '10.0.0.1, 127.0.0.1',
    'x-forwarded-port': '443',
    'x-forwarded-proto': 'https',
  });
  expect(headers['x-amzn-trace-id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  expect(headers).not.toHaveProperty('connection');
});

// docs/fidelity.md F67
it('The event has the authorization header', async () => {
  const token = await claims();
  expect((await echoed('GET', '/echo/x', [`Authorization: Bearer ${token}`])).headers['authorization']).toBe(
    `Bearer ${token}`,
  );
});

// docs/fidelity.md F68
it('The event has cookies in a list, and not among the headers', async () => {
  const event = await echoed('GET', '/open/x', ['cookie: a=1; b=2', 'cookie: c=3']);
  expect(event.cookies).toEqual(['a=1', 'b=2', 'c=3']);
  expect(event.headers).not.toHaveProperty('cookie');
});

// docs/fidelity.md F70
it('The event has decoded query parameters, repeated ones joined, and the raw query as sent', async () => {
  const event = await echoed('GET', "/open/x?a=1&b=%C3%A9+e&a=2&c='&d");
  expect(event.queryStringParameters).toEqual({ a: '1,2', b: 'é e', c: "'", d: '' });
  expect(event.rawQueryString).toBe("a=1&b=%C3%A9+e&a=2&c='&d");
});

// docs/fidelity.md F69
it('The event has a decoded path and decoded path parameters, and an encoded slash stays encoded', async () => {
  const event = await echoed('GET', '/open/caf%C3%A9%20x/a%2Fb');
  expect(event).toMatchObject({ rawPath: '/open/café x/a%2Fb', pathParameters: { proxy: 'café x/a%2Fb' } });
  expect(event.requestContext.http['path']).toBe('/open/café x/a%2Fb');
});

it.each([
  ['application/json', '{"a":"é"}', false],
  ['application/json; charset=utf-8', '{}', false],
  ['text/plain', 'x', false],
  ['text/csv', 'x', false],
  ['application/xml', '<x/>', false],
  ['application/javascript', 'x', false],
  ['application/x-www-form-urlencoded', 'a=1', true],
  ['multipart/form-data; boundary=x', '--x--', true],
  ['application/octet-stream', '\u0000\u00ff', true],
  ['image/png', 'x', true],
  [undefined, 'x', true],
  // docs/fidelity.md F74
])('The event has a body of type %s as text or base64, as AWS does', async (type, body, isBase64Encoded) => {
  const bytes = Buffer.from(body, type?.includes('octet') === true ? 'latin1' : 'utf8').toString('latin1');
  const event = await echoed('POST', '/open/x', type === undefined ? [] : [`content-type: ${type}`], bytes);
  expect(event.isBase64Encoded).toBe(isBase64Encoded);
  expect(event.body).toBe(isBase64Encoded ? Buffer.from(bytes, 'latin1').toString('base64') : body);
});

const authorizer = async (change: Readonly<Record<string, unknown>>, path = '/echo/x') => {
  const event = await echoed('GET', path, [`authorization: Bearer ${await claims(change)}`]);
  return event.requestContext.authorizer?.jwt;
};

// docs/fidelity.md F71
it('The event has every claim as a string: numbers in full, booleans, lists in brackets, and null left out', async () => {
  const jwt = await authorizer({
    big: 1_787_996_002,
    yes: true,
    list: ['a', 'b', 3],
    none: [],
    nothing: null,
    aud: [twin.outputs.audience, 'https://x/userinfo'],
  });
  expect(jwt?.claims).toMatchObject({
    iss: twin.outputs.issuer,
    exp: String(NOW / 1000 + 3600),
    big: '1787996002',
    yes: 'true',
    list: '[a b 3]',
    none: '[]',
    aud: `[${twin.outputs.audience} https://x/userinfo]`,
    scope: 'read:user',
  });
  expect(jwt?.claims).not.toHaveProperty('nothing');
});

// docs/fidelity.md F72
it('The event has all of the token’s scopes on a route with a scope', async () => {
  expect((await authorizer({ scope: 'other read:user more' }))?.scopes).toEqual(['other', 'read:user', 'more']);
});

// docs/fidelity.md F73
it('The event has no authorizer on a route without one, even if the request has a token', async () => {
  expect(await authorizer({}, '/open/x')).toBeUndefined();
});

// docs/fidelity.md F15
it('A route with an authorizer and without scopes accepts any token of the audience', async () => {
  const response = await fetch(`${twin.apiUrl}/test`, {
    headers: { authorization: `Bearer ${await claims({ scope: undefined })}` },
  });
  expect(response.status).toBe(200);
});

// docs/fidelity.md F16
it('The challenge of a route without scopes has an empty scope, as captured', async () => {
  const response = await fetch(`${twin.apiUrl}/test`, { headers: { authorization: 'Bearer nonsense' } });
  expect(response.headers.get('www-authenticate')).toBe(
    'Bearer scope="" error="invalid_token" error_description="token contains an invalid number of segments"',
  );
});
