import { expect, it } from 'vitest';
import type { Exchange } from '../../../src/gateway/pipeline.ts';
import { localGateway, send, valuesOf } from '../../support/local-gateway.ts';
import { plainRoutes } from '../../support/plain-model.ts';

const ROUTES = plainRoutes({ 'POST /returns': 'public' });

/** The exchange with a function that returns this value. */
const returned = (value: unknown, payload: '1.0' | '2.0' = '2.0'): Promise<Exchange> =>
  send(localGateway(ROUTES, { payload, json: JSON.stringify(value) }), 'POST', '/returns');

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
])('The result "%s" is the body of a 200 of type JSON', async (_name, value, body) => {
  const exchange = await returned(value);
  expect(exchange.response).toMatchObject({ status: 200, body });
  expect(valuesOf(exchange, 'content-type')).toEqual(['application/json']);
});

// docs/fidelity.md F75
it('A result with a statusCode gives the headers, cookies and body of the response', async () => {
  const exchange = await returned({
    statusCode: 201,
    headers: { 'X-A': 'b', 'content-type': 'text/html' },
    cookies: ['a=1; HttpOnly', 'b=2'],
    body: '<p>é</p>',
  });
  expect(exchange.response).toMatchObject({ status: 201, body: '<p>é</p>' });
  expect(exchange.response.headers.slice(0, -1)).toEqual([
    ['x-a', 'b'],
    ['content-type', 'text/html'],
    ['set-cookie', 'a=1; HttpOnly'],
    ['set-cookie', 'b=2'],
  ]);
});

// docs/fidelity.md F78
it('A body without a content type is plain text', async () => {
  const exchange = await returned({ statusCode: 200, body: 'x' });
  expect(valuesOf(exchange, 'content-type')).toEqual(['text/plain; charset=utf-8']);
});

// docs/fidelity.md F79
it('A body in base64 is decoded', async () => {
  const bytes = Buffer.from([0, 255, 1]);
  const result = { statusCode: 200, isBase64Encoded: true, body: bytes.toString('base64') };
  expect((await returned(result)).response.body).toEqual(bytes);
});

it('The gateway sets the connection headers itself', async () => {
  const headers = { 'content-length': '1', 'transfer-encoding': 'chunked', connection: 'upgrade' };
  const exchange = await returned({
    statusCode: 200,
    headers: { ...headers, 'apigw-requestid': 'mine' },
    body: 'four',
  });
  expect(exchange.response.headers.map(([name]) => name)).toEqual(['content-type', 'apigw-requestid']);
  expect(valuesOf(exchange, 'apigw-requestid')).toEqual([exchange.requestId]);
});

const withHeaders = (headers: unknown): object => ({ statusCode: 200, headers });
const withValues = (multiValueHeaders: unknown): object => ({ statusCode: 200, multiValueHeaders });
const LIST = withHeaders({ 'Set-Cookie': ['a=1', 'b=2'] });
const RETURN_THEM = 'its header set-cookie is a list; return them as';

it.each([
  ['2.0', 'a status of 0', { statusCode: 0 }, 'its statusCode is not a whole number'],
  ['2.0', 'a status of 99', { statusCode: 99 }, 'from 200 to 599'],
  ['2.0', 'a status of 600', { statusCode: 600 }, 'from 200 to 599'],
  ['2.0', 'a status that is a string', { statusCode: 'ok' }, 'its statusCode'],
  ['2.0', 'a status that is null', { statusCode: null }, 'its statusCode'],
  ['2.0', 'headers that are a list', withHeaders(['a']), 'its headers are not an object'],
  ['2.0', 'set-cookie as a list', LIST, `${RETURN_THEM} cookies: ["a=1", "b=2"]`],
  ['2.0', 'a header with an object', withHeaders({ a: {} }), 'its header a is not a string'],
  ['2.0', 'a header with a line break', withHeaders({ a: 'b\r\nx: y' }), 'its header a has invalid characters'],
  ['2.0', 'a header name with a space', withHeaders({ 'a b': 'c' }), 'its header a b has invalid characters'],
  ['2.0', 'cookies that are a string', { statusCode: 200, cookies: 'a=1' }, 'its cookies are not a list'],
  ['2.0', 'a cookie with a line break', { statusCode: 200, cookies: ['a=1\nb'] }, 'set-cookie has invalid characters'],
  ['2.0', 'a body that is an object', { statusCode: 200, body: {} }, 'its body is not a string; use JSON.stringify'],
  ['2.0', 'a string as isBase64Encoded', { statusCode: 200, isBase64Encoded: 'yes' }, 'is not a boolean'],
  // docs/fidelity.md F84
  ['1.0', 'no statusCode', { body: 'x' }, 'it has no statusCode, which payload format 1.0 requires'],
  ['1.0', 'a string', 'hello', 'it has no statusCode'],
  ['1.0', 'null', null, 'it has no statusCode'],
  ['1.0', 'set-cookie as a list', LIST, `${RETURN_THEM} multiValueHeaders: { "set-cookie": ["a=1", "b=2"] }`],
  ['1.0', 'multiValueHeaders that are a list', withValues([]), 'its multiValueHeaders are not an object'],
  ['1.0', 'a multi-value header that is a string', withValues({ a: 'b' }), 'are not an object of string lists'],
  ['1.0', 'a multi-value header with a line break', withValues({ a: ['b\r\nx: y'] }), 'a has invalid characters'],
  // docs/fidelity.md F47
] as const)('The gateway answers 500 to a format %s result with %s', async (payload, _name, value, reason) => {
  const { response, integrationError } = await returned(value, payload);
  expect(response).toMatchObject({ status: 500, body: '{"message":"Internal Server Error"}' });
  expect(integrationError).toContain(reason);
});

// docs/fidelity.md F85
it('A format 1.0 result sends every value of multiValueHeaders, and a value of headers once', async () => {
  const result = {
    statusCode: 201,
    headers: { 'X-A': '1', 'x-b': '3' },
    multiValueHeaders: { 'x-a': ['1', '2'], 'Set-Cookie': ['a=1', 'b=2'], 'content-length': ['99'] },
    cookies: ['c=3'],
    body: 'four',
  };
  const { response } = await returned(result, '1.0');
  expect(response).toMatchObject({ status: 201, body: 'four' });
  expect(response.headers.slice(0, -1)).toEqual([
    ['x-a', '1'],
    ['x-a', '2'],
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=2'],
    ['x-b', '3'],
    ['content-type', 'text/plain; charset=utf-8'],
  ]);
});

it('A format 2.0 result has no multiValueHeaders', async () => {
  const exchange = await returned({ statusCode: 200, multiValueHeaders: { 'x-a': ['1'] } });
  expect(valuesOf(exchange, 'x-a')).toEqual([]);
});
