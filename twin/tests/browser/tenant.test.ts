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
    await filter('Caller', 'test-app (dev)');
    await rows().first().click();
    const text = await page.getByRole('dialog').innerText();
    expect(text).toContain('Client has not been granted scopes: delete:user');
    expect(text).toContain('test-app (dev) asked, by client_credentials.');
    expect(text).toMatch(/delete:user\s+✓ yes\s+– no\s+– no/);
    expect(text).toMatch(/read:user\s+– no\s+✓ yes\s+– no/);
    await page.keyboard.press('Escape');
  });

  it('The list shows the other requests to the tenant, with the reason of a rejection', async () => {
    const { page } = opened;
    const { rows, filter } = steps(page);
    await fetch(`${twin.tenantUrl}/.well-known/jwks.json`);
    await expect.poll(() => rows().first().innerText()).toMatch(/200\s+GET \/\.well-known\/jwks\.json/);
    await rows().first().click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.innerText()).toContain('answered by the tenant');
    await page.keyboard.press('Escape');
    await fetch(`${twin.tenantUrl}/userinfo`);
    await expect.poll(() => rows().first().innerText()).toMatch(/401\s+GET \/userinfo/);
    await filter('Route', 'GET /userinfo');
    await rows().first().click();
    expect(await dialog.innerText()).toContain('refused by the tenant: it takes a good token of a user');
    await page.keyboard.press('Escape');
  });
});
