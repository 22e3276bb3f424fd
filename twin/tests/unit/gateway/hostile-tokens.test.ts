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
  ['claims', CLAIMS],
];

describe.each(TABLES)('The gateway, judging a token by its %s,', (_name, rows) => {
  it.each(rows)('%s', async (_row, token, answer) => {
    expectAnswer(await get([`authorization: Bearer ${token(forge)}`]), answer);
  });

  it('still lets a good token through', async () => {
    expectAnswer(await get([`authorization: Bearer ${forge.token()}`]), 'good');
  });
});

/** Header lines, with `good` for a good token. */
const LINES: readonly (readonly [string, (good: string) => readonly string[], TokenAnswer])[] = [
  ['refuses no token', () => [], 'missing'],
  ['refuses an empty header', () => ['authorization:'], 'missing'],
  ['refuses a header of spaces', () => ['authorization:   '], 'missing'],
  ['refuses two empty headers', () => ['authorization:', 'authorization:'], 'missing'],
  ['refuses the word Bearer alone', () => ['authorization: Bearer'], SEGMENTS],
  ['refuses Bearer with spaces after it', () => ['authorization: Bearer   '], SEGMENTS],
  ['refuses bearer in small letters: unsettled', (good) => [`authorization: bearer ${good}`], MALFORMED],
  ['refuses BEARER in capitals: unsettled', (good) => [`authorization: BEARER ${good}`], MALFORMED],
  ['refuses two spaces after Bearer: unsettled', (good) => [`authorization: Bearer  ${good}`], MALFORMED],
  ['refuses a tab after Bearer: unsettled', (good) => [`authorization: Bearer\t${good}`], MALFORMED],
  ['refuses no space after Bearer', (good) => [`authorization: Bearer${good}`], MALFORMED],
  ['refuses a colon after Bearer', (good) => [`authorization: Bearer: ${good}`], MALFORMED],
  ['refuses a no-break space after Bearer', (good) => [`authorization: Bearer\xa0${good}`], MALFORMED],
  ['refuses a token under Basic', (good) => [`authorization: Basic ${good}`], MALFORMED],
  ['refuses a name and a password', () => ['authorization: Basic dXNlcjpwYXNz'], SEGMENTS],
  ['refuses a token under JWT', (good) => [`authorization: JWT ${good}`], MALFORMED],
  ['refuses a token under DPoP', (good) => [`authorization: DPoP ${good}`], MALFORMED],
  ['refuses a parameter before the token', (good) => [`authorization: Bearer token=${good}`], MALFORMED],
  ['refuses a word after the token', (good) => [`authorization: Bearer ${good} x`], MALFORMED],
  ['refuses the same token in two headers', (good) => twice(good, good), SEGMENTS],
  ['refuses a good token before another', (good) => twice(good, 'x.y.z'), SEGMENTS],
  ['refuses a good token after another', (good) => twice('x.y.z', good), SEGMENTS],
  ['refuses a good token after an empty header', (good) => ['authorization:', `authorization: ${good}`], SEGMENTS],
  ['refuses two headers of two cases', (good) => [`authorization: ${good}`, `AUTHORIZATION: ${good}`], SEGMENTS],
  ['refuses a token in X-Authorization', (good) => [`x-authorization: Bearer ${good}`], 'missing'],
  ['refuses a token in Proxy-Authorization', (good) => [`proxy-authorization: Bearer ${good}`], 'missing'],
  ['refuses a token in Authorizer', (good) => [`authorizer: Bearer ${good}`], 'missing'],
  ['refuses a token in a cookie', (good) => [`cookie: authorization=${good}`], 'missing'],
  ['refuses a token under a name with an underscore', (good) => [`authorization_: Bearer ${good}`], 'missing'],
  [
    'refuses Authorization named by Connection: unsettled',
    (good) => [`connection: authorization`, `authorization: ${good}x`],
    MALFORMED,
  ],
  ['takes a token without Bearer, which is optional', (good) => [`authorization: ${good}`], 'good'],
  [
    'takes a token with spaces around the value, which are not of it',
    (good) => [`authorization:  \t Bearer ${good} \t `],
    'good',
  ],
  ['takes a header name in capitals, which is the same one', (good) => [`AUTHORIZATION: Bearer ${good}`], 'good'],
];

function twice(one: string, other: string): readonly string[] {
  return [`authorization: Bearer ${one}`, `authorization: Bearer ${other}`];
}

describe('The gateway, looking for a token in the headers,', () => {
  it.each(LINES)('%s', async (_row, lines, answer) => {
    expectAnswer(await get(lines(forge.token())), answer);
  });

  it.each([
    ['path', (good: string) => `/test/${good}`, 404],
    ['path after a semicolon', (good: string) => `/test;${good}`, 404],
    ['query', (good: string) => `/test?authorization=Bearer%20${good}`, 401],
    ['query as RFC 6750 has it', (good: string) => `/test?access_token=${good}`, 401],
  ] as const)('refuses a token in the %s', async (_place, target, status) => {
    expect((await get([], target(forge.token()))).status).toBe(status);
  });

  it('refuses a token in the body', async () => {
    const body = `access_token=${forge.token()}`;
    const lines = [`content-length: ${body.length}`, 'content-type: application/x-www-form-urlencoded'];
    expectAnswer(await rawRequest(twin.apiUrl, requestBytes('GET', '/test', lines, body)), 'missing');
  });

  it('refuses a token in a trailer', async () => {
    const body = `0\r\nauthorization: Bearer ${forge.token()}\r\n\r\n`;
    const lines = ['transfer-encoding: chunked', 'trailer: authorization'];
    expectAnswer(await rawRequest(twin.apiUrl, requestBytes('GET', '/test', lines, body)), 'missing');
  });

  it('still lets a good token through', async () => {
    expectAnswer(await get([`authorization: Bearer ${forge.token()}`]), 'good');
  });
});

/** Targets, with `good` for a good token. */
const TARGETS: readonly (readonly [string, (good: string) => string, TokenAnswer])[] = [
  ['refuses no query', () => '/test', 'missing'],
  ['refuses an empty query', () => '/test?', 'missing'],
  ['refuses the name alone', () => '/test?token', 'missing'],
  ['refuses an empty value', () => '/test?token=', 'missing'],
  ['refuses the same token twice', (good) => `/test?token=${good}&token=${good}`, SEGMENTS],
  ['refuses a good token before another', (good) => `/test?token=${good}&token=x.y.z`, SEGMENTS],
  ['refuses a good token after another', (good) => `/test?token=x.y.z&token=${good}`, SEGMENTS],
  ['refuses a good token after an empty one', (good) => `/test?token=&token=${good}`, SEGMENTS],
  ['refuses a second one under an encoded name', (good) => `/test?token=${good}&%74oken=x`, SEGMENTS],
  ['refuses a name of another case', (good) => `/test?Token=${good}`, 'missing'],
  ['refuses a name with brackets', (good) => `/test?token[]=${good}`, 'missing'],
  ['refuses a name with a space after it', (good) => `/test?token%20=${good}`, 'missing'],
  ['refuses a name with a NUL after it', (good) => `/test?token%00=${good}`, 'missing'],
  ['refuses a semicolon for an ampersand', (good) => `/test?a=b;token=${good}`, 'missing'],
  ['refuses an encoded ampersand', (good) => `/test?a=b%26token=${good}`, 'missing'],
  ['refuses an encoded equals sign', (good) => `/test?token%3D${good}`, 'missing'],
  ['refuses a token encoded twice', (good) => `/test?token=${good.replaceAll('.', '%252E')}`, SEGMENTS],
  ['refuses a plus sign, which is a space', (good) => `/test?token=+${good}`, MALFORMED],
  [
    'refuses an encoded line end in the token',
    (good) => `/test?token=${good.slice(0, 9)}%0D%0A${good.slice(9)}`,
    MALFORMED,
  ],
  ['refuses an encoded line end after the token', (good) => `/test?token=${good}%0A`, MALFORMED],
  ['refuses an encoded NUL after the token', (good) => `/test?token=${good}%00`, MALFORMED],
  ['refuses encoded padding after the token', (good) => `/test?token=${good}%3D%3D`, MALFORMED],
  ['refuses broken percent-encoding after the token', (good) => `/test?token=${good}%`, MALFORMED],
  ['refuses encoded bytes that are no UTF-8', (good) => `/test?token=%ff${good}`, MALFORMED],
  ['refuses an encoded zero-width space', (good) => `/test?token=%E2%80%8B${good}`, MALFORMED],
  ['refuses a second question mark', (good) => `/test?a?token=${good}`, 'missing'],
  ['refuses a second equals sign', (good) => `/test?token==${good}`, MALFORMED],
  ['refuses a token after an encoded question mark', (good) => `/test?%3Ftoken=${good}`, 'missing'],
  ['takes the token as it is', (good) => `/test?token=${good}`, 'good'],
  ['takes the token after other parameters', (good) => `/test?a=b&a=c&token=${good}&&`, 'good'],
  ['takes Bearer before the token, which is optional', (good) => `/test?token=Bearer%20${good}`, 'good'],
  ['takes an encoded name, which is the same one', (good) => `/test?%74%6F%6B%65%6E=${good}`, 'good'],
  ['takes encoded dots, which are the same ones', (good) => `/test?token=${good.replaceAll('.', '%2e')}`, 'good'],
];

describe('The gateway, looking for a token in the query,', () => {
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

  it.each(TARGETS)('%s', async (_row, target, answer) => {
    expectAnswer(await get([], target(forge.token())), answer);
  });

  it('refuses a token in the header', async () => {
    expectAnswer(await get([`authorization: Bearer ${forge.token()}`]), 'missing');
  });

  it('lets no good token in the header stand for a bad one in the query', async () => {
    expectAnswer(await get([`authorization: Bearer ${forge.token()}`], '/test?token=x.y.z'), MALFORMED);
  });

  it('still lets a good token through', async () => {
    expectAnswer(await get([], `/test?token=${forge.token()}`), 'good');
  });
});
