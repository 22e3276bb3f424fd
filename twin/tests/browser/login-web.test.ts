import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { afterFile } from '../../../tests/support/cleanup.ts';
import { freePort } from '../../../tests/support/free-port.ts';
import { openAt } from '../support/browser.ts';
import { startForFile } from '../support/browser-suite.ts';
import { hostsEntry } from '../support/hosts-entry.ts';
import { clickUser, logInByRedirect, spaClient, withClients } from '../support/login-twin.ts';
import { sdkPage, serveSdkPage } from '../support/sdk-page.ts';
import { call, type TestTwin } from '../support/twin.ts';

const TENANT = 'your-tenant.eu.auth0.com';
const ports = { express: await freePort(), openid: await freePort(), spa: await freePort() };
const webClient = (name: string, port: number): string =>
  `- { name: ${name}, type: web, callbacks: ['http://localhost:${port}/callback'], logoutUrls: ['http://localhost:${port}'], grants: [authorization_code, refresh_token] }`;

let twin: TestTwin;
let tab: Page;
let page: Page;
let proxy: string;
const chromium = startForFile((started) => ({ twin, page: tab } = started), {
  atPage: false,
  tls: true,
  change: withClients(webClient('express', ports.express), webClient('openid', ports.openid), spaClient(ports.spa)),
});

/** Runs a web application with its .env file, for which the twin is the tenant itself. */
async function serve(name: 'express' | 'openid'): Promise<void> {
  const child = spawn(process.execPath, [fileURLToPath(new URL(`clients/${name}-app.ts`, import.meta.url))], {
    env: {
      ...process.env,
      ...parseEnv(twin.project.read(`.twin/dev/${name}.env`)),
      NODE_EXTRA_CA_CERTS: join(twin.project.path, '.twin/dev/ca.pem'),
      NODE_USE_ENV_PROXY: '1',
      HTTPS_PROXY: proxy,
      NO_PROXY: 'localhost',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  afterFile(() => child.kill());
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  expect(child.exitCode).toBeNull();
}

// They check the issuer to the character: the twin is reached under the tenant's own name, as docs/login.md says.
describe.skipIf(chromium === undefined)('An application that calls the twin by the tenant’s name', () => {
  beforeAll(async () => {
    proxy = await hostsEntry(TENANT, Number(new URL(twin.tenantUrl).port));
    await Promise.all([serve('express'), serve('openid')]);
    const options = { proxy: { server: proxy, bypass: 'localhost' }, ignoreHTTPSErrors: true };
    const opened = await openAt(tab.context().browser()!, 'about:blank', options);
    afterFile(opened.close);
    ({ page } = opened);
  });
  beforeEach(() => page.context().clearCookies());

  // docs/fidelity.md F134
  it('express-openid-connect logs a user in and out, renews the token and calls the API with it', async () => {
    const base = `http://localhost:${ports.express}`;
    await page.goto(`${base}/call`);
    const text = (): Promise<string> => page.innerText('body');
    expect(page.url()).toMatch(`https://${TENANT}/u/login`);
    await clickUser(page);
    await page.waitForURL(`${base}/call`);
    expect(await text()).toBe('200 "JWT test backend lambda"');
    await page.goto(`${base}/renew`);
    expect(await text()).toBe('200 "JWT test backend lambda"');
    await page.goto(base);
    expect(await text()).toBe('logged in as test-user@example.com');
    await page.goto(`${base}/logout`);
    expect(page.url()).toBe(`${base}/`);
    expect(await text()).toBe('logged out');
    await page.goto(`${base}/login`);
    expect(page.url()).toMatch(`https://${TENANT}/u/login`);
  });

  it('openid-client as a confidential web application logs a user in, renews, revokes and logs out', async () => {
    const base = `http://localhost:${ports.openid}`;
    await page.goto(`${base}/login`);
    await clickUser(page);
    await page.waitForURL(`${base}/callback?*`);
    expect(JSON.parse(await page.innerText('body'))).toEqual({
      scope: 'openid profile email read:user offline_access',
      email: 'test-user@example.com',
      renewed: '200 "JWT test backend lambda"',
      revoked: '403 invalid_grant',
    });
    await page.goto(`${base}/logout`);
    expect(page.url()).toBe(`${base}/`);
    await page.goto(`${base}/login`);
    expect(page.url()).toMatch(`https://${TENANT}/u/login`);
  });

  it('auth0-spa-js needs no issuer of its own under the tenant’s name, and renews by refresh tokens', async () => {
    await serveSdkPage(ports.spa);
    const origin = `http://localhost:${ports.spa}`;
    await page.goto(origin);
    const { outputs } = twin;
    const app = sdkPage(page, {
      domain: TENANT,
      clientId: outputs.clientIds['web'],
      useRefreshTokens: true,
      cacheLocation: 'localstorage',
      authorizationParams: { redirect_uri: origin, audience: outputs.audience, scope: 'openid read:user' },
    });
    await app.start();
    await logInByRedirect(page, origin, app);
    const renewed = await app.run<string>("auth0.getTokenSilently({ cacheMode: 'off' })");
    expect(await call(twin, renewed)).toMatchObject({ status: 200 });
  });
});
