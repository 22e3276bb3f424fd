import type { Browser } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { type Opened } from '../support/browser.ts';
import { openForAll, startForFile } from '../support/browser-suite.ts';
import { claimsOf, SERVICE, steps, USER } from '../support/page-steps.ts';
import { call, mint, serviceToken, type TestTwin } from '../support/twin.ts';

let twin: TestTwin;
let browser: Browser;
let opened: Opened;
const chromium = startForFile((both) => ({ twin, browser } = both));

describe.skipIf(chromium === undefined)('Explanations on the page', () => {
  openForAll(
    () => ({ twin, browser }),
    (page) => (opened = page),
  );

  it('A user requests delete:user, reads why GET /test answers 403, requests a token as advised, and gets 200', async () => {
    const { page } = opened;
    const { chooseCaller, others, getToken, call, outcome } = steps(page);
    await chooseCaller(USER);
    await others().fill('delete:user');
    await getToken();
    await page.getByText('A token, without any scope').waitFor();
    await call();
    await expect.poll(() => outcome().innerText()).toContain('403 GET /test the route needs read:user; the token');
    expect(await page.locator('.advice').innerText()).toContain('The caller may have read:user');
    await page.getByRole('button', { name: 'Ask again with read:user' }).click();
    await page.getByText('The new token has the scope read:user: call again.').waitFor();
    expect(await page.getByRole('checkbox', { name: 'read:user' }).isChecked()).toBe(true);
    expect(await page.locator('.scopes tbody tr').allInnerTexts()).toEqual([
      expect.stringMatching(/^read:user\s+✓ yes\s+✓ yes\s+✓ yes$/),
      expect.stringMatching(/^delete:user\s+✓ yes\s+– no\s+– no$/),
    ]);
    await call();
    await expect.poll(() => outcome().innerText()).toContain('200 GET /test let through by the route GET /test');
    expect(await page.getByLabel('The response').innerText()).toContain('"JWT test backend lambda"');
  });

  it('The page says that a token changed by hand is not the one that the tenant issued', async () => {
    const { page } = opened;
    const { getToken, openEditor, change } = steps(page);
    const another = page.getByText('The token below is another one.');
    await getToken();
    await page.getByText('A token with the scope').or(page.getByText('A token, without any scope')).waitFor();
    expect(await another.count()).toBe(0);
    await openEditor();
    await change('expired');
    await another.waitFor();
    await change('as it came');
    await another.waitFor({ state: 'detached' });
  });

  it('An allowed cell of the matrix leads to a 200 with two buttons', async () => {
    const { page } = opened;
    const { getToken, call, outcome, chooseCaller, tick } = steps(page);
    // What another caller was to ask for, and this one may not have, is not asked for by this one.
    await chooseCaller(SERVICE);
    await tick('write:user');
    const headings = await page.locator('.matrix thead th').allInnerTexts();
    const user = headings.findIndex((text) => text.includes('test-user@example.com'));
    await page
      .locator('.matrix tbody td')
      .nth(user - 1)
      .getByRole('button')
      .click();
    await expect.poll(() => page.getByRole('checkbox', { name: 'read:user' }).isChecked()).toBe(true);
    expect(await page.getByRole('checkbox', { name: 'write:user' }).isChecked()).toBe(false);
    await getToken();
    await page.getByText('A token with the scope read:user').waitFor();
    await call();
    await expect.poll(() => outcome().innerText()).toContain('200 GET /test');
  });

  it('The page says that a token was requested with other scopes than are ticked, until it is requested again', async () => {
    const { page } = opened;
    const { chooseCaller, others, getToken, call, outcome, tick } = steps(page);
    const stale = page.getByText('This token was asked for with other scopes.');
    await chooseCaller(USER);
    await others().fill('delete:user');
    await getToken();
    await call();
    await expect.poll(() => outcome().innerText()).toContain('403 GET /test');
    expect(await stale.count()).toBe(0);
    await tick('read:user');
    expect(await stale.count()).toBe(2);
    await getToken();
    await page.getByText('A token with the scope read:user').waitFor();
    expect(await stale.count()).toBe(0);
    await call();
    await expect.poll(() => outcome().innerText()).toContain('200 GET /test');
  });

  it('A service requests more than its grant, reads the tenant’s rejection, requests less, and gets 200', async () => {
    const { page } = opened;
    const { chooseCaller, tick, untick, getToken, call, outcome } = steps(page);
    await chooseCaller(SERVICE);
    await tick('read:user');
    await tick('write:user');
    await getToken();
    await page.getByText('The tenant refuses: access_denied: Client has not been granted scopes: write:user').waitFor();
    await untick('write:user');
    await getToken();
    await page.getByText('A token with the scope read:user').waitFor();
    const claims = await page.locator('.claims').innerText();
    expect(claims).toMatch(/exp\s+\d+\s+until when it is good: (\S+ )?\d\d:\d\d:\d\d, in (59 min|1 h)/);
    expect(claims).toContain('whom it is about: the client test-app (dev) itself, no user');
    await call();
    await expect.poll(() => outcome().innerText()).toContain('200');

    await page.getByRole('button', { name: 'Show the event' }).click();
    const event = page.getByLabel('The event', { exact: true });
    await expect.poll(() => event.innerText()).toContain('"authorization": "••••••••"');
    await page.getByRole('button', { name: 'Show the token in it' }).click();
    await expect.poll(() => event.innerText()).toContain('"authorization": "Bearer eyJ');
    const log = JSON.parse(await page.getByLabel('The line of the access log').innerText()) as Record<string, string>;
    expect(log).toMatchObject({ status: '200', routeKey: 'GET /test', azp: twin.outputs.clientIds['test-app'] });
  });

  it('The page masks the secrets of the token request until they are shown', async () => {
    const { page } = opened;
    await steps(page).chooseCaller(USER);
    const curl = page.getByLabel('The token request as a command');
    const { clientSecrets, testUserPassword } = twin.outputs;
    const secrets = [clientSecrets['test-app'] ?? '', JSON.stringify(testUserPassword).slice(1, -1)];
    expect(await curl.innerText()).toContain('"client_secret": "••••••••"');
    const html = await page.content();
    expect(secrets.filter((secret) => html.includes(secret))).toEqual([]);
    await page.getByRole('button', { name: 'Show secrets' }).click();
    await expect.poll(() => curl.innerText()).toContain(clientSecrets['test-app']);
    await page.getByRole('button', { name: 'Mask secrets' }).click();
    await expect.poll(() => curl.innerText()).not.toContain(clientSecrets['test-app']);
  });

  it('The page shows ten rejections, each with the failed check and the reason', async () => {
    const { page } = opened;
    const { chooseCaller, getToken, call, outcome, failed, openEditor, change, claims, path, signature } = steps(page);
    const expectRefusal = async (status: number, check: string, why: string): Promise<void> => {
      await call();
      await expect.poll(() => outcome().innerText(), { message: why }).toMatch(new RegExp(`${status} GET .*${why}`));
      expect(await failed().innerText()).toContain(check);
    };
    await chooseCaller('anyone');
    await expectRefusal(401, 'Is there a token?', 'the route needs a token in the Authorization header');
    await chooseCaller(SERVICE);
    await getToken();
    await openEditor();
    const changes: readonly (readonly [string, string, string])[] = [
      ['algorithm none', 'Is it signed by RSA?', 'the token is signed with none'],
      ['broken signature', 'Is the signature that key’s?', 'signature is not of the key'],
      ['a scope more', 'Is the signature that key’s?', 'signature is not of the key'],
      ['an unknown key', 'Is its key the issuer’s?', 'the token names the key unknown'],
      ['issuer without its slash', 'Is it by this issuer?', 'lacks the slash at the end'],
      ['another audience', 'Is it for this audience?', 'the token is for https://another-api.example.com'],
      ['expired', 'Is it not expired?', 'the token expired 6\\d s ago'],
      ['not good yet', 'Has its time begun?', 'the token is not valid before'],
      ['issued in the future', 'Was it issued before now?', 'which is in the future'],
    ];
    for (const [name, check, why] of changes) {
      await change(name);
      await expectRefusal(401, check, why);
    }
    await change('as it came');
    await claims().fill('{ "scope": ');
    await expectRefusal(401, 'Is it a JWT?', 'a malformed payload');
    await signature().selectOption('twin');
    await claims().fill(JSON.stringify({ ...claimsOf(await serviceToken(twin)), scope: 'write:user' }));
    await expectRefusal(
      403,
      'Has it a scope of the route?',
      "the route needs read:user; the token’?'?s scope is write:user",
    );
    await path().fill('/nothing');
    await expectRefusal(404, 'Does a route take it?', 'no route takes GET /nothing');
    await path().fill('/a/../test');
    await expectRefusal(400, 'Is the path well formed?', 'the path has a dot segment');
  });

  it('The page renders a hostile token, path and response harmless', async () => {
    const { page } = opened;
    const evil = `<img src=x onerror="window.harmed=1"><script>window.harmed=1</script>‮"'\`\u0000`;
    const token = await mint(
      twin,
      { ...claimsOf(await serviceToken(twin)), [evil]: evil, scope: evil, azp: evil, sub: evil },
      {
        header: { [evil]: evil },
      },
    );
    await call(twin, token);
    await call(twin, undefined, `/${encodeURIComponent('<script>window.harmed=1')}`);
    await page.getByRole('button', { name: 'Paste a token' }).click();
    await page.getByRole('textbox', { name: 'The token' }).fill(token);
    await expect.poll(() => page.locator('.claims').innerText()).toContain('<script>window.harmed=1</script>');
    await steps(page).call();
    await expect.poll(() => steps(page).outcome().innerText()).toContain('<script>window.harmed=1</script>');
    const texts = async (): Promise<string> => (await steps(page).rows().allInnerTexts()).join();
    await expect.poll(texts).toContain('404 GET /<script>window.harmed=1');
    expect(await page.evaluate('window.harmed')).toBeUndefined();
    expect(await page.locator('img, .claims script, section script').count()).toBe(0);
  });

  it('The page says why the API rejected a request before it could decide on it', async () => {
    const { page } = opened;
    const { path, call, outcome } = steps(page);
    await path().fill('test');
    await call();
    await expect
      .poll(() => outcome().innerText())
      .toMatch(/400 The API turned it away before .* decide on: Parse Error/);
    await page.getByRole('button', { name: 'Paste a token' }).click();
    await page.getByRole('textbox', { name: 'The token' }).fill(`Bearer ${'a'.repeat(20_000)}`);
    expect(await page.getByRole('textbox', { name: 'The token' }).inputValue()).toMatch(/^a{20000}$/);
    await path().fill('/test');
    await call();
    await expect.poll(() => outcome().innerText()).toMatch(/431 The API turned it away before .* decide on: \w/);
  });

  it('A role’s cell says which caller to choose instead, until one is chosen', async () => {
    const { page } = opened;
    const { chooseCaller, path } = steps(page);
    await path().fill('/typed');
    await page.locator('.matrix tbody td').nth(1).getByRole('button').click();
    const advice = page.locator('.advice');
    expect(await advice.innerText()).toBe(
      'A role asks for no token itself, a user who has the role reader does: choose such a user as the caller. ' +
        'The route is chosen.',
    );
    expect(await path().inputValue()).toBe('/test');
    await chooseCaller(USER);
    await advice.waitFor({ state: 'detached' });
  });

  it('The grant comes first in the list for a caller with several APIs and grants', async () => {
    const { page } = opened;
    await steps(page).chooseCaller(USER);
    const options = await page.getByRole('combobox', { name: 'Grant and API' }).locator('option').allInnerTexts();
    expect(options.map((text) => text.split(' · ')[0])).toEqual(['password-realm', 'password']);
  });

  it('The page can be used by keyboard alone: choose a cell, request a token, call, and open the request', async () => {
    const { page } = opened;
    const focused = (): Promise<string> => page.evaluate('document.activeElement.innerText') as Promise<string>;
    const tabTo = async (text: RegExp | string): Promise<void> => {
      for (let presses = 0; presses < 60; presses += 1) {
        await page.keyboard.press('Tab');
        if (new RegExp(text).test(await focused())) return;
      }
      throw new Error(`no ${String(text)} within reach of the keyboard`);
    };
    await page.locator('.matrix').waitFor();
    await tabTo('^✓ allowed');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.labels[0].innerText')).toContain('Caller');
    await tabTo('^Get a token');
    await page.keyboard.press('Enter');
    await page.getByText('A token with the scope read:user').waitFor();
    await tabTo('^Call$');
    await page.keyboard.press('Enter');
    await expect.poll(() => steps(page).outcome().innerText()).toContain('200 GET /test');
    await tabTo('^✓ 200 GET /test');
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toContain('POST /oauth/token');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await focused()).toContain('200 GET /test');
  });
});
