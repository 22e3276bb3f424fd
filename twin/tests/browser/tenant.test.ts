import type { Browser } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Opened } from '../support/browser.ts';
import { openForAll, startForFile } from '../support/browser-suite.ts';
import { steps } from '../support/page-steps.ts';
import { askToken, type TestTwin } from '../support/twin.ts';

let twin: TestTwin;
let browser: Browser;
let opened: Opened;
const chromium = startForFile((both) => ({ twin, browser } = both));

describe.skipIf(chromium === undefined)('Requests to the tenant in a browser', () => {
  openForAll(
    () => ({ twin, browser }),
    (page) => (opened = page),
  );

  it('The list shows the caller of a rejected token request, with the requested and the permitted scopes', async () => {
    const { page } = opened;
    const { rows, filter } = steps(page);
    await askToken(twin, { grant_type: 'client_credentials', scope: 'delete:user' });
    await expect.poll(() => rows().first().innerText()).toMatch(/403\s+POST \/oauth\/token[^]*test-app \(dev\)/);
    await filter('Client', 'test-app (dev)');
    await rows().first().click();
    const panel = page.locator('.panel');
    const text = await panel.innerText();
    expect(text).toContain(
      'test-app (dev) got no token: access_denied: Client has not been granted scopes: delete:user',
    );
    expect(text).toMatch(/delete:user\s+– not granted\s+requested, but this caller is not permitted to have it/);
    expect(text).toMatch(/read:user\s+– not granted\s+permitted, but not requested/);
    await panel.getByRole('button', { name: 'Close' }).click();
  });

  it('The list shows the other requests to the tenant, with the reason of a rejection', async () => {
    const { page } = opened;
    const { rows } = steps(page);
    await fetch(`${twin.tenantUrl}/.well-known/jwks.json`);
    await expect.poll(() => rows().first().innerText()).toMatch(/200\s+GET \/\.well-known\/jwks\.json/);
    await rows().first().click();
    const panel = page.locator('.panel');
    expect(await panel.innerText()).toContain('answered by the tenant');
    await panel.getByRole('button', { name: 'Close' }).click();
    await fetch(`${twin.tenantUrl}/userinfo`);
    await expect.poll(() => rows().first().innerText()).toMatch(/401\s+GET \/userinfo/);
    await rows().first().click();
    expect(await panel.innerText()).toContain('it takes a good token of a user');
    await panel.getByRole('button', { name: 'Close' }).click();
  });
});
