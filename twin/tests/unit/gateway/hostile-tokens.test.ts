import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forgeOf, type Forge } from '../../support/forge.ts';
import { CLAIMS, PAYLOADS, SHAPES } from '../../support/hostile-claims.ts';
import { ALGORITHMS, HEADERS, KEY_IDS } from '../../support/hostile-tokens.ts';
import { rawRequest, requestBytes, type RawResponse } from '../../support/raw-http.ts';
import { startTestTwin, type TestTwin } from '../../support/twin.ts';
import { MALFORMED, SEGMENTS, type TokenAnswer, type TokenRow } from '../../support/token-rows.ts';

let twin: TestTwin;
let forge: Forge;
beforeAll(async () => {
  twin = await startTestTwin();
  forge = await forgeOf(twin);
});
afterAll(async () => {
  // Of all that came, whatever the order: no defect, no character that could move a cursor, and no signature.
  try {
    expect(twin.log.filter((line) => line.includes('DEFECT'))).toEqual([]);
    expect(twin.log.filter((line) => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(line))).toEqual([]);
    expect(twin.log.filter((line) => /\.[\w-]{300}/.test(line))).toEqual([]);
  } finally {
    await twin.end();
  }
});

const get = (headers: readonly string[], target = '/test'): Promise<RawResponse> =>
  rawRequest(twin.apiUrl, requestBytes('GET', target, headers));

/** Status, body and challenge, all of them, and nothing that a token could have put into the headers. */
function expectAnswer({ status, headers, body }: RawResponse, answer: TokenAnswer): void {
  const unauthorized = { status: 401, body: '{"message":"Unauthorized"}' };
  const wanted =
    answer === 'good'
      ? { status: 200, body: '"JWT test backend lambda"', challenge: undefined }
      : answer === 'forbidden'
        ? { status: 403, body: '{"message":"Forbidden"}', challenge: challenge('insufficient_scope', NO_SCOPE) }
        : answer === 'missing'
          ? { ...unauthorized, challenge: 'Bearer' }
          : { ...unauthorized, challenge: challenge('invalid_token', answer.description) };
  expect({ status, body, challenge: headers.get('www-authenticate') }).toEqual(wanted);
  expect(headers.get('apigw-requestid')).toMatch(/^[\w-]{15}=$/);
  expect(headers.get('content-length')).toBe(String(body.length));
  expect([...headers.keys()].filter((name) => !KNOWN.includes(name))).toEqual([]);
}

const NO_SCOPE = 'expected scopes: [read:user]';
const KNOWN = ['content-type', 'www-authenticate', 'apigw-requestid', 'content-length', 'date', 'connection'];

const challenge = (error: string, description: string): string =>
  `Bearer scope="read:user" error="${error}" error_description="${description}"`;

const TABLES: readonly (readonly [name: string, rows: readonly TokenRow[]])[] = [
  ['algorithm', ALGORITHMS],
  ['header', HEADERS],
  ['key id', KEY_IDS],
  ['shape', SHAPES],
  ['payload', PAYLOADS],
  ['claim', CLAIMS],
];

describe.each(TABLES)('Hostile %s of a token', (name, rows) => {
  it.each(rows)(`Token ${name}: the gateway %s`, async (_row, token, answer) => {
    expectAnswer(await get([`authorization: Bearer ${token(forge)}`]), answer);
  });

  it(`The gateway still accepts a good token after each hostile ${name}`, async () => {
    expectAnswer(await get([`authorization: Bearer ${forge.token()}`]), 'good');
  });
});

/** Header lines, with `good` for a good token. */
const LINES: readonly (readonly [string, (good: string) => readonly string[], TokenAnswer])[] = [
  // docs/fidelity.md F2
  ['rejects a request without a token', () => [], 'missing'],
  ['rejects an empty header', () => ['authorization:'], 'missing'],
  ['rejects a header of spaces', () => ['authorization:   '], 'missing'],
  ['rejects two empty headers', () => ['authorization:', 'authorization:'], 'missing'],
  ['rejects the word Bearer alone', () => ['authorization: Bearer'], SEGMENTS],
  ['rejects Bearer with spaces after it', () => ['authorization: Bearer   '], SEGMENTS],
  ['rejects bearer in lower case (unverified)', (good) => [`authorization: bearer ${good}`], MALFORMED],
  ['rejects BEARER in upper case (unverified)', (good) => [`authorization: BEARER ${good}`], MALFORMED],
  ['rejects two spaces after Bearer (unverified)', (good) => [`authorization: Bearer  ${good}`], MALFORMED],
  ['rejects a tab after Bearer (unverified)', (good) => [`authorization: Bearer\t${good}`], MALFORMED],
  ['rejects a token without a space after Bearer', (good) => [`authorization: Bearer${good}`], MALFORMED],
  ['rejects a colon after Bearer', (good) => [`authorization: Bearer: ${good}`], MALFORMED],
  ['rejects a no-break space after Bearer', (good) => [`authorization: Bearer\xa0${good}`], MALFORMED],
  ['rejects a token under Basic', (good) => [`authorization: Basic ${good}`], MALFORMED],
  ['rejects a name and a password', () => ['authorization: Basic dXNlcjpwYXNz'], SEGMENTS],
  ['rejects a token under JWT', (good) => [`authorization: JWT ${good}`], MALFORMED],
  ['rejects a token under DPoP', (good) => [`authorization: DPoP ${good}`], MALFORMED],
  ['rejects a parameter before the token', (good) => [`authorization: Bearer token=${good}`], MALFORMED],
  ['rejects a word after the token', (good) => [`authorization: Bearer ${good} x`], MALFORMED],
  ['rejects the same token in two headers', (good) => twice(good, good), SEGMENTS],
  ['rejects a good token before another', (good) => twice(good, 'x.y.z'), SEGMENTS],
  ['rejects a good token after another', (good) => twice('x.y.z', good), SEGMENTS],
  ['rejects a good token after an empty header', (good) => ['authorization:', `authorization: ${good}`], SEGMENTS],
  ['rejects two headers that differ in case', (good) => [`authorization: ${good}`, `AUTHORIZATION: ${good}`], SEGMENTS],
  ['rejects a token in X-Authorization', (good) => [`x-authorization: Bearer ${good}`], 'missing'],
  ['rejects a token in Proxy-Authorization', (good) => [`proxy-authorization: Bearer ${good}`], 'missing'],
  ['rejects a token in Authorizer', (good) => [`authorizer: Bearer ${good}`], 'missing'],
  ['rejects a token in a cookie', (good) => [`cookie: authorization=${good}`], 'missing'],
  ['rejects a token under a name with an underscore', (good) => [`authorization_: Bearer ${good}`], 'missing'],
  [
    'rejects Authorization named by Connection (unverified)',
    (good) => [`connection: authorization`, `authorization: ${good}x`],
    MALFORMED,
  ],
  // docs/fidelity.md F18
  ['accepts a token without Bearer, which is optional', (good) => [`authorization: ${good}`], 'good'],
  [
    'accepts a token with spaces around the value, which are not of it',
    (good) => [`authorization:  \t Bearer ${good} \t `],
    'good',
  ],
  [
    'accepts a header name in upper case, which is the same header',
    (good) => [`AUTHORIZATION: Bearer ${good}`],
    'good',
  ],
];

function twice(one: string, other: string): readonly string[] {
  return [`authorization: Bearer ${one}`, `authorization: Bearer ${other}`];
}

it.each(LINES)('Authorization header: the gateway %s', async (_row, lines, answer) => {
  expectAnswer(await get(lines(forge.token())), answer);
});

it.each([
  ['path', (good: string) => `/test/${good}`, 404],
  ['path after a semicolon', (good: string) => `/test;${good}`, 404],
  ['query', (good: string) => `/test?authorization=Bearer%20${good}`, 401],
  ['query parameter of RFC 6750', (good: string) => `/test?access_token=${good}`, 401],
] as const)('The gateway rejects a token in the %s', async (_place, target, status) => {
  expect((await get([], target(forge.token()))).status).toBe(status);
});

it('The gateway rejects a token in the body', async () => {
  const body = `access_token=${forge.token()}`;
  const lines = [`content-length: ${body.length}`, 'content-type: application/x-www-form-urlencoded'];
  expectAnswer(await rawRequest(twin.apiUrl, requestBytes('GET', '/test', lines, body)), 'missing');
});

it('The gateway rejects a token in a trailer', async () => {
  const body = `0\r\nauthorization: Bearer ${forge.token()}\r\n\r\n`;
  const lines = ['transfer-encoding: chunked', 'trailer: authorization'];
  expectAnswer(await rawRequest(twin.apiUrl, requestBytes('GET', '/test', lines, body)), 'missing');
});

it('The gateway still accepts a good token after all hostile headers', async () => {
  expectAnswer(await get([`authorization: Bearer ${forge.token()}`]), 'good');
});

/** Targets, with `good` for a good token. */
const TARGETS: readonly (readonly [string, (good: string) => string, TokenAnswer])[] = [
  ['rejects a request without a query', () => '/test', 'missing'],
  ['rejects an empty query', () => '/test?', 'missing'],
  ['rejects the name alone', () => '/test?token', 'missing'],
  ['rejects an empty value', () => '/test?token=', 'missing'],
  ['rejects the same token twice', (good) => `/test?token=${good}&token=${good}`, SEGMENTS],
  ['rejects a good token before another', (good) => `/test?token=${good}&token=x.y.z`, SEGMENTS],
  ['rejects a good token after another', (good) => `/test?token=x.y.z&token=${good}`, SEGMENTS],
  ['rejects a good token after an empty one', (good) => `/test?token=&token=${good}`, SEGMENTS],
  ['rejects a second token under an encoded name', (good) => `/test?token=${good}&%74oken=x`, SEGMENTS],
  ['rejects a parameter name in another case', (good) => `/test?Token=${good}`, 'missing'],
  ['rejects a name with brackets', (good) => `/test?token[]=${good}`, 'missing'],
  ['rejects a name with a space after it', (good) => `/test?token%20=${good}`, 'missing'],
  ['rejects a name with a NUL after it', (good) => `/test?token%00=${good}`, 'missing'],
  ['rejects a semicolon for an ampersand', (good) => `/test?a=b;token=${good}`, 'missing'],
  ['rejects an encoded ampersand', (good) => `/test?a=b%26token=${good}`, 'missing'],
  ['rejects an encoded equals sign', (good) => `/test?token%3D${good}`, 'missing'],
  ['rejects a token encoded twice', (good) => `/test?token=${good.replaceAll('.', '%252E')}`, SEGMENTS],
  ['rejects a plus sign before the token, which is a space', (good) => `/test?token=+${good}`, MALFORMED],
  [
    'rejects an encoded line end in the token',
    (good) => `/test?token=${good.slice(0, 9)}%0D%0A${good.slice(9)}`,
    MALFORMED,
  ],
  ['rejects an encoded line end after the token', (good) => `/test?token=${good}%0A`, MALFORMED],
  ['rejects an encoded NUL after the token', (good) => `/test?token=${good}%00`, MALFORMED],
  ['rejects encoded padding after the token', (good) => `/test?token=${good}%3D%3D`, MALFORMED],
  ['rejects broken percent-encoding after the token', (good) => `/test?token=${good}%`, MALFORMED],
  ['rejects encoded bytes that are not UTF-8', (good) => `/test?token=%ff${good}`, MALFORMED],
  ['rejects an encoded zero-width space', (good) => `/test?token=%E2%80%8B${good}`, MALFORMED],
  ['rejects a second question mark', (good) => `/test?a?token=${good}`, 'missing'],
  ['rejects a second equals sign', (good) => `/test?token==${good}`, MALFORMED],
  ['rejects a token after an encoded question mark', (good) => `/test?%3Ftoken=${good}`, 'missing'],
  ['accepts the token as it is', (good) => `/test?token=${good}`, 'good'],
  ['accepts the token after other parameters', (good) => `/test?a=b&a=c&token=${good}&&`, 'good'],
  ['accepts Bearer before the token, which is optional', (good) => `/test?token=Bearer%20${good}`, 'good'],
  ['accepts an encoded name, which is the same name', (good) => `/test?%74%6F%6B%65%6E=${good}`, 'good'],
  ['accepts encoded dots, which are the same dots', (good) => `/test?token=${good.replaceAll('.', '%2e')}`, 'good'],
];

describe('A token in the query', () => {
  beforeAll(async () => {
    const { project } = twin;
    const stackFile = project.read('Pulumi.dev.yaml');
    project.edit('Pulumi.dev.yaml', 'config:\n', 'config:\n  api:identitySource: $request.querystring.token\n');
    expect(await twin.reload()).toBe('changed');
    return async () => {
      project.write('Pulumi.dev.yaml', stackFile);
      expect(await twin.reload()).toBe('changed');
    };
  });

  it.each(TARGETS)('Token in the query: the gateway %s', async (_row, target, answer) => {
    expectAnswer(await get([], target(forge.token())), answer);
  });

  it('The gateway rejects a token in the header if the authorizer reads the query', async () => {
    expectAnswer(await get([`authorization: Bearer ${forge.token()}`]), 'missing');
  });

  it('A good token in the header does not help if the token in the query is bad', async () => {
    expectAnswer(await get([`authorization: Bearer ${forge.token()}`], '/test?token=x.y.z'), MALFORMED);
  });

  it('The gateway still accepts a good token after all hostile queries', async () => {
    expectAnswer(await get([], `/test?token=${forge.token()}`), 'good');
  });
});
