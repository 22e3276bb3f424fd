import { APIGatewayProxyEventV2Schema } from '@aws-lambda-powertools/parser/schemas/api-gatewayv2';
import { spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { startHere } from '../../support/cli.ts';
import type { ClientsInput } from './all.ts';
import { startEchoTwin } from '../../support/echo.ts';
import { copyProject } from '../../../../tests/support/project.ts';
import {
  requestToken,
  call,
  serviceToken,
  startTestTwin,
  userLogin,
  withKeys,
  type TestTwin,
} from '../../support/twin.ts';

const [twin, secure] = await Promise.all([startTestTwin(), startTestTwin({ tls: true })]);

// docs/fidelity.md F122
it('openid-client, the auth0 SDK and aws-jwt-verify get and verify tokens from the twin, over HTTP and HTTPS', async () => {
  const child = spawn(process.execPath, [fileURLToPath(new URL('main.ts', import.meta.url))], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: join(secure.project.path, '.twin/dev/ca.pem') },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const inputs = [twin, secure].map(({ tenantUrl, outputs }): ClientsInput => ({
    tenantUrl,
    issuer: outputs.issuer,
    audience: outputs.audience,
    clientId: outputs.clientIds['test-app'] ?? '',
    clientSecret: outputs.clientSecrets['test-app'] ?? '',
    username: outputs.testUser.email,
    password: outputs.testUserPassword,
    realm: outputs.testUser.connection,
  }));
  child.stdin.end(JSON.stringify(inputs));
  const expected = {
    openidIssuer: 'https://your-tenant.eu.auth0.com/',
    openidMachineScope: 'read:user',
    openidUserScope: 'openid profile email read:user',
    openidRefused: '403 access_denied',
    userinfo: 'test-user@example.com',
    auth0MachineType: 'Bearer',
    auth0UserType: 'Bearer',
    auth0Refused: 'Wrong email or password.',
    verifiedSubjects: ['@clients', 'auth0', '@clients', 'auth0'],
  };
  expect(JSON.parse(await text(child.stdout))).toEqual([expected, expected]);
});

describe('The event schema of Powertools', () => {
  let echo: TestTwin;
  beforeAll(async () => {
    echo = await startEchoTwin();
  });

  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'])(
    'The event schema of Powertools accepts the event of a %s request',
    async (method) => {
      const token = await serviceToken(echo);
      const headers = { 'user-agent': 'curl/8', cookie: 'a=1' };
      const body = ['POST', 'PUT', 'PATCH'].includes(method) ? { body: 'a=1' } : {};
      for (const path of ['/open/x?a=1&a=2', '/echo/x']) {
        const answer = await call(echo, token, path, { method, headers, ...body });
        expect(answer.status).toBe(200);
        if (method === 'HEAD') continue;
        const { event } = JSON.parse(answer.text) as { event: unknown };
        expect(APIGatewayProxyEventV2Schema.safeParse(event).error).toBeUndefined();
      }
    },
  );
});

describe('The tenant’s metadata and user tokens', () => {
  // docs/fidelity.md F121
  it('The JWKS has the current and the next key, each with its certificate and a cache time', async () => {
    const response = await fetch(`${twin.tenantUrl}/.well-known/jwks.json`);
    expect(response.headers.get('cache-control')).toBe(
      'public, max-age=15, stale-while-revalidate=15, stale-if-error=86400',
    );
    const { keys } = (await response.json()) as { keys: { kid: string; x5t: string; x5c: string[]; n: string }[] };
    expect(keys).toHaveLength(2);
    for (const key of keys) {
      expect(Object.keys(key)).toEqual(['kty', 'use', 'n', 'e', 'kid', 'x5t', 'x5c', 'alg']);
      expect(key).toMatchObject({ kty: 'RSA', use: 'sig', alg: 'RS256' });
      const certificate = new X509Certificate(Buffer.from(key.x5c[0] ?? '', 'base64'));
      expect(certificate.subject).toBe('CN=your-tenant.eu.auth0.com');
      expect(certificate.publicKey.export({ format: 'jwk' }).n).toBe(key.n);
    }
  });

  it.each([
    ['localhost', 'http://localhost'],
    ['127.0.0.1', 'http://127.0.0.1'],
  ])(
    'The discovery document has endpoints under %s if it is requested there, and the real issuer',
    async (host, base) => {
      const port = new URL(twin.tenantUrl).port;
      const document = (await (
        await fetch(`http://${host}:${port}/.well-known/openid-configuration`)
      ).json()) as Record<string, string>;
      expect(document).toMatchObject({
        issuer: 'https://your-tenant.eu.auth0.com/',
        token_endpoint: `${base}:${port}/oauth/token`,
        jwks_uri: `${base}:${port}/.well-known/jwks.json`,
      });
    },
  );

  it('A user gets an opaque token without an audience, and the API rejects it', async () => {
    const { body } = await requestToken(twin, { ...userLogin(twin), scope: 'openid', audience: undefined });
    const answer = await call(twin, String(body['access_token']));
    expect(answer).toMatchObject({ status: 401, text: '{"message":"Unauthorized"}' });
    expect(answer.challenge).toContain('error_description="token contains an invalid number of segments"');
  });

  it('The API accepts an access token for it and /userinfo, and rejects the id token', async () => {
    const { body } = await requestToken(twin, { ...userLogin(twin), scope: 'openid read:user' });
    expect((await call(twin, String(body['access_token']))).status).toBe(200);
    expect((await call(twin, String(body['id_token']))).status).toBe(401);
  });

  it('--rotate signs with the next key, and the previous key stays published', async () => {
    const project = withKeys(copyProject());
    const first = await startHere(project);
    const kidsOf = async (): Promise<string[]> => {
      const { tokenUrl } = JSON.parse(project.read('.twin/dev/outputs.json')) as { tokenUrl: string };
      const { keys } = (await (await fetch(new URL('/.well-known/jwks.json', tokenUrl))).json()) as {
        keys: { kid: string }[];
      };
      return keys.map(({ kid }) => kid);
    };
    const [current, next] = await kidsOf();
    await first.close();
    const second = await startHere(project, '--rotate');
    const after = await kidsOf();
    expect(after[0]).toBe(next);
    expect(after).toContain(current);
    expect(after).toHaveLength(3);
    await second.close();
    project.remove();
  });
});

// docs/fidelity.md F119
it('The article’s token requests get the responses that the article describes', async () => {
  const { outputs } = twin;
  const jwks = createRemoteJWKSet(new URL(`${outputs.issuer}.well-known/jwks.json`), {
    [customFetch]: (url, init) => fetch(new URL(new URL(url).pathname, twin.tenantUrl), init),
  });
  const verify = async (token: unknown) =>
    (await jwtVerify(String(token), jwks, { issuer: outputs.issuer, audience: outputs.audience })).payload;

  const machine = await requestToken(twin, { grant_type: 'client_credentials' });
  expect(Object.keys(machine.body)).toEqual(['access_token', 'scope', 'expires_in', 'token_type']);
  expect(await verify(machine.body['access_token'])).toMatchObject({
    sub: `${outputs.clientIds['test-app']}@clients`,
    scope: 'read:user',
    gty: 'client-credentials',
    azp: outputs.clientIds['test-app'],
  });

  const scope = 'delete:user read:user write:user read:appointments';
  const user = await requestToken(twin, { ...userLogin(twin), scope });
  expect(await verify(user.body['access_token'])).toMatchObject({ scope: 'read:user', gty: 'password' });
  expect(await call(twin, String(user.body['access_token']))).toMatchObject({ status: 200 });
});
