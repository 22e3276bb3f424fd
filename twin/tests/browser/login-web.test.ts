import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { afterFile } from '../../../tests/support/cleanup.ts';
import { openAt } from '../support/browser.ts';
import { startForFile } from '../support/browser-suite.ts';
import { hostsEntry } from '../support/hosts-entry.ts';
import { clickUser, freePort, withClients } from '../support/login-twin.ts';
import type { TestTwin } from '../support/twin.ts';

const TENANT = 'your-tenant.eu.auth0.com';
const ports = { express: await freePort(), openid: await freePort() };
const webClient = (name: string, port: number): string =>
  `- { name: ${name}, type: web, callbacks: ['http://localhost:${port}/callback'], logoutUrls: ['http://localhost:${port}'], grants: [authorization_code, refresh_token] }`;

let twin: TestTwin;
let browser: Browser;
let proxy: string;
const chromium = startForFile((both) => ({ twin, browser } = both), {
  tls: true,
  change: withClients(webClient('express', ports.express), webClient('openid', ports.openid)),
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

async function open(url: string): Promise<Page> {
  const { page, close } = await openAt(browser, url, {
    proxy: { server: proxy, bypass: 'localhost' },
    ignoreHTTPSErrors: true,
  });
  afterFile(close);
  return page;
}

// Both check the issuer to the character: the twin is reached under the tenant's own name, as docs/login.md says.
describe.skipIf(chromium === undefined)('A web application with its own name for the tenant', () => {
  beforeAll(async () => {
    proxy = await hostsEntry(TENANT, Number(new URL(twin.tenantUrl).port));
    await Promise.all([serve('express'), serve('openid')]);
  });

  it('express-openid-connect logs a user in and out, renews the token and calls the API with it', async () => {
    const base = `http://localhost:${ports.express}`;
    const page = await open(`${base}/call`);
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
    const page = await open(`${base}/login`);
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
});
