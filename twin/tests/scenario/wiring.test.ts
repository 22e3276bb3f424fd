import { afterEach, describe, expect, it } from 'vitest';
import type { ProjectCopy } from '../../../tests/support/project.ts';
import { askToken, call, serviceToken, startTestTwin, userLogin, type TestTwin } from '../support/twin.ts';

let twin: TestTwin | undefined;
afterEach(async () => {
  await twin?.end();
  twin = undefined;
});
const started = async (change: (project: ProjectCopy) => void, stack = 'dev'): Promise<TestTwin> => {
  twin = await startTestTwin({ stack, change });
  return twin;
};

describe('a program that is wired wrong is caught by the twin as AWS would catch it', () => {
  it('an issuer without its slash in api.ts: a good token is refused', async () => {
    const wrong = await started((project) => {
      project.edit(
        'api.ts',
        'jwtConfiguration: { issuer,',
        "jwtConfiguration: { issuer: 'https://your-tenant.eu.auth0.com',",
      );
    });
    expect(await call(wrong, await serviceToken(wrong))).toMatchObject({
      status: 401,
      text: '{"message":"Unauthorized"}',
    });
    expect(wrong.log.at(-1)).toContain("the authorizer's lacks the slash at the end");
  });

  it("another tenant's issuer: its keys cannot be fetched, and no network is tried", async () => {
    const wrong = await started((project) => {
      project.edit(
        'api.ts',
        'jwtConfiguration: { issuer,',
        "jwtConfiguration: { issuer: 'https://other.eu.auth0.com/',",
      );
    });
    const answer = await call(wrong, await serviceToken(wrong));
    expect(answer.status).toBe(401);
    expect(answer.challenge).toContain('OIDC discovery endpoint communication error');
  });

  it('no invoke permission: 500, although the token is good', async () => {
    const wrong = await started((project) => {
      project.edit('program/aws/function.ts', '}/*/*`', '}/elsewhere/*`');
    });
    expect(await call(wrong, await serviceToken(wrong))).toMatchObject({
      status: 500,
      text: '{"message":"Internal Server Error"}',
    });
    expect(wrong.log.at(-1)).toContain('lambda:InvokeFunction');
  });

  it('without the default directory: password fails in the words of Auth0, password-realm works', async () => {
    const without = await started((project) => {
      project.edit('Pulumi.dev.yaml', 'api:defaultDirectory: true', 'api:defaultDirectory: false');
    });
    expect(await askToken(without, userLogin(without))).toEqual({
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
    expect(await askToken(without, { ...userLogin(without), ...realm })).toMatchObject({ status: 200 });
  });

  it('a custom domain is the issuer of its tokens, and the authorizer follows', async () => {
    const custom = await started((project) => {
      project.edit('Pulumi.dev.yaml', 'api:production', 'api:issuerDomain: login.example.com\n  api:production');
    });
    expect(custom.outputs.issuer).toBe('https://login.example.com/');
    expect(await call(custom, await serviceToken(custom))).toMatchObject({ status: 200 });
  });

  it('the token may come in another header', async () => {
    const other = await started((project) => {
      project.edit(
        'Pulumi.dev.yaml',
        'api:production',
        'api:identitySource: $request.header.X-Token\n  api:production',
      );
    });
    const token = await serviceToken(other);
    expect(await call(other, token)).toMatchObject({ status: 401 });
    expect(await call(other, undefined, '/test', { headers: { 'x-token': token } })).toMatchObject({ status: 200 });
  });
});

describe('every stack', () => {
  it.each(['staging', 'prod'])('%s is served', async (stack) => {
    const one = await started(() => undefined, stack);
    expect(await call(one, await serviceToken(one))).toMatchObject({ status: 200 });
    expect(one.outputs).not.toHaveProperty('testUser');
  });
});
