import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startForFile } from '../support/browser-suite.ts';
import { spaClient } from '../support/login-twin.ts';
import { claimsOf, SERVICE, steps, USER } from '../support/page-steps.ts';
import { call, mint, serviceToken, type TestTwin } from '../support/twin.ts';

let twin: TestTwin;
let page: Page;
const chromium = startForFile((started) => ({ twin, page } = started), {
  change: ({ edit }) => {
    edit(
      'contract.ts',
      "'GET /test'",
      "'POST /test': { handler: 'test', scopes: ['write:user'] },\n    'DELETE /test': { handler: 'test', scopes: ['write:user'] },\n    'GET /test'",
    );
    edit('Pulumi.dev.yaml', 'permissions: [read:user]', 'permissions: [read:user, write:user]');
    edit('Pulumi.dev.yaml', '  api:testUser', `    ${spaClient(5173)}\n  api:testUser`);
  },
});

/** Columns of the matrix. */
const [SERVICE_COLUMN, USER_COLUMN, ANYONE_COLUMN] = [0, 3, 5];

describe.skipIf(chromium === undefined)('Explanations on the page', () => {
  it('One click explains a 403, and a second one leads to a 200', async () => {
    const { cell, outcome, failed } = steps(page);
    let clicks = 0;
    const click = async (target: ReturnType<typeof cell>): Promise<void> => {
      clicks += 1;
      await target.click();
    };
    await click(cell('POST /test', USER_COLUMN));
    await expect.poll(() => outcome().innerText()).toBe('✗ 403 POST /test: the token lacks write:user.');
    expect(await page.locator('.advice').innerText()).toContain('through test-app (password) cannot get it.');
    expect(await failed().innerText()).toMatch(/has a scope of the route\s+expected\s+write:user\s+actual\s+read:user/);
    expect(await page.getByText('14 checks passed').isVisible()).toBe(true);
    expect(clicks).toBe(1);
    await click(page.getByRole('button', { name: 'Call as test-app' }));
    await expect.poll(() => outcome().innerText()).toContain('200 POST /test');
    expect(clicks).toBe(2);
    for (const seen of [outcome(), page.getByLabel('The response')]) {
      expect((await seen.boundingBox())!.y).toBeLessThan(900);
    }
  });

  it('One click on an allowed cell gets the token and a 200, and one on a cell without a token explains the 401', async () => {
    const { cell, outcome, failed } = steps(page);
    await cell('GET /test', USER_COLUMN).click();
    await expect.poll(() => outcome().innerText()).toContain('200 GET /test: allowed by the route GET /test');
    expect(await page.getByLabel('The response').innerText()).toContain('"JWT test backend lambda"');
    await cell('GET /test', ANYONE_COLUMN).click();
    await expect.poll(() => outcome().innerText()).toContain('401 GET /test: the route needs a token');
    expect(await failed().innerText()).toContain('token is present');
    await page.getByRole('button', { name: 'Call as test-user@example.com' }).click();
    await expect.poll(() => outcome().innerText()).toContain('200 GET /test');
  });

  it('A click on an allowed DELETE gets the token and leaves the call to a second click', async () => {
    const { cell, outcome, call } = steps(page);
    await cell('DELETE /test', SERVICE_COLUMN).click();
    await page.getByText('The token is ready: call with it.').waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('call');
    await call();
    await expect.poll(() => outcome().innerText()).toContain('200 DELETE /test');
  });

  it('A user requests delete:user, reads why GET /test answers 403, asks again as advised, and gets 200', async () => {
    const { chooseCaller, others, call, outcome } = steps(page);
    await chooseCaller(USER);
    // The API is left out where it is the same for all grants.
    const grants = await page.getByLabel('Grant', { exact: true }).locator('option').allInnerTexts();
    expect(grants).toEqual(['password-realm', 'password']);
    await others().fill('delete:user');
    await call();
    await expect.poll(() => outcome().innerText()).toBe('✗ 403 GET /test: the token lacks read:user.');
    expect(await page.locator('.advice').innerText()).toContain('through test-app (password) may request it:');
    await page.getByRole('button', { name: 'Request again with read:user' }).click();
    await expect.poll(() => outcome().innerText()).toContain('200 GET /test');
    // The button of the advice has gone.
    expect(await page.evaluate('document.activeElement.id')).toBe('call');
    expect(await page.getByRole('checkbox', { name: 'read:user' }).isChecked()).toBe(true);
    expect(await page.locator('.scopes tbody tr').allInnerTexts()).toEqual([
      expect.stringMatching(/^read:user\s+✓ granted\s+requested and permitted$/),
      expect.stringMatching(/^delete:user\s+– not granted\s+requested, but not permitted for this caller$/),
    ]);
  });

  it('The link to a cell opens with the call filled in and not sent', async () => {
    const { cell, outcome, path } = steps(page);
    await cell('POST /test', SERVICE_COLUMN).click();
    await expect.poll(() => outcome().innerText()).toContain('200 POST /test');
    const calls = twin.exchanges.length;
    await page.reload();
    await expect.poll(() => page.getByLabel('Caller', { exact: true }).inputValue()).toBe(SERVICE);
    expect(await page.getByLabel('Method').inputValue()).toBe('POST');
    expect(await path().inputValue()).toBe('/test');
    expect(await page.getByRole('checkbox', { name: 'write:user' }).isChecked()).toBe(true);
    expect(await page.locator('.outcome').innerText()).toBe('No call yet.');
    expect(twin.exchanges).toHaveLength(calls);
  });

  it('The page says that a token was changed, and a chosen cell drops it', async () => {
    const { cell, outcome, call, openEditor, change } = steps(page);
    const changed = page.getByText('The token below was changed by hand.');
    await cell('GET /test', USER_COLUMN).click();
    await expect.poll(() => outcome().innerText()).toContain('200');
    expect(await changed.count()).toBe(0);
    await openEditor();
    await change('expired');
    await changed.waitFor();
    expect(await outcome().count()).toBe(0);
    await call();
    await expect.poll(() => outcome().innerText()).toMatch(/401 GET \/test: the token expired/);
    await cell('GET /test', USER_COLUMN).click();
    await changed.waitFor({ state: 'detached' });
    await expect.poll(() => outcome().innerText()).toContain('200');
  });

  it('A service requests more than its grant, reads the tenant’s rejection, requests less, and gets 200', async () => {
    const { chooseCaller, tick, untick, call, outcome } = steps(page);
    await chooseCaller(SERVICE);
    await tick('read:user');
    await tick('read:appointments');
    await call();
    await expect
      .poll(() => outcome().innerText())
      .toContain(
        '403 The tenant issues no token: access_denied: Client has not been granted scopes: read:appointments',
      );
    await untick('read:appointments');
    await call();
    await expect.poll(() => outcome().innerText()).toContain('200');
    const claims = await page.locator('.claims').innerText();
    expect(claims).toMatch(/exp\s+\d+\s*expires (\S+ )?\d\d:\d\d:\d\d, in (59 min|1 h)/);
    expect(claims).toContain('subject: the client itself, not a user: test-app');

    await page.getByText('The event', { exact: true }).click();
    const event = page.getByLabel('The event', { exact: true });
    await expect.poll(() => event.innerText()).toContain('"authorization": "••••••••"');
    await page.getByRole('button', { name: 'Show secrets' }).click();
    await expect.poll(() => event.innerText()).toContain('"authorization": "Bearer eyJ');
    await page.getByText('Access log line').click();
    const log = JSON.parse(await page.getByLabel('The line of the access log').innerText()) as Record<string, string>;
    expect(log).toMatchObject({ status: '200', routeKey: 'GET /test', azp: twin.outputs.clientIds['test-app'] });
  });

  it('The page masks the secrets of the token request until they are shown', async () => {
    await steps(page).chooseCaller(USER);
    await page.getByText('The token request as a command').click();
    const curl = page.getByLabel('The token request as a command');
    const { clientSecrets, testUserPassword } = twin.outputs;
    const secrets = [clientSecrets['test-app'] ?? '', JSON.stringify(testUserPassword).slice(1, -1)];
    await expect.poll(() => curl.innerText()).toContain('"client_secret": "••••••••"');
    const html = await page.content();
    expect(secrets.filter((secret) => html.includes(secret))).toEqual([]);
    await page.getByRole('button', { name: 'Show secrets' }).click();
    await expect.poll(() => curl.innerText()).toContain(clientSecrets['test-app']);
    await page.getByRole('button', { name: 'Mask secrets' }).click();
    await expect.poll(() => curl.innerText()).not.toContain(clientSecrets['test-app']);

    await page.getByRole('button', { name: 'Show secrets' }).click();
    await expect.poll(() => curl.innerText()).toContain(clientSecrets['test-app']);
    await steps(page).chooseCaller(SERVICE);
    await expect.poll(() => curl.innerText()).toContain('client_credentials');
    // An answer with secrets would come late.
    await page.waitForTimeout(300);
    expect(await curl.innerText()).not.toContain(clientSecrets['test-app']);
  });

  it('A changed token is rejected with the failed check and the reason, and a mistake shows at its field', async () => {
    const { chooseCaller, call, outcome, failed, openEditor, change, claims, signature } = steps(page);
    const expectRefusal = async (status: number, check: string, why: string): Promise<void> => {
      await call();
      await expect.poll(() => outcome().innerText(), { message: why }).toMatch(new RegExp(`${status} GET .*${why}`));
      expect(await failed().innerText()).toContain(check);
    };
    await chooseCaller(SERVICE);
    await call();
    await openEditor();
    await change('issued in the future');
    await expectRefusal(401, 'issued before now', 'which is not in the past');
    await change('as it came');
    await claims().fill('[1]');
    expect(await page.getByRole('alert').innerText()).toBe('Not a JSON object: the gateway will reject the token.');
    await claims().fill('{ "scope": ');
    expect(await page.getByRole('alert').innerText()).toContain('Not JSON, so the gateway will reject the token');
    expect(await claims().getAttribute('aria-invalid')).toBe('true');
    await expectRefusal(401, 'token is a JWT', 'a malformed payload');
    await signature().selectOption('twin');
    await claims().fill(JSON.stringify({ ...claimsOf(await serviceToken(twin)), scope: 'write:appointments' }));
    await expectRefusal(403, 'has a scope of the route', 'the token lacks read:user');
  });

  it('The page renders a hostile token, path and response harmless', async () => {
    const { openToken, token, call: callApi, outcome, rows } = steps(page);
    const evil = `<img src=x onerror="window.harmed=1"><script>window.harmed=1</script>‮"'\`\u0000`;
    const hostile = await mint(
      twin,
      { ...claimsOf(await serviceToken(twin)), [evil]: evil, scope: evil, azp: evil, sub: evil },
      { header: { [evil]: evil } },
    );
    await call(twin, hostile);
    await call(twin, undefined, `/${encodeURIComponent('<script>window.harmed=1')}?q=<script>`);
    await openToken();
    await token().fill(hostile);
    await expect.poll(() => page.locator('.claims').innerText()).toContain('<script>window.harmed=1</script>');
    await callApi();
    await expect.poll(() => outcome().innerText()).toContain('403 GET /test');
    expect(await steps(page).failed().innerText()).toContain('<script>window.harmed=1</script>');
    const texts = async (): Promise<string> => (await rows().allInnerTexts()).join();
    await expect.poll(texts).toContain('GET /<script>window.harmed=1?q=%3Cscript%3E');
    await rows().filter({ hasText: 'GET /<script>' }).first().click();
    await page.locator('.panel .verdict').waitFor();
    expect(await page.evaluate('window.harmed')).toBeUndefined();
    expect(await page.locator('img, section script').count()).toBe(0);
    await page.getByRole('button', { name: 'Close' }).click();
  });

  it('The page says why the API rejected a request before it could read it', async () => {
    const { chooseCaller, path, call, outcome, openToken, token, rows } = steps(page);
    await chooseCaller('anyone');
    await path().fill('test');
    await call();
    await expect
      .poll(() => outcome().innerText())
      .toContain('400 Rejected before the gateway could read it. The list of requests says why.');
    await expect.poll(() => rows().first().innerText()).toContain('Parse Error');
    await openToken();
    await token().fill(`Bearer ${'a'.repeat(20_000)}`);
    expect(await token().inputValue()).toMatch(/^a{20000}$/);
    await path().fill('/test');
    await call();
    await expect.poll(() => outcome().innerText()).toContain('431 Rejected before the gateway could read it.');
  });

  it('The focus stays on the call button while a call has no response yet, and the page calls once', async () => {
    await steps(page).chooseCaller('anyone');
    onTestFinished(() => page.unroute('**/_twin/call'));
    let calls = 0;
    let answer = (): void => undefined;
    const answered = new Promise<void>((done) => (answer = done));
    await page.route('**/_twin/call', async (route) => {
      calls += 1;
      await answered;
      await route.continue();
    });
    await page.locator('#call').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => calls).toBe(1);
    const button = page.locator('button[aria-disabled=true]');
    await button.waitFor();
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('call');
    answer();
    await expect.poll(() => steps(page).outcome().innerText()).toContain('401 GET /test');
    expect(await page.evaluate('document.activeElement.id')).toBe('call');
    expect([calls, await button.count()]).toEqual([1, 0]);
  });

  it('The page can be used by keyboard alone: move in the matrix, call, change the token, and open the request', async () => {
    const focused = (): Promise<string> =>
      page.evaluate(
        "document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText",
      ) as Promise<string>;
    const tabTo = async (text: RegExp | string): Promise<void> => {
      for (let presses = 0; presses < 60; presses += 1) {
        await page.keyboard.press('Tab');
        if (new RegExp(text).test(await focused())) return;
      }
      throw new Error(`no ${String(text)} within reach of the keyboard`);
    };
    await page.reload();
    await page.locator('.matrix [data-y]').first().waitFor();
    await tabTo('^allowed: write:user');
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowDown']) await page.keyboard.press(key);
    expect(await page.locator('.detail').innerText()).toMatch(
      /^allowed: read:user · user .*\(password\) → GET \/test$/,
    );
    await page.keyboard.press('Enter');
    await expect.poll(() => steps(page).outcome().innerText()).toContain('200 GET /test');
    await tabTo('^Edit the token');
    await page.keyboard.press('Enter');
    await tabTo('^✓ ?\\s*200\\s+GET /test');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /^GET \/test at/ }).waitFor();
  });

  it('A user logs in through a single-page application, the page shows each step, and the token opens the route', async () => {
    const { chooseCaller, tick, call, outcome } = steps(page);
    await chooseCaller('user `test-user@example.com` through `web` (authorization_code)');
    await page.getByText('The request to /authorize', { exact: true }).first().click();
    await expect.poll(() => page.getByLabel('The request to /authorize').innerText()).toContain('response_type: code');
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
