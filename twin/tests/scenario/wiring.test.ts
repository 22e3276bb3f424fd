import { expect, it } from 'vitest';
import type { ProjectCopy } from '../../../tests/support/project.ts';
import { requestToken, call, serviceToken, startTestTwin, userLogin } from '../support/twin.ts';

const started = (change: (project: ProjectCopy) => void) => startTestTwin({ change });

// docs/fidelity.md F22
it('The gateway rejects a good token if api.ts has the issuer without its slash, and logs why without token or secret', async () => {
  const wrong = await started((project) => {
    project.edit('api.ts', '        issuer,\n', "        issuer: 'https://your-tenant.eu.auth0.com',\n");
  });
  const token = await serviceToken(wrong);
  expect((await requestToken(wrong, { ...userLogin(wrong), client_secret: 'x' })).status).toBe(401);
  expect(await call(wrong, token)).toMatchObject({ status: 401, text: '{"message":"Unauthorized"}' });
  expect(wrong.log.at(-1)).toContain("the authorizer's issuer lacks the final slash");
  const { clientSecrets, testUserPassword } = wrong.outputs;
  const secrets = [token.split('.')[2] ?? '', testUserPassword, ...Object.values(clientSecrets)];
  expect(secrets.filter((secret) => wrong.log.join().includes(secret))).toEqual([]);
});

it('The gateway rejects a token of another tenant’s issuer, whose keys it does not fetch over the network', async () => {
  const wrong = await started((project) => {
    project.edit('api.ts', '        issuer,\n', "        issuer: 'https://other.eu.auth0.com/',\n");
  });
  const answer = await call(wrong, await serviceToken(wrong));
  expect(answer.status).toBe(401);
  expect(answer.challenge).toContain('OIDC discovery endpoint communication error');
});

// docs/fidelity.md F46
it('The gateway answers 500 to a good token if the invoke permission is missing', async () => {
  const wrong = await started((project) => {
    project.edit('program/aws/function.ts', '}/*/*`', '}/elsewhere/*`');
  });
  expect(await call(wrong, await serviceToken(wrong))).toMatchObject({
    status: 500,
    text: '{"message":"Internal Server Error"}',
  });
  expect(wrong.log.at(-1)).toContain('lambda:InvokeFunction');
});

// docs/fidelity.md F118
it('Without the default directory, the password grant fails with Auth0’s error and password-realm works', async () => {
  const without = await started((project) => {
    project.edit('Pulumi.dev.yaml', 'api:defaultDirectory: true', 'api:defaultDirectory: false');
  });
  expect(await requestToken(without, userLogin(without))).toEqual({
    status: 500,
    body: {
      error: 'server_error',
      error_description: 'Authorization server not configured with default connection.',
    },
  });
  const realm = {
    grant_type: 'http://auth0.com/oauth/grant-type/password-realm',
    realm: without.outputs.testUser.connection,
  };
  expect(await requestToken(without, { ...userLogin(without), ...realm })).toMatchObject({ status: 200 });
});

// docs/fidelity.md F120
it('A custom domain is the issuer of the tokens, and the authorizer trusts it', async () => {
  const custom = await started((project) => {
    project.edit('Pulumi.dev.yaml', 'api:production', 'api:issuerDomain: login.example.com\n  api:production');
  });
  expect(custom.outputs.issuer).toBe('https://login.example.com/');
  expect(await call(custom, await serviceToken(custom))).toMatchObject({ status: 200 });
});

// docs/fidelity.md F17
it('The gateway reads the token from another header if the stack says so', async () => {
  const other = await started((project) => {
    project.edit('Pulumi.dev.yaml', 'api:production', 'api:identitySource: $request.header.X-Token\n  api:production');
  });
  const token = await serviceToken(other);
  expect(await call(other, token)).toMatchObject({ status: 401 });
  expect(await call(other, undefined, '/test', { headers: { 'x-token': token } })).toMatchObject({ status: 200 });
});
