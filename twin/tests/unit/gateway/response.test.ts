import { afterAll, beforeAll, expect, it } from 'vitest';
import { functionResponse } from '../../../src/gateway/response.ts';
import { addHandler, leaveOutPayloadFormat } from '../../support/echo.ts';
import { startTestTwin, type TestTwin } from '../../support/twin.ts';

let twin: TestTwin;
let oldTwin: TestTwin;
beforeAll(async () => {
  // It returns what the request's body says.
  twin = await startTestTwin({
    change: (project) =>
      addHandler(
        project,
        'returns',
        'export const handler = async (event: { body: string }) => JSON.parse(event.body) as unknown;\n',
        {
          'POST /returns': "'public'",
        },
      ),
  });
  oldTwin = await startTestTwin({
    change: (project) => {
      addHandler(
        project,
        'returns',
        'export const handler = async (event: { body: string }) => JSON.parse(event.body) as unknown;\n',
        { 'POST /returns': "'public'" },
      );
      leaveOutPayloadFormat(project);
    },
  });
});
afterAll(() => Promise.all([twin.end(), oldTwin.end()]));

const returned = (value: unknown, { apiUrl } = twin): Promise<Response> =>
  fetch(`${apiUrl}/returns`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  });

it.each([
  ['an object without a statusCode', { a: 1 }, '{"a":1}'],
  ['an object with a body and no statusCode', { body: 'x' }, '{"body":"x"}'],
  ['a list', [1, 2], '[1,2]'],
  ['a number', 7, '7'],
  ['null', null, 'null'],
  // docs/fidelity.md F76
  ['a string, without quotes', 'hello', 'hello'],
  ['an empty string', '', ''],
  ['a string that is JSON', '{"statusCode":500}', '{"statusCode":500}'],
  // docs/fidelity.md F77
])('The result "%s" is the body of a 200 of type JSON', async (_name, value, text) => {
  const response = await returned(value);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(await response.text()).toBe(text);
});

// docs/fidelity.md F75
it('A result with a statusCode gives the headers, cookies and body of the response', async () => {
  const response = await returned({
    statusCode: 201,
    headers: { 'X-A': 'b', 'content-type': 'text/html' },
    cookies: ['a=1; HttpOnly', 'b=2'],
    body: '<p>é</p>',
  });
  expect(response.status).toBe(201);
  expect(response.headers.get('x-a')).toBe('b');
  expect(response.headers.get('content-type')).toBe('text/html');
  expect(response.headers.getSetCookie()).toEqual(['a=1; HttpOnly', 'b=2']);
  expect(await response.text()).toBe('<p>é</p>');
  expect(response.headers.get('apigw-requestid')).toMatch(/=$/);
});

// docs/fidelity.md F78
it('A body without a content type is plain text', async () => {
  expect((await returned({ statusCode: 200, body: 'x' })).headers.get('content-type')).toBe(
    'text/plain; charset=utf-8',
  );
});

// docs/fidelity.md F79
it('A body in base64 is decoded', async () => {
  const response = await returned({
    statusCode: 200,
    isBase64Encoded: true,
    body: Buffer.from([0, 255, 1]).toString('base64'),
  });
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([0, 255, 1]));
});

it('The gateway sets the connection headers itself', async () => {
  const response = await returned({
    statusCode: 200,
    headers: {
      'content-length': '1',
      'transfer-encoding': 'chunked',
      connection: 'upgrade',
      'apigw-requestid': 'mine',
    },
    body: 'four',
  });
  expect(await response.text()).toBe('four');
  expect(response.headers.get('apigw-requestid')).not.toBe('mine');
});

it.each([
  ['a status of 0', { statusCode: 0 }, 'its statusCode is not a whole number'],
  ['a status of 99', { statusCode: 99 }, 'from 200 to 599'],
  ['a status of 600', { statusCode: 600 }, 'from 200 to 599'],
  ['a status that is a string', { statusCode: 'ok' }, 'its statusCode'],
  ['a status that is null', { statusCode: null }, 'its statusCode'],
  ['headers that are a list', { statusCode: 200, headers: ['a'] }, 'its headers are not an object'],
  [
    'set-cookie as a list',
    { statusCode: 200, headers: { 'Set-Cookie': ['a=1', 'b=2'] } },
    'its header set-cookie is a list; return them as cookies: ["a=1", "b=2"]',
  ],
  ['a header with an object', { statusCode: 200, headers: { a: {} } }, 'its header a is not a string'],
  [
    'a header with a line break',
    { statusCode: 200, headers: { a: 'b\r\nx: y' } },
    'its header a has invalid characters',
  ],
  ['a header name with a space', { statusCode: 200, headers: { 'a b': 'c' } }, 'its header a b has invalid characters'],
  ['cookies that are a string', { statusCode: 200, cookies: 'a=1' }, 'its cookies are not a list'],
  [
    'a cookie with a line break',
    { statusCode: 200, cookies: ['a=1\nb'] },
    'its header set-cookie has invalid characters',
  ],
  ['a body that is an object', { statusCode: 200, body: {} }, 'its body is not a string; use JSON.stringify'],
  [
    'isBase64Encoded that is a string',
    { statusCode: 200, isBase64Encoded: 'yes' },
    'its isBase64Encoded is not a boolean',
  ],
  // docs/fidelity.md F47
])('The gateway answers 500 to a function’s result with %s', async (_name, value, reason) => {
  expect(functionResponse(JSON.stringify(value), '2.0')).toContain(reason);
  const response = await returned(value);
  expect(response.status).toBe(500);
  expect(await response.text()).toBe('{"message":"Internal Server Error"}');
});

it.each([
  ['no statusCode', { body: 'x' }, 'it has no statusCode, which payload format 1.0 requires'],
  ['a string', 'hello', 'it has no statusCode'],
  ['null', null, 'it has no statusCode'],
  [
    'set-cookie as a list',
    { statusCode: 200, headers: { 'set-cookie': ['a=1', 'b=2'] } },
    'its header set-cookie is a list; return them as multiValueHeaders: { "set-cookie": ["a=1", "b=2"] }',
  ],
  [
    'multiValueHeaders that are a list',
    { statusCode: 200, multiValueHeaders: [] },
    'its multiValueHeaders are not an object',
  ],
  [
    'a multi-value header that is a string',
    { statusCode: 200, multiValueHeaders: { a: 'b' } },
    'are not an object of string lists',
  ],
  [
    'a multi-value header with a line break',
    { statusCode: 200, multiValueHeaders: { a: ['b\r\nx: y'] } },
    'its header a has invalid characters',
  ],
  // docs/fidelity.md F84
])('The gateway answers 500 to a format 1.0 result with %s', async (_name, value, reason) => {
  expect(functionResponse(JSON.stringify(value), '1.0')).toContain(reason);
  const response = await returned(value, oldTwin);
  expect(response.status).toBe(500);
  expect(await response.text()).toBe('{"message":"Internal Server Error"}');
});

// docs/fidelity.md F85
it('A format 1.0 result sends every value of multiValueHeaders, and a value of headers once', async () => {
  const response = await returned(
    {
      statusCode: 201,
      headers: { 'X-A': '1', 'x-b': '3' },
      multiValueHeaders: { 'x-a': ['1', '2'], 'Set-Cookie': ['a=1', 'b=2'], 'content-length': ['99'] },
      cookies: ['c=3'],
      body: 'four',
    },
    oldTwin,
  );
  expect(response.status).toBe(201);
  expect(response.headers.get('x-a')).toBe('1, 2');
  expect(response.headers.get('x-b')).toBe('3');
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(await response.text()).toBe('four');
});

it('A format 2.0 result has no multiValueHeaders', async () => {
  const response = await returned({ statusCode: 200, multiValueHeaders: { 'x-a': ['1'] } });
  expect(response.headers.get('x-a')).toBeNull();
});
