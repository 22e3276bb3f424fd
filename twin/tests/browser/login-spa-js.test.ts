import type { Page } from 'playwright-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../../tests/support/free-port.ts';
import { startForFile } from '../support/browser-suite.ts';
import { logInByRedirect, spaClient, withClients } from '../support/login-twin.ts';
import { claimsOf } from '../support/page-steps.ts';
import { sdkPage, serveSdkPage, type SdkPage } from '../support/sdk-page.ts';
import { call, type TestTwin } from '../support/twin.ts';

const port = await freePort();
const ORIGIN = `http://localhost:${port}`;

let twin: TestTwin;
let page: Page;
const chromium = startForFile((started) => ({ twin, page } = started), {
  atPage: false,
  change: withClients(spaClient(port)),
});

beforeAll(() => serveSdkPage(port));
// No session, and no token of the test before.
beforeEach(async () => {
  if (chromium === undefined) return;
  await page.goto(ORIGIN);
  await page.context().clearCookies();
  await page.evaluate('localStorage.clear(); sessionStorage.clear()');
});

/** The SDK on a page of the client's origin. */
async function openApp(options: Readonly<Record<string, unknown>> = {}): Promise<SdkPage> {
  const { outputs, tenantUrl } = twin;
  const settings = {
    domain: tenantUrl,
    issuer: outputs.issuer,
    clientId: outputs.clientIds['web'],
    authorizationParams: {
      redirect_uri: ORIGIN,
      audience: outputs.audience,
      scope: 'openid profile email read:user write:user',
    },
    ...options,
  };
  const app = sdkPage(page, settings);
  await app.start();
  return app;
}

const logIn = (app: SdkPage): Promise<void> => logInByRedirect(page, ORIGIN, app);

const TOKEN = "auth0.getTokenSilently({ cacheMode: 'off' })";
const REFRESH_TOKEN =
  'Object.entries(localStorage).map(([, text]) => JSON.parse(text).body?.refresh_token).find((token) => token)';
const WITH_REFRESH = { useRefreshTokens: true, cacheLocation: 'localstorage' };

describe.skipIf(chromium === undefined)('auth0-spa-js', () => {
  it('auth0-spa-js logs a user in by redirect and gets a token, for what was requested and is permitted, that the API accepts', async () => {
    const app = await openApp();
    await logIn(app);
    expect(await app.run('auth0.getUser()')).toMatchObject({ email: 'test-user@example.com' });
    const token = await app.run<string>('auth0.getTokenSilently()');
    expect(claimsOf(token)['scope']).toBe('openid profile email read:user');
    expect(await call(twin, token)).toMatchObject({ status: 200, text: '"JWT test backend lambda"' });
  });

  it('auth0-spa-js logs a user in by a popup, with the password typed', async () => {
    const { run } = await openApp();
    const popups = page.context().waitForEvent('page');
    const login = run('auth0.loginWithPopup()');
    const popup = await popups;
    await popup.getByLabel('Email address').fill(twin.outputs.testUser.email);
    await popup.getByRole('textbox', { name: 'Password' }).fill(twin.outputs.testUserPassword);
    await popup.getByRole('button', { name: 'Continue' }).click();
    expect(await login).toBeUndefined();
    expect(await run('auth0.getUser()')).toMatchObject({ email: 'test-user@example.com' });
    expect(popup.isClosed()).toBe(true);
    expect(page.url()).toBe(`${ORIGIN}/`);
  });

  it('auth0-spa-js renews a token by an iframe while the session lasts, and gets login_required before and after', async () => {
    const app = await openApp();
    expect(await app.run(TOKEN)).toBe('login_required');
    await logIn(app);
    const first = await app.run<string>('auth0.getTokenSilently()');
    const exchanges = (): number => twin.log.filter((line) => line.includes('POST /oauth/token')).length;
    const before = exchanges();
    const second = await app.run<string>(TOKEN);
    expect(exchanges()).toBe(before + 1);
    expect(claimsOf(second)).toMatchObject({ sub: claimsOf(first)['sub'], scope: claimsOf(first)['scope'] });
    await app.run(`void auth0.logout({ logoutParams: { returnTo: '${ORIGIN}' } })`);
    await page.waitForURL(`${ORIGIN}/`);
    await app.start();
    expect(await app.run(TOKEN)).toBe('login_required');
  });

  // docs/fidelity.md F133
  it('auth0-spa-js renews a token by refresh tokens that rotate, until a replayed one ends them all', async () => {
    const app = await openApp(WITH_REFRESH);
    await logIn(app);
    const used: string[] = [];
    for (let renewal = 0; renewal < 3; renewal += 1) {
      used.push(await app.run<string>(REFRESH_TOKEN));
      expect(claimsOf(await app.run<string>(TOKEN))).toMatchObject({
        scope: expect.stringContaining('read:user') as unknown,
      });
    }
    expect(new Set(used).size).toBe(3);
    const replayed = await fetch(twin.outputs.tokenUrl, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        client_id: twin.outputs.clientIds['web'] ?? '',
        refresh_token: used[0] ?? '',
      }),
    });
    expect(replayed.status).toBe(403);
    expect(await app.run(TOKEN)).toBe('invalid_grant');
  });

  it('auth0-spa-js falls back to an iframe when its refresh token has been revoked', async () => {
    const app = await openApp({ ...WITH_REFRESH, useRefreshTokensFallback: true });
    await logIn(app);
    const body = { client_id: twin.outputs.clientIds['web'], token: await app.run<string>(REFRESH_TOKEN) };
    const headers = { 'content-type': 'application/json' };
    await fetch(new URL('/oauth/revoke', twin.tenantUrl), { method: 'POST', headers, body: JSON.stringify(body) });
    expect(claimsOf(await app.run<string>(TOKEN))['scope']).toContain('read:user');
  });

  it('auth0-spa-js gets no response for a callback that the client does not list', async () => {
    const app = await openApp({
      authorizationParams: { redirect_uri: 'http://localhost:1/' },
      authorizeTimeoutInSeconds: 1,
    });
    expect(await app.run(TOKEN)).toBe('timeout');
  });
});
