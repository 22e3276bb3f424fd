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
    const { chooseCaller, tick, getToken, call, outcome } = steps(page);
    await chooseCaller('user `test-user@example.com` through `web` (authorization_code)');
    expect(await page.getByLabel('The request to /authorize').innerText()).toContain('response_type: code');
    await tick('read:user');
    await getToken();
    await page.getByText('A token with the scope read:user').waitFor();
    await page.getByText('The login, step by step').click();
    expect(await page.locator('.steps li > code').allInnerTexts()).toEqual([
      'GET /authorize',
      'GET /u/login',
      'POST /u/login',
      'POST /oauth/token',
      'POST /oauth/token',
    ]);
    await call();
    await expect.poll(() => outcome().innerText()).toContain('200 GET /test');
  });
});
