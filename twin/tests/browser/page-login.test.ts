import type { Browser } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { type Opened } from '../support/browser.ts';
import { openForAll, startForFile } from '../support/browser-suite.ts';
import { steps } from '../support/page-steps.ts';
import type { TestTwin } from '../support/twin.ts';

const SPA = `    - { name: web, type: spa, callbacks: ['http://localhost:5173'], origins: ['http://localhost:5173'], grants: [authorization_code, refresh_token] }\n`;

let twin: TestTwin;
let browser: Browser;
let opened: Opened;
const chromium = startForFile((both) => ({ twin, browser } = both), {
  change: ({ edit }) => edit('Pulumi.dev.yaml', '  api:clients:\n', `  api:clients:\n${SPA}`),
});

describe.skipIf(chromium === undefined)('Logins on the page', () => {
  openForAll(
    () => ({ twin, browser }),
    (page) => (opened = page),
  );

  it('A user logs in through a single-page application, the page shows each step, and the token opens the route', async () => {
    const { page } = opened;
    const { chooseCaller, tick, call, outcome } = steps(page);
    await chooseCaller('user `test-user@example.com` through `web` (authorization_code)');
    await page.getByText('The request to /authorize', { exact: true }).first().click();
    expect(await page.getByLabel('The request to /authorize').innerText()).toContain('response_type: code');
    await tick('read:user');
    await call();
    await expect.poll(() => outcome().innerText()).toContain('200 GET /test');
    const login = page.locator('.steps summary');
    expect(await login.allInnerTexts()).toEqual([
      expect.stringMatching(/The application sends the browser to the tenant GET \/authorize ✓ 302/),
      expect.stringMatching(/The tenant shows its login page GET \/u\/login ✓ 200/),
      expect.stringMatching(/The user logs in POST \/u\/login ✓ 302 back to the application with a code/),
      expect.stringMatching(/The application exchanges the code POST \/oauth\/token ✓ 200/),
      expect.stringMatching(/The application renews the token POST \/oauth\/token ✓ 200/),
    ]);
    await login.nth(3).click();
    expect(await page.getByLabel('Sent', { exact: true }).nth(3).innerText()).toContain('code_verifier: ');
  });
});
