import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawRequest, requestBytes } from '../support/raw-http.ts';
import {
  askToken,
  call,
  goodClaims,
  mint,
  serviceToken,
  startTestTwin,
  userLogin,
  type TestTwin,
} from '../support/twin.ts';

let twin: TestTwin;
beforeAll(async () => {
  twin = await startTestTwin();
});
afterAll(() => twin.end());

const now = (): number => Math.floor(Date.now() / 1000);
const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

const claims = (change: Record<string, unknown>) => async () => mint(twin, { ...goodClaims(twin), ...change });
const challenge = (description: string): string =>
  `Bearer scope="read:user" error="invalid_token" error_description="${description}"`;

type TokenRow = readonly [name: string, token: () => Promise<string | undefined>, status: number, challenge: string];

const TOKENS: readonly TokenRow[] = [
  ['no token', async () => undefined, 401, 'Bearer'],
  ['a word that is no JWT', async () => 'nonsense', 401, challenge('token contains an invalid number of segments')],
  [
    'two segments',
    async () => (await serviceToken(twin)).split('.').slice(0, 2).join('.'),
    401,
    challenge('token contains an invalid number of segments'),
  ],
  [
    'four segments',
    async () => `${await serviceToken(twin)}.x`,
    401,
    challenge('token contains an invalid number of segments'),
  ],
  [
    'a header that is no JSON',
    async () => `e30x.${(await serviceToken(twin)).split('.').slice(1).join('.')}`,
    401,
    challenge('the token is malformed'),
  ],
  [
    'a foreign signature',
    async () => mint(twin, goodClaims(twin), { key: foreign }),
    401,
    challenge('crypto/rsa: verification error'),
  ],
  [
    'a signature with a letter changed',
    async () => (await serviceToken(twin)).replace(/.{3}$/, 'AAA'),
    401,
    challenge('crypto/rsa: verification error'),
  ],
  ['claims changed after signing', changedClaims, 401, challenge('crypto/rsa: verification error')],
  [
    'an unknown key id',
    async () => mint(twin, goodClaims(twin), { header: { kid: 'x' } }),
    401,
    challenge('the token has an unknown key id'),
  ],
  [
    'the algorithm none',
    async () => `${encode({ alg: 'none', typ: 'JWT' })}.${encode(goodClaims(twin))}.`,
    401,
    challenge('signing method none is invalid'),
  ],
  [
    'the algorithm HS256',
    async () => mint(twin, goodClaims(twin), { header: { alg: 'HS256' }, key: Buffer.alloc(32) }),
    401,
    challenge('signing method HS256 is invalid'),
  ],
  ['another issuer', claims({ iss: 'https://other.eu.auth0.com/' }), 401, challenge('issuer does not match')],
  [
    'the issuer without its slash',
    claims({ iss: 'https://your-tenant.eu.auth0.com' }),
    401,
    challenge('issuer does not match'),
  ],
  ['no issuer', claims({ iss: undefined }), 401, challenge('issuer does not match')],
  [
    'another audience',
    claims({ aud: 'https://other.example.com' }),
    401,
    challenge('the token does not have a valid audience'),
  ],
  ['no audience', claims({ aud: undefined }), 401, challenge('the token does not have a valid audience')],
  [
    'another audience, and the right client_id',
    async () => mint(twin, { ...goodClaims(twin), aud: 'x', client_id: twin.outputs.audience }),
    401,
    challenge('the token does not have a valid audience'),
  ],
  ['an expired token', claims({ iat: now() - 7200, exp: now() - 3600 }), 401, challenge('the token has expired')],
  ['no expiry', claims({ exp: undefined }), 401, challenge('the token has expired')],
  ['an expiry that is a text', claims({ exp: '9999999999' }), 401, challenge('the token has expired')],
  ['a token that is not valid yet', claims({ nbf: now() + 600 }), 401, challenge('the token is not valid yet')],
  ['a token from the future', claims({ iat: now() + 600 }), 401, challenge('the token was used before it was issued')],
  ['no scope', claims({ scope: undefined }), 403, forbidden()],
  ['another scope', claims({ scope: 'write:user' }), 403, forbidden()],
  ['the scope in capitals', claims({ scope: 'READ:USER' }), 403, forbidden()],
  ['a scope that only begins so', claims({ scope: 'read:users' }), 403, forbidden()],
  ['the scope among the permissions only', claims({ scope: '', permissions: ['read:user'] }), 403, forbidden()],
];

function forbidden(): string {
  return 'Bearer scope="read:user" error="insufficient_scope" error_description="expected scopes: [read:user]"';
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

async function changedClaims(): Promise<string> {
  const [header = '', , signature = ''] = (await mint(twin, { ...goodClaims(twin), scope: 'nothing' })).split('.');
  return `${header}.${encode(goodClaims(twin))}.${signature}`;
}

describe('the gateway refuses', () => {
  it.each(TOKENS)('%s', async (_name, token, status, wwwAuthenticate) => {
    const answer = await call(twin, await token());
    expect(answer).toMatchObject({ status, challenge: wwwAuthenticate });
    expect(answer.text).toBe(status === 401 ? '{"message":"Unauthorized"}' : '{"message":"Forbidden"}');
    expect(answer.headers.get('apigw-requestid')).toMatch(/^[\w-]{15}=$/);
  });

  it.each([
    ['a path that no route has', 'GET', '/nothing', 404],
    ['a method that the route has not: never a 405', 'POST', '/test', 404],
    ['HEAD, which is not derived from GET', 'HEAD', '/test', 404],
    ['a slash at the end', 'GET', '/test/', 404],
    ['a doubled slash', 'GET', '//test', 404],
    ['the path in capitals', 'GET', '/TEST', 404],
    ['a dot segment', 'GET', '/x/../test', 400],
    ['an encoded dot segment', 'GET', '/x/%2e%2e/test', 400],
    ['broken percent-encoding', 'GET', '/test%', 400],
    ['an absolute target', 'GET', 'http://localhost/test', 400],
    ['a method that HTTP has not', 'GETT', '/test', 400],
  ])('%s', async (_name, method, target, status) => {
    const bytes = requestBytes(method, target, [`authorization: Bearer ${await serviceToken(twin)}`]);
    expect((await rawRequest(twin.apiUrl, bytes)).status).toBe(status);
  });

  it.each([
    ['a header without a colon', 'GET /test HTTP/1.1\r\nhost: localhost\r\nnonsense\r\n\r\n'],
    ['a line that is no request', 'nonsense\r\n\r\n'],
    ['no Host', 'GET /test HTTP/1.1\r\n\r\n'],
    ['two lengths', 'POST /test HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    [
      'a length and chunks at once',
      'POST /test HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
  ])('%s with a 400, and goes on', async (_name, bytes) => {
    expect((await rawRequest(twin.apiUrl, bytes)).status).toBe(400);
    expect(await call(twin, await serviceToken(twin))).toMatchObject({ status: 200 });
  });
});

describe('the tenant refuses', () => {
  it.each([
    ['a wrong secret', { client_secret: 'x' }, 401, 'access_denied', 'Unauthorized'],
    ['an unknown client', { client_id: 'x' }, 401, 'access_denied', 'Unauthorized'],
    ['no client', { client_id: undefined }, 401, 'invalid_client', 'Missing client_id'],
    ['no grant type', { grant_type: undefined }, 400, 'invalid_request', 'Missing required parameter: grant_type'],
    [
      'an unknown audience',
      { audience: 'https://x' },
      403,
      'access_denied',
      'Service not enabled within domain: https://x',
    ],
    [
      'no audience',
      { audience: undefined },
      403,
      'access_denied',
      'Non-global clients are not allowed access to APIv1',
    ],
    [
      'a parameter that is no text',
      { scope: ['read:user'] },
      400,
      'invalid_request',
      'The parameter scope must be a text',
    ],
  ])('%s', async (_name, parameters, status, error, description) => {
    const answer = await askToken(twin, { grant_type: 'client_credentials', ...parameters });
    expect(answer).toEqual({ status, body: { error, error_description: description } });
  });

  it('a wrong password', async () => {
    const answer = await askToken(twin, { ...userLogin(twin), password: 'x' });
    expect(answer).toEqual({
      status: 403,
      body: { error: 'invalid_grant', error_description: 'Wrong email or password.' },
    });
  });

  it('a request to another host name that leads here', async () => {
    const bytes = 'GET /.well-known/jwks.json HTTP/1.1\r\nhost: evil.example.com\r\nconnection: close\r\n\r\n';
    expect((await rawRequest(twin.tenantUrl, bytes)).status).toBe(421);
  });
});

describe('the request log', () => {
  it('gives the reason of each refusal in plain words, and never a token or a secret', async () => {
    const token = await mint(twin, { ...goodClaims(twin), iss: 'https://your-tenant.eu.auth0.com' });
    await call(twin, token);
    const text = twin.log.join('\n');
    expect(text).toContain(
      "the token's issuer is https://your-tenant.eu.auth0.com, the authorizer wants https://your-tenant.eu.auth0.com/: the token's lacks the slash at the end",
    );
    expect(text).not.toContain(token.split('.')[2]);
    for (const secret of [twin.outputs.testUserPassword, ...Object.values(twin.outputs.clientSecrets)]) {
      expect(text).not.toContain(secret);
    }
  });
});
