import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AuthenticationClient } from 'auth0';
import { importPKCS8 } from 'jose';
import * as openid from 'openid-client';
import { expect, it } from 'vitest';
import { newClientKey } from '../../../tests/support/client-keys.ts';
import { welcome } from '../../src/cli/screen.ts';
import { reportOf } from '../../src/report/report.ts';
import { twinHere } from '../support/cli.ts';
import { postToPage } from '../support/page.ts';
import { call, startTestTwin } from '../support/twin.ts';

const [first, second] = [newClientKey(), newClientKey()];
const pkcs8 = (key: ReturnType<typeof newClientKey>): string =>
  key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

const importer = {
  name: 'importer',
  party: 'first',
  grants: ['client_credentials'],
  permissions: ['read:user'],
  auth: 'private_key_jwt',
  publicKeys: [{ pem: first.pem }, { pem: second.pem, algorithm: 'PS256' }],
};
const twin = await startTestTwin({
  page: true,
  change: (project) => {
    project.edit('Pulumi.dev.yaml', '  api:testUser', `    - ${JSON.stringify(importer)}\n  api:testUser`);
  },
});
const keyFile = join(twin.project.path, 'key.pem');
writeFileSync(keyFile, pkcs8(second));

const clientId = (): string => twin.outputs.clientIds['importer'] ?? '';
const toTwin = (url: string | URL | Request, init?: RequestInit): Promise<Response> =>
  fetch(new URL(new URL(url instanceof Request ? url.url : url).pathname, twin.tenantUrl), init);
const statusOf = async (token: string): Promise<number> => (await call(twin, token)).status;

it('openid-client gets a token with each of two keys, and the API accepts it', async () => {
  for (const [key, alg] of [
    [first, 'RS256'],
    [second, 'PS256'],
  ] as const) {
    const proof = openid.PrivateKeyJwt(await importPKCS8(pkcs8(key), alg));
    const config = await openid.discovery(new URL(twin.outputs.issuer), clientId(), undefined, proof, {
      [openid.customFetch]: (url, options) => toTwin(url, options as RequestInit),
      execute: [openid.allowInsecureRequests],
    });
    const { access_token } = await openid.clientCredentialsGrant(config, { audience: twin.outputs.audience });
    expect(await statusOf(access_token)).toBe(200);
  }
});

// docs/fidelity.md F108
it('The auth0 SDK gets a token with its key, and is rejected with another', async () => {
  const sdk = (key: ReturnType<typeof newClientKey>): AuthenticationClient =>
    new AuthenticationClient({
      domain: new URL(twin.outputs.issuer).host,
      clientId: clientId(),
      clientAssertionSigningKey: pkcs8(key),
      fetch: toTwin,
    });
  const { data } = await sdk(first).oauth.clientCredentialsGrant({ audience: twin.outputs.audience });
  expect(await statusOf(data.access_token)).toBe(200);
  // It signs with RS256, and the second key is for PS256.
  const refused = sdk(second).oauth.clientCredentialsGrant({ audience: twin.outputs.audience });
  await expect(refused).rejects.toMatchObject({ statusCode: 401, error: 'invalid_client' });
});

it('npm run token signs with the key of a file, and asks for --key if it has none', async () => {
  const token = (...args: string[]): ReturnType<typeof twinHere> => twinHere(twin.project, 'token', ...args);
  const signed = await token('--as', 'importer', '--key', keyFile);
  expect(await statusOf(signed.text.trim())).toBe(200);
  expect((await token('--as', 'importer')).text).toContain('importer signs with its private key; name its file');
  expect((await token('--as', 'test-app', '--key', keyFile)).text).toContain('leave --key out');
  expect((await token('--as', 'importer', '--key', 'absent.pem')).text).toContain(
    '--key absent.pem cannot be used: the file does not exist.',
  );
});

it('npm run verify plays the client with its key, and skips it by name without', async () => {
  const verify = (...args: string[]): ReturnType<typeof twinHere> => twinHere(twin.project, 'verify', ...args);
  const played = await verify('--strict', '--key', `importer=${keyFile}`);
  expect([played.code, played.text]).toEqual([0, expect.stringContaining('5 of 5 cells tried: all agree.')]);
  const skipped = await verify();
  expect(skipped.code).toBe(0);
  expect(skipped.text).toContain('importer signs with its private key; name its file with --key');
  expect((await verify('--key', 'imprter=key.pem')).text).toContain('no client imprter; did you mean importer?');
});

it('The start screen, the page and the report say that the client signs', async () => {
  const screen = welcome(twin.model(), twin);
  expect(screen).toContain(
    "importer signs its token requests with its private key: twin token --as 'importer' --key <file>",
  );
  const question = {
    caller: '`importer` (client_credentials)',
    ask: `client_credentials · ${twin.outputs.audience}`,
  };
  const answer = await postToPage(twin, 'secrets', question);
  expect(answer).toMatchObject({
    status: 400,
    body: { error: expect.stringContaining('importer signs') as unknown },
  });
  expect(reportOf(twin.model()).facts.clientKeys.map(({ of }) => of)).toEqual(['importer', 'importer']);
});
