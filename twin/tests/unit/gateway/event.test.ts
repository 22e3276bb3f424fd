import { expect, it } from 'vitest';
import { TYPE } from '../../../src/resources/tokens.ts';
import { RESOURCE_TYPES } from '../../../src/resources/types.ts';
import type { EchoedEvent } from '../../support/echo.ts';
import { bearer, localGateway, NOW, send, valuesOf } from '../../support/local-gateway.ts';
import { AUDIENCE } from '../../support/plain-tenant.ts';
import { plainRoutes } from '../../support/plain-model.ts';

const ROUTES = plainRoutes({
  'ANY /open/{proxy+}': 'public',
  'ANY /echo/{proxy+}': ['read:user'],
  'GET /any-token': [],
  'POST /literal': 'public',
});
const GATEWAYS = { '2.0': localGateway(ROUTES), '1.0': localGateway(ROUTES, { payload: '1.0' }) };

/** Returns the event as its handler gets it. */
async function eventIn<Event>(
  payload: keyof typeof GATEWAYS,
  ...[method, target, ...rest]: RequestParts
): Promise<Event> {
  const { invocation } = await send(GATEWAYS[payload], method, target, ...rest);
  return JSON.parse(JSON.stringify(invocation?.event)) as Event;
}
type RequestParts = [method: string, target: string, lines?: readonly string[], body?: string | Buffer];

const echoed = (...request: RequestParts): Promise<EchoedEvent> => eventIn('2.0', ...request);

// docs/fidelity.md F64
it('The event has the fields of payload format 2.0, and no empty ones', async () => {
  const domainName = 'abcdefghij.execute-api.eu-central-1.amazonaws.com';
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
  expect(event.requestContext).toEqual({
    accountId: '123456789012',
    apiId: 'abcdefghij',
    domainName,
    domainPrefix: 'abcdefghij',
    http: { method: 'GET', path: '/open/x', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'curl/8' },
    requestId: expect.stringMatching(/^[\w-]{15}=$/) as string,
    routeKey: 'ANY /open/{proxy+}',
    stage: '$default',
    time: '12/Mar/2026:19:03:58 +0000',
    timeEpoch: NOW,
  });
});

it('The event has the request id that the client gets', async () => {
  const exchange = await send(GATEWAYS['2.0'], 'GET', '/open/x');
  expect(exchange.invocation?.event).toMatchObject({
    requestContext: { requestId: valuesOf(exchange, 'apigw-requestid')[0] },
  });
});

// docs/fidelity.md F65, F66
it('The event has header names in lower case, repeated ones joined by a comma, and the gateway’s own', async () => {
  const { headers, requestContext } = await echoed('GET', '/open/x', [
    'X-One: 1',
    'x-one: 2',
    'X-Forwarded-For: 10.0.0.1',
    'connection: close',
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
  const line = bearer();
  const { headers } = await echoed('GET', '/echo/x', [line]);
  expect(`Authorization: ${headers['authorization']}`).toBe(line);
});

// docs/fidelity.md F68
it('The event has cookies in a list, and not among the headers', async () => {
  const event = await echoed('GET', '/open/x', ['cookie: a=1; b=2', 'cookie: c=3']);
  expect(event.cookies).toEqual(['a=1', 'b=2', 'c=3']);
  expect(event.headers).not.toHaveProperty('cookie');
});

// docs/fidelity.md F70
it('The event has decoded query parameters, repeated ones joined, and the raw query as sent', async () => {
  expect(await echoed('GET', "/open/x?a=1&b=%C3%A9+e&a=2&c='&d")).toMatchObject({
    queryStringParameters: { a: '1,2', b: 'é e', c: "'", d: '' },
    rawQueryString: "a=1&b=%C3%A9+e&a=2&c='&d",
  });
});

// docs/fidelity.md F69
it('The event has a decoded path and decoded path parameters, and an encoded slash stays encoded', async () => {
  expect(await echoed('GET', '/open/caf%C3%A9%20x/a%2Fb')).toMatchObject({
    rawPath: '/open/café x/a%2Fb',
    pathParameters: { proxy: 'café x/a%2Fb' },
    requestContext: { http: { path: '/open/café x/a%2Fb' } },
  });
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
])('The event has a body of type %s as text or base64, as AWS does', async (type, text, isBase64Encoded) => {
  const bytes = Buffer.from(text, type?.includes('octet') === true ? 'latin1' : 'utf8');
  const event = await echoed('POST', '/open/x', type === undefined ? [] : [`content-type: ${type}`], bytes);
  expect(event).toMatchObject({ isBase64Encoded, body: isBase64Encoded ? bytes.toString('base64') : text });
});

const authorizer = async (change: Readonly<Record<string, unknown>>, path = '/echo/x') => {
  const { requestContext } = await echoed('GET', path, [bearer(change)]);
  // A route without an authorizer has none.
  return (requestContext as Partial<typeof requestContext>).authorizer?.jwt;
};

// docs/fidelity.md F71
it('The event has every claim as a string: numbers in full, booleans, lists in brackets, and null left out', async () => {
  const aud = [AUDIENCE, 'https://x/userinfo'];
  const more = { big: 1_787_996_002, yes: true, list: ['a', 'b', 3], none: [], nothing: null };
  expect((await authorizer({ ...more, aud }))?.claims).toEqual({
    iss: 'https://tenant.eu.auth0.com/',
    exp: String(NOW / 1000 + 3600),
    big: '1787996002',
    yes: 'true',
    list: '[a b 3]',
    none: '[]',
    aud: `[${AUDIENCE} https://x/userinfo]`,
    scope: 'read:user',
  });
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
  expect(await authorizer({ scope: undefined }, '/any-token')).toMatchObject({ scopes: null });
});

// docs/fidelity.md F16
it('The challenge of a route without scopes has an empty scope, as captured', async () => {
  const exchange = await send(GATEWAYS['2.0'], 'GET', '/any-token', ['authorization: Bearer nonsense']);
  expect(valuesOf(exchange, 'www-authenticate')).toEqual([
    'Bearer scope="" error="invalid_token" error_description="token contains an invalid number of segments"',
  ]);
});

interface EventV1 {
  readonly headers: Readonly<Record<string, string>>;
  readonly multiValueHeaders: Readonly<Record<string, readonly string[]>>;
  readonly requestContext: Readonly<Record<string, unknown>>;
}

const echoedV1 = (...request: RequestParts): Promise<EventV1> => eventIn('1.0', ...request);

it('A function’s integration without a payload format has 1.0, as on AWS', () => {
  const type = RESOURCE_TYPES.get(TYPE.integration);
  const inputs = { apiId: 'api', integrationType: 'AWS_PROXY', integrationUri: 'arn' };
  expect(type && 'inputs' in type && type.inputs.parse(inputs)).toMatchObject({ payloadFormatVersion: '1.0' });
});

// docs/fidelity.md F80
it('The 1.0 event of a public route has every documented field, and null for what is empty', async () => {
  const { headers: _, multiValueHeaders: __, ...event } = await echoedV1('GET', '/open/x%20y', ['user-agent: curl/8']);
  expect(event).toEqual({
    version: '1.0',
    resource: '/open/{proxy+}',
    path: '/open/x y',
    httpMethod: 'GET',
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    requestContext: {
      accountId: '123456789012',
      apiId: 'abcdefghij',
      domainName: 'abcdefghij.execute-api.eu-central-1.amazonaws.com',
      domainPrefix: 'abcdefghij',
      extendedRequestId: event.requestContext['requestId'],
      httpMethod: 'GET',
      identity: {
        accessKey: null,
        accountId: null,
        caller: null,
        cognitoAmr: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: '127.0.0.1',
        user: null,
        userAgent: 'curl/8',
        userArn: null,
      },
      path: '/open/x y',
      protocol: 'HTTP/1.1',
      requestId: expect.stringMatching(/^[\w-]{15}=$/) as string,
      requestTime: '12/Mar/2026:19:03:58 +0000',
      requestTimeEpoch: NOW,
      resourceId: 'ANY /open/{proxy+}',
      resourcePath: '/open/{proxy+}',
      stage: '$default',
    },
    pathParameters: { proxy: 'x y' },
    stageVariables: null,
    body: null,
    isBase64Encoded: false,
  });
});

// docs/fidelity.md F81
it('The 1.0 event has the last value of a repeated header, all of them in multiValueHeaders, and cookies', async () => {
  const lines = ['X-One: 1', 'x-one: 2', 'cookie: a=1; b=2'];
  const { headers, multiValueHeaders } = await echoedV1('GET', '/open/x', lines);
  expect(headers).toMatchObject({ 'x-one': '2', cookie: 'a=1; b=2', 'X-Forwarded-Proto': 'https' });
  expect(multiValueHeaders).toMatchObject({ 'x-one': ['1', '2'], 'X-Forwarded-Port': ['443'] });
  expect(Object.keys(multiValueHeaders)).toEqual(Object.keys(headers));
});

// docs/fidelity.md F82
it('The 1.0 event has the first value of a repeated query parameter, and all of them in a list', async () => {
  expect(await echoedV1('GET', '/open/x?a=1&b=%C3%A9&a=2')).toMatchObject({
    queryStringParameters: { a: '1', b: 'é' },
    multiValueQueryStringParameters: { a: ['1', '2'], b: ['é'] },
  });
});

it('The 1.0 event of a route without parameters has null for them, and the body as in format 2.0', async () => {
  expect(await echoedV1('POST', '/literal', ['content-type: application/json'], '{}')).toMatchObject({
    resource: '/literal',
    pathParameters: null,
    body: '{}',
    isBase64Encoded: false,
  });
  expect(await echoedV1('POST', '/literal', [], '{}')).toMatchObject({ body: 'e30=', isBase64Encoded: true });
});

// docs/fidelity.md F83
it('The 1.0 event has the claims and scopes of the token directly below authorizer', async () => {
  const { requestContext } = await echoedV1('GET', '/echo/x', [bearer({ list: ['a', 'b'] })]);
  expect(requestContext['authorizer']).toMatchObject({
    claims: { iss: 'https://tenant.eu.auth0.com/', list: '[a b]' },
    scopes: ['read:user'],
  });
});
