import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { startForFile } from '../support/browser-suite.ts';
import { hide, show, steps, USER } from '../support/page-steps.ts';
import { requestToken, call, serviceToken, startTestTwin, userLogin, type TestTwin } from '../support/twin.ts';

let twin: TestTwin;
let page: Page;
let complaints: string[];
const chromium = startForFile((started) => ({ twin, page, complaints } = started));

/** Waits until the page's stream has ended. */
const disconnected = () => page.waitForEvent('requestfailed', (request) => request.url().includes('/_twin/live'));

describe.skipIf(chromium === undefined)('The live list in a browser', () => {
  it('The list shows a request from outside as it arrives, opens its explanation, filters and searches', async () => {
    const { rows, filter } = steps(page);
    const panel = page.locator('.panel');
    await call(twin, await serviceToken(twin), '/test?from=outside');
    await expect.poll(() => rows().first().innerText()).toMatch(/200[^]*GET \/test\?from=outside[^]*test-app/);
    await call(twin, undefined, '/test');
    await expect
      .poll(() => rows().first().innerText())
      .toMatch(/401[^]*GET \/test[^]*the route needs a token in the Authorization header; the request has none/);
    await requestToken(twin, { ...userLogin(twin), scope: 'read:user delete:user' });
    await expect
      .poll(() => rows().first().innerText())
      .toMatch(/200[^]*POST \/oauth\/token[^]*test-app · test-user@example.com/);
    await rows().first().click();
    expect(await panel.locator('.scopes').innerText()).toMatch(/delete:user\s+– not granted\s+requested, but/);

    await filter('Status', '4');
    await rows().first().click();
    expect(await panel.locator('.outcome > .check.failed').innerText()).toContain('token is present');
    await panel.getByText('Access log line').click();
    expect(await panel.getByLabel('The line of the access log').innerText()).toContain('missing: token not provided');
    await panel.getByRole('button', { name: 'Close' }).click();
    await page.locator('#call').waitFor();
    const statuses = await page.locator('.log').getByLabel('Status').locator('option').allInnerTexts();
    expect(statuses).toEqual(expect.arrayContaining(['all', '2xx', '200', '4xx', '401']));
    expect(statuses).not.toContain('5xx');
    await filter('Status', '401');
    for (const text of await rows().allInnerTexts()) expect(text).toContain('401');
    await filter('Status', '');
    await filter('Client', 'test-app');
    for (const text of await rows().allInnerTexts()) expect(text).toContain('test-app');
    await filter('User', 'test-user@example.com');
    for (const text of await rows().allInnerTexts()) expect(text).toContain('test-user@example.com');
    await filter('Client', '');
    await filter('User', '');
    await page.getByLabel('Search requests').fill('FROM=outside');
    for (const text of await rows().allInnerTexts()) expect(text).toContain('from=outside');
    expect(await page.locator('.log .count').innerText()).toMatch(/^\d+ of \d+ requests\.$/);
  });

  it('A request shows its query and body with the credentials masked, copies as a command that works, and can be replayed', async () => {
    const { rows } = steps(page);
    const token = await serviceToken(twin);
    await fetch(`${twin.apiUrl}/test?q=it's`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'text/plain' },
      body: '\u001b[201~ body of it',
    });
    await expect.poll(() => rows().first().innerText()).toContain('POST /test?q=it%27s');
    await rows().first().click();
    const panel = page.locator('.panel');
    await panel.getByText('Request', { exact: true }).click();
    const request = await panel.getByLabel('The request').innerText();
    expect(request).toContain('POST /test?q=it%27s HTTP/1.1');
    expect(request).toContain('authorization: ••••••••');
    expect(request).toContain('\\u{1b}[201~ body of it');
    await page.evaluate('navigator.clipboard.writeText = async (text) => void (window.copied = text)');
    await panel.getByRole('button', { name: 'Copy as curl' }).click();
    await panel.getByText('Copied').waitFor();
    const command = String(await page.evaluate('window.copied'));
    expect(command).toContain(`Bearer ${token}`);
    expect(command).not.toContain('\u001b');
    const { stdout } = await promisify(execFile)('bash', ['-c', `${command} -s`]);
    expect(stdout).toContain(' 404 ');
    await expect.poll(() => rows().first().innerText()).toContain('POST /test?q=it%27s');
    const seen = await rows().count();
    await panel.getByRole('button', { name: 'Replay' }).click();
    await expect.poll(() => rows().count()).toBe(seen + 1);
    expect(twin.exchanges.slice(-2).map(({ request: { body } }) => body.toString())).toEqual(
      Array(2).fill('\u001b[201~ body of it'),
    );
  });

  it('A link to a request opens it, and says so if the twin no longer keeps it', async () => {
    const { rows } = steps(page);
    await call(twin, undefined, '/linked');
    await rows().first().filter({ hasText: 'GET /linked' }).click();
    const link = page.url();
    expect(link).toMatch(/#[\da-f]{8}\.\d+$/);
    await page.reload();
    const verdict = (): Promise<string> => page.locator('.panel .verdict').innerText();
    await expect.poll(verdict).toContain('404 GET /linked');
    // It stays open without its row.
    await page.getByRole('button', { name: 'Clear' }).click();
    expect(await verdict()).toContain('404 GET /linked');
    await page.goto(link.replace(/\.\d+$/, '.9999'));
    await page.getByText('The twin no longer keeps the request of this link').waitFor();
  });

  it('The list can be paused, which says how many requests are new, and cleared, after which it says how to make one', async () => {
    const { rows } = steps(page);
    await call(twin, undefined, '/before');
    await expect.poll(() => rows().first().innerText()).toContain('GET /before');
    await page.getByRole('button', { name: 'Pause' }).click();
    await call(twin, undefined, '/meanwhile');
    await page.getByRole('button', { name: 'Resume (1 new)' }).waitFor();
    expect(await rows().first().innerText()).toContain('GET /before');
    await page.getByRole('button', { name: 'Resume (1 new)' }).click();
    await expect.poll(() => rows().first().innerText()).toContain('GET /meanwhile');
    await page.getByRole('button', { name: 'Clear' }).click();
    expect(await page.locator('.log .empty').innerText()).toMatch(
      /^No request yet\. .*\s+curl -i http:\/\/localhost:\d+\/\s+or run one of the commands that npm start printed\.$/,
    );
    expect(await page.locator('.log .count').innerText()).toBe('');
    await call(twin, undefined, '/after');
    await expect.poll(() => rows().allInnerTexts()).toEqual([expect.stringContaining('GET /after')]);
  });

  it('The list holds the latest 200 requests, and says how many older ones were dropped', async () => {
    const { rows } = steps(page);
    for (let batch = 1; batch <= 5; batch += 1) {
      for (let at = 1; at < 50; at += 1) await call(twin, undefined, '/often');
      await call(twin, undefined, `/last/${batch}`);
      await expect.poll(() => rows().first().innerText()).toContain(`GET /last/${batch}`);
    }
    expect(await rows().count()).toBe(200);
    // A count that runs is not read out each time.
    expect(await page.locator('.log [role=status], .log [aria-live]').count()).toBe(0);
    expect(await page.locator('.log .count').innerText()).toMatch(
      /^200 requests\.(?: .*)? \d+ older ones were dropped\.$/,
    );
    await page.getByRole('button', { name: 'Clear' }).click();
  });
});

describe.skipIf(chromium === undefined)('An open page', () => {
  it('A hidden page holds no connection, and catches up when it is shown', async () => {
    const { rows, path } = steps(page);
    await path().fill('/typed');
    // Hidden before its list has come, it would count that among what came meanwhile.
    await call(twin, undefined, '/before');
    await expect.poll(() => rows().first().innerText()).toContain('GET /before');
    await page.evaluate(
      `new MutationObserver(() => { window.away ||= document.querySelector('.banner, .link:not(.live)') !== null; })` +
        '.observe(document.body, { childList: true, subtree: true, attributes: true })',
    );
    await Promise.all([disconnected(), hide(page)]);
    await call(twin, undefined, '/meanwhile');
    const before = await rows().count();
    await show(page);
    await expect.poll(() => rows().first().innerText()).toContain('GET /meanwhile');
    expect(await rows().count()).toBe(before + 1);
    expect(await path().inputValue()).toBe('/typed');
    expect(await page.evaluate('window.away')).not.toBe(true);
  });

  it('The page shows a program error and a twin that is away, reconnects, and keeps what was typed', async () => {
    const { others, chooseCaller, path, call: callApi, outcome } = steps(page);
    await chooseCaller(USER);
    await others().fill('delete:user');
    await path().fill('/typed');
    twin.project.edit('handler/test.ts', 'export const', 'export konst');
    const error: unknown = await twin.reload().catch((caught: unknown) => caught);
    const message = error instanceof Error ? error.message : '';
    expect(message).toContain('handler/test.ts:4:8: Unexpected');
    await expect.poll(() => page.getByRole('alert').innerText()).toContain(message);

    await hide(page);
    await twin.close();
    await show(page);
    await page.getByText('The twin does not answer. If it ended, start it again').waitFor();
    await callApi();
    await page.getByText('The twin does not answer.', { exact: true }).waitFor();

    twin.project.edit('handler/test.ts', 'export konst', 'export const');
    twin.project.edit(
      'contract.ts',
      "'GET /test'",
      "'POST /test': { handler: 'test', scopes: ['write:user'] },\n    'GET /test'",
    );
    twin = await startTestTwin({ page: true, again: twin });
    await page.getByText('● connected again').waitFor();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    expect(await page.locator('.matrix').innerText()).toMatch(/POST \/test\s+write:user/);
    expect(await others().inputValue()).toBe('delete:user');
    expect(await path().inputValue()).toBe('/typed');
    await callApi();
    await expect.poll(() => outcome().innerText()).toContain('404 GET /typed');
    await page.getByText('A token without any scope').waitFor();
    // A browser complains of a server that is away.
    expect(complaints.splice(0)).not.toEqual([]);
  });
});

describe.skipIf(chromium === undefined)('Requests to the tenant in a browser', () => {
  it('The list shows the caller of a rejected token request, with the requested and the permitted scopes', async () => {
    const { rows, filter } = steps(page);
    await requestToken(twin, { grant_type: 'client_credentials', scope: 'delete:user' });
    await expect.poll(() => rows().first().innerText()).toMatch(/403\s+POST \/oauth\/token[^]*test-app/);
    await filter('Client', 'test-app');
    await rows().first().click();
    const panel = page.locator('.panel');
    const text = await panel.innerText();
    expect(text).toContain('test-app got no token: access_denied: Client has not been granted scopes: delete:user');
    expect(text).toMatch(/delete:user\s+– not granted\s+requested, but not permitted for this caller/);
    expect(text).toMatch(/read:user\s+– not granted\s+permitted, but not requested/);
    await panel.getByRole('button', { name: 'Close' }).click();
  });

  it('The list shows the other requests to the tenant, with the reason of a rejection', async () => {
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
    expect(await panel.innerText()).toContain('missing Authorization header');
    await panel.getByRole('button', { name: 'Close' }).click();
  });
});
