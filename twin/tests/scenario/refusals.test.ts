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
  // docs/fidelity.md F2
  ['a request without a token', async () => undefined, 401, 'Bearer'],
  [
    // docs/fidelity.md F3
    'a string that is not a JWT',
    async () => 'nonsense',
    401,
    challenge('token contains an invalid number of segments'),
  ],
  [
    'a token of two segments',
    async () => (await serviceToken(twin)).split('.').slice(0, 2).join('.'),
    401,
    challenge('token contains an invalid number of segments'),
  ],
  [
    'a token of four segments',
    async () => `${await serviceToken(twin)}.x`,
    401,
    challenge('token contains an invalid number of segments'),
  ],
  [
    'a token whose header is not JSON',
    async () => `e30x.${(await serviceToken(twin)).split('.').slice(1).join('.')}`,
    401,
    challenge('the token is malformed'),
  ],
  [
    // docs/fidelity.md F6
    'a token signed by another key',
    async () => mint(twin, goodClaims(twin), { key: foreign }),
    401,
    challenge('crypto/rsa: verification error'),
  ],
  [
    'a token with a changed signature',
    async () => (await serviceToken(twin)).replace(/.{3}$/, 'AAA'),
    401,
    challenge('crypto/rsa: verification error'),
  ],
  ['a token whose claims were changed after signing', changedClaims, 401, challenge('crypto/rsa: verification error')],
  [
    // docs/fidelity.md F5
    'a token with an unknown key id',
    async () => mint(twin, goodClaims(twin), { header: { kid: 'x' } }),
    401,
    challenge('the token has an unknown key id'),
  ],
  [
    'a token with the algorithm none',
    async () => `${encode({ alg: 'none', typ: 'JWT' })}.${encode(goodClaims(twin))}.`,
    401,
    challenge('signing method none is invalid'),
  ],
  [
    // docs/fidelity.md F4
    'a token with the algorithm HS256',
    async () => mint(twin, goodClaims(twin), { header: { alg: 'HS256' }, key: Buffer.alloc(32) }),
    401,
    challenge('signing method HS256 is invalid'),
  ],
  [
    'a token of another issuer',
    claims({ iss: 'https://other.eu.auth0.com/' }),
    401,
    challenge('issuer does not match'),
  ],
  [
    // docs/fidelity.md F7
    'a token whose issuer lacks its slash',
    claims({ iss: 'https://your-tenant.eu.auth0.com' }),
    401,
    challenge('issuer does not match'),
  ],
  ['a token without an issuer', claims({ iss: undefined }), 401, challenge('issuer does not match')],
  [
    // docs/fidelity.md F8
    'a token for another audience',
    claims({ aud: 'https://other.example.com' }),
    401,
    challenge('the token does not have a valid audience'),
  ],
  [
    'a token without an audience',
    claims({ aud: undefined }),
    401,
    challenge('the token does not have a valid audience'),
  ],
  [
    // docs/fidelity.md F9
    'a token for another audience with the right client_id',
    async () => mint(twin, { ...goodClaims(twin), aud: 'x', client_id: twin.outputs.audience }),
    401,
    challenge('the token does not have a valid audience'),
  ],
  // docs/fidelity.md F10
  ['an expired token', claims({ iat: now() - 7200, exp: now() - 3600 }), 401, challenge('the token has expired')],
  ['a token without an expiry', claims({ exp: undefined }), 401, challenge('the token has expired')],
  ['a token whose expiry is a string', claims({ exp: '9999999999' }), 401, challenge('the token has expired')],
  ['a token that is not valid yet', claims({ nbf: now() + 600 }), 401, challenge('the token is not valid yet')],
  [
    'a token that was issued in the future',
    claims({ iat: now() + 600 }),
    401,
    challenge('the token was used before it was issued'),
  ],
  ['a token without a scope', claims({ scope: undefined }), 403, forbidden()],
  // docs/fidelity.md F11, F12
  ['a token with another scope', claims({ scope: 'write:user' }), 403, forbidden()],
  ['a token with the scope in upper case', claims({ scope: 'READ:USER' }), 403, forbidden()],
  ['a token with a longer scope that begins the same', claims({ scope: 'read:users' }), 403, forbidden()],
  [
    // docs/fidelity.md F14
    'a token with the scope only among its permissions',
    claims({ scope: '', permissions: ['read:user'] }),
    403,
    forbidden(),
  ],
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

describe('Requests that the gateway rejects', () => {
  it.each(TOKENS)('The gateway rejects %s', async (_name, token, status, wwwAuthenticate) => {
    const answer = await call(twin, await token());
    expect(answer).toMatchObject({ status, challenge: wwwAuthenticate });
    expect(answer.text).toBe(status === 401 ? '{"message":"Unauthorized"}' : '{"message":"Forbidden"}');
    expect(answer.headers.get('apigw-requestid')).toMatch(/^[\w-]{15}=$/);
  });

  it.each([
    ['a path without a route', 'GET', '/nothing', 404],
    // docs/fidelity.md F32
    ['a method that the route lacks: 404, never 405', 'POST', '/test', 404],
    // docs/fidelity.md F33
    ['the method HEAD, which is not derived from GET', 'HEAD', '/test', 404],
    ['a path with a trailing slash', 'GET', '/test/', 404],
    ['a path with a double slash', 'GET', '//test', 404],
    ['a path in upper case', 'GET', '/TEST', 404],
    ['a path with a dot segment', 'GET', '/x/../test', 400],
    ['a path with an encoded dot segment', 'GET', '/x/%2e%2e/test', 400],
    ['a path with invalid percent-encoding', 'GET', '/test%', 400],
    ['an absolute request target', 'GET', 'http://localhost/test', 400],
    ['an unknown method', 'GETT', '/test', 400],
  ])('The gateway rejects a request with a good token but %s', async (_name, method, target, status) => {
    const bytes = requestBytes(method, target, [`authorization: Bearer ${await serviceToken(twin)}`]);
    expect((await rawRequest(twin.apiUrl, bytes)).status).toBe(status);
  });

  it.each([
    ['a header without a colon', 'GET /test HTTP/1.1\r\nhost: localhost\r\nnonsense\r\n\r\n'],
    ['an invalid request line', 'nonsense\r\n\r\n'],
    ['no Host header', 'GET /test HTTP/1.1\r\n\r\n'],
    ['two content lengths', 'POST /test HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    [
      'both a content length and chunks',
      'POST /test HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
  ])('The gateway answers 400 to a request with %s, and serves the next one', async (_name, bytes) => {
    expect((await rawRequest(twin.apiUrl, bytes)).status).toBe(400);
    expect(await call(twin, await serviceToken(twin))).toMatchObject({ status: 200 });
  });
});

describe('Requests that the tenant rejects', () => {
  it.each([
    // docs/fidelity.md F102
    ['a token request with a wrong secret', { client_secret: 'x' }, 401, 'access_denied', 'Unauthorized'],
    ['a token request of an unknown client', { client_id: 'x' }, 401, 'access_denied', 'Unauthorized'],
    ['a token request without a client', { client_id: undefined }, 401, 'invalid_client', 'Missing client_id'],
    [
      'a token request without a grant type',
      { grant_type: undefined },
      400,
      'invalid_request',
      'Missing required parameter: grant_type',
    ],
    [
      // docs/fidelity.md F109
      'a token request for an unknown audience',
      { audience: 'https://x' },
      403,
      'access_denied',
      'Service not enabled within domain: https://x',
    ],
    [
      // docs/fidelity.md F116
      'a token request without an audience',
      { audience: undefined },
      403,
      'access_denied',
      'Non-global clients are not allowed access to APIv1',
    ],
    [
      'a token request with a parameter that is not a string',
      { scope: ['read:user'] },
      400,
      'invalid_request',
      'The parameter scope must be a text',
    ],
  ])('The tenant rejects %s', async (_name, parameters, status, error, description) => {
    const answer = await askToken(twin, { grant_type: 'client_credentials', ...parameters });
    expect(answer).toEqual({ status, body: { error, error_description: description } });
  });

  // docs/fidelity.md F117
  it('The tenant rejects a wrong password', async () => {
    const answer = await askToken(twin, { ...userLogin(twin), password: 'x' });
    expect(answer).toEqual({
      status: 403,
      body: { error: 'invalid_grant', error_description: 'Wrong email or password.' },
    });
  });

  it('The tenant rejects a request for another host name', async () => {
    const bytes = 'GET /.well-known/jwks.json HTTP/1.1\r\nhost: evil.example.com\r\nconnection: close\r\n\r\n';
    expect((await rawRequest(twin.tenantUrl, bytes)).status).toBe(421);
  });
});

describe('The request log', () => {
  it('The request log gives the reason of each rejection, and never a token or a secret', async () => {
    const token = await mint(twin, { ...goodClaims(twin), iss: 'https://your-tenant.eu.auth0.com' });
    await call(twin, token);
    const text = twin.log.join('\n');
    expect(text).toContain(
      "the token's issuer is https://your-tenant.eu.auth0.com, the authorizer requires https://your-tenant.eu.auth0.com/: the token's lacks the slash at the end",
    );
    expect(text).not.toContain(token.split('.')[2]);
    for (const secret of [twin.outputs.testUserPassword, ...Object.values(twin.outputs.clientSecrets)]) {
      expect(text).not.toContain(secret);
    }
  });
});
