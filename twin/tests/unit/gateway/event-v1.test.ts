import { afterAll, beforeAll, expect, it } from 'vitest';
import { addHandler, leaveOutPayloadFormat } from '../../support/echo.ts';
import { rawRequest, requestBytes } from '../../support/raw-http.ts';
import { goodClaims, mint, startTestTwin, type TestTwin } from '../../support/twin.ts';

const NOW = Date.UTC(2026, 2, 12, 19, 3, 58);
let twin: TestTwin;
beforeAll(async () => {
  twin = await startTestTwin({
    clock: () => NOW,
    change: (project) => {
      addHandler(
        project,
        'echo',
        'export const handler = async (event: unknown) => ({ statusCode: 200, body: JSON.stringify(event) });\n',
        {
          'ANY /echo/{proxy+}': "['read:user']",
          'ANY /open/{proxy+}': "'public'",
          'POST /literal': "'public'",
        },
      );
      leaveOutPayloadFormat(project);
    },
  });
});
afterAll(() => twin.end());

interface EventV1 {
  readonly headers: Readonly<Record<string, string>>;
  readonly multiValueHeaders: Readonly<Record<string, readonly string[]>>;
  readonly requestContext: Readonly<Record<string, unknown>>;
}

async function echoed(
  method: string,
  target: string,
  headers: readonly string[] = [],
  body = '',
): Promise<EventV1 & Readonly<Record<string, unknown>>> {
  const all = body === '' ? headers : [...headers, `content-length: ${Buffer.byteLength(body)}`];
  const response = await rawRequest(twin.apiUrl, requestBytes(method, target, all, body));
  expect(response.status).toBe(200);
  return JSON.parse(Buffer.from(response.body, 'latin1').toString()) as EventV1 & Record<string, unknown>;
}

// docs/fidelity.md F80
it('The 1.0 event of a public route has every documented field, and null for what is empty', async () => {
  const { headers: _, multiValueHeaders: __, ...event } = await echoed('GET', '/open/x%20y', ['user-agent: curl/8']);
  const apiId = String(event.requestContext['apiId']);
  const requestId = event.requestContext['requestId'];
  expect(event).toEqual({
    version: '1.0',
    resource: '/open/{proxy+}',
    path: '/open/x y',
    httpMethod: 'GET',
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    requestContext: {
      accountId: '123456789012',
      apiId,
      domainName: `${apiId}.execute-api.eu-central-1.amazonaws.com`,
      domainPrefix: apiId,
      extendedRequestId: requestId,
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
  const { headers, multiValueHeaders } = await echoed('GET', '/open/x', ['X-One: 1', 'x-one: 2', 'cookie: a=1; b=2']);
  expect(headers).toMatchObject({ 'x-one': '2', cookie: 'a=1; b=2', 'X-Forwarded-Proto': 'https' });
  expect(multiValueHeaders).toMatchObject({ 'x-one': ['1', '2'], 'X-Forwarded-Port': ['443'] });
  expect(Object.keys(multiValueHeaders)).toEqual(Object.keys(headers));
});

// docs/fidelity.md F82
it('The 1.0 event has the first value of a repeated query parameter, and all of them in a list', async () => {
  expect(await echoed('GET', '/open/x?a=1&b=%C3%A9&a=2')).toMatchObject({
    queryStringParameters: { a: '1', b: 'é' },
    multiValueQueryStringParameters: { a: ['1', '2'], b: ['é'] },
  });
});

it('The 1.0 event of a route without parameters has null for them, and the body as in format 2.0', async () => {
  expect(await echoed('POST', '/literal', ['content-type: application/json'], '{}')).toMatchObject({
    resource: '/literal',
    pathParameters: null,
    body: '{}',
    isBase64Encoded: false,
  });
  expect(await echoed('POST', '/literal', [], '{}')).toMatchObject({ body: 'e30=', isBase64Encoded: true });
});

// docs/fidelity.md F83
it('The 1.0 event has the claims and scopes of the token directly below authorizer', async () => {
  const token = await mint(twin, { ...goodClaims(twin, NOW / 1000), list: ['a', 'b'] });
  const { requestContext } = await echoed('GET', '/echo/x', [`authorization: Bearer ${token}`]);
  expect(requestContext['authorizer']).toMatchObject({
    claims: { iss: twin.outputs.issuer, list: '[a b]' },
    scopes: ['read:user'],
  });
});
