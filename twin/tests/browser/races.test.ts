import type { Browser, Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openAt, type Opened } from '../support/browser.ts';
import { openForAll, startForFile } from '../support/browser-suite.ts';
import { SERVICE, steps, USER } from '../support/page-steps.ts';
import { startTestTwin, type TestTwin } from '../support/twin.ts';

let twin: TestTwin;
let browser: Browser;
let opened: Opened;
const chromium = startForFile((both) => ({ twin, browser } = both));

/** Answers that the twin has given and that have not come yet, oldest first. */
interface HeldBack {
  /** Waits until there are so many. */
  readonly has: (count: number) => Promise<void>;
  /** Lets the oldest come, and waits until the page has it. */
  readonly next: () => Promise<void>;
}

async function holdBack(page: Page, name: string): Promise<HeldBack> {
  const held: (() => Promise<void>)[] = [];
  await page.route(`**/_twin/${name}`, async (route) => {
    const response = await route.fetch();
    held.push(() => route.fulfill({ response }));
  });
  onTestFinished(() => page.unroute(`**/_twin/${name}`));
  return {
    has: async (count) => {
      await expect.poll(() => held.length).toBe(count);
    },
    next: async () => {
      const come = page.waitForResponse(`**/_twin/${name}`);
      await held.shift()?.();
      await (await come).finished();
      await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))');
    },
  };
}

const granted = (page: Page): Promise<string[]> => page.locator('.work [aria-live] > .outcome').allInnerTexts();

describe.skipIf(chromium === undefined)('Late responses on the page', () => {
  openForAll(
    () => ({ twin, browser }),
    (page) => (opened = page),
  );

  it('The page keeps the token that was requested last, although an earlier response comes later', async () => {
    const { page } = opened;
    const { chooseCaller, tick, untick, getToken } = steps(page);
    await chooseCaller(USER);
    const answers = await holdBack(page, 'token');
    await tick('read:user');
    await getToken();
    await answers.has(1);
    await untick('read:user');
    await tick('write:user');
    await getToken();
    await answers.has(2);
    await answers.next();
    expect(await granted(page)).toEqual([]);
    await answers.next();
    expect(await granted(page)).toEqual(['✓ 200 A token, without any scope']);
    expect(await page.locator('.scopes tbody tr').first().innerText()).toMatch(/^write:user\s+✓ yes/);
  });

  it('A caller does not get the token that was requested for the caller before', async () => {
    const { page } = opened;
    const { chooseCaller, getToken } = steps(page);
    const answers = await holdBack(page, 'token');
    await chooseCaller(SERVICE);
    await getToken();
    await answers.has(1);
    await chooseCaller('anyone');
    await answers.next();
    expect(await granted(page)).toEqual([]);
    await page.getByRole('button', { name: 'Call without a token' }).waitFor();
  });

  it('The page keeps a new token when the signature for a change to the old one comes later', async () => {
    const { page } = opened;
    const { chooseCaller, tick, getToken, openEditor, change, claims } = steps(page);
    await chooseCaller(USER);
    await getToken();
    await openEditor();
    const signatures = await holdBack(page, 'signature');
    await change('expired');
    await signatures.has(1);
    await tick('read:user');
    await getToken();
    await page.getByText('A token with the scope read:user').waitFor();
    await signatures.next();
    expect(await claims().inputValue()).toContain('"scope": "read:user"');
    expect(await page.locator('.claims').innerText()).toMatch(/exp\s+\d+\s+until when it is good: .*in \d+ (min|h)/);
  });

  it('The page drops the result of a call, shown or on its way, when the caller or the token changes', async () => {
    const { page } = opened;
    const { chooseCaller, getToken, call, outcome, tick } = steps(page);
    await chooseCaller(USER);
    await getToken();
    await call();
    await expect.poll(() => outcome().innerText()).toContain('403 GET /test');
    await tick('read:user');
    await getToken();
    await outcome().waitFor({ state: 'detached' });
    expect(await page.getByRole('button', { name: /^Ask again/ }).count()).toBe(0);

    const answers = await holdBack(page, 'call');
    await call();
    await answers.has(1);
    await chooseCaller(SERVICE);
    await answers.next();
    expect(await outcome().count()).toBe(0);
    await call();
    await answers.has(1);
    await answers.next();
    expect(await outcome().innerText()).toContain('401 GET /test');
    await chooseCaller('anyone');
    await outcome().waitFor({ state: 'detached' });
  });

  it('A call waits for the token that was requested just before, and uses it', async () => {
    const { page } = opened;
    const { chooseCaller, tick, getToken, call, outcome } = steps(page);
    await chooseCaller(USER);
    await tick('read:user');
    const answers = await holdBack(page, 'token');
    await getToken();
    await call();
    await answers.has(1);
    await answers.next();
    await expect.poll(() => outcome().innerText()).toContain('200 GET /test');
  });
});

describe.skipIf(chromium === undefined)('Choices on the page', () => {
  const caller = (page: Page) => page.getByRole('combobox', { name: 'Caller', exact: true }).first();
  const route = (page: Page) => page.locator('.call').getByRole('combobox', { name: 'Route' });

  it('Choices stay when the program declares others before them, and the page says which are gone', async () => {
    const changing = await startTestTwin({ page: true });
    onTestFinished(() => changing.end());
    const { page, complaints, close } = await openAt(browser, changing.pageUrl);
    const { getToken, call, outcome } = steps(page);
    expect(await caller(page).inputValue()).toBe(SERVICE);
    await getToken();
    await page.getByText('A token with the scope read:user').waitFor();

    const other = '{ name: another-app, party: first, grants: [client_credentials], permissions: [] }';
    changing.project.edit('Pulumi.dev.yaml', 'api:clients:\n', `api:clients:\n    - ${other}\n`);
    changing.project.edit(
      'contract.ts',
      "'GET /test'",
      "'GET /before': { handler: 'test', scopes: 'public' },\n    'GET /test'",
    );
    await changing.reload();
    await expect.poll(() => page.locator('.matrix').innerText()).toContain('another-app');
    expect(await caller(page).inputValue()).toBe(SERVICE);
    expect(await route(page).inputValue()).toBe('GET /test');
    await call();
    await expect.poll(() => outcome().innerText()).toContain('200 GET /test');

    changing.project.edit('Pulumi.dev.yaml', 'name: test-app', 'name: renamed-app');
    changing.project.edit('contract.ts', "'GET /test'", "'GET /tests'");
    await changing.reload();
    const advice = page.locator('.advice');
    await expect
      .poll(() => advice.allInnerTexts())
      .toEqual(['The program no longer has test-app (client_credentials). Its token is forgotten: choose a caller.']);
    expect(await caller(page).inputValue()).toBe('anyone');
    expect(await page.locator('.claims').count()).toBe(0);
    expect(await outcome().count()).toBe(0);
    expect(await route(page).locator('option:checked').innerText()).toBe('another path');
    expect(await steps(page).path().inputValue()).toBe('/test');
    await steps(page).chooseCaller('`renamed-app` (client_credentials)');
    await advice.waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
    await close();
  });

  it('The chosen grant stays by name, and the page says when it is gone', async () => {
    const changing = await startTestTwin({ page: true });
    onTestFinished(() => changing.end());
    const { page, close } = await openAt(browser, changing.pageUrl);
    const { chooseCaller, getToken } = steps(page);
    const grant = page.getByRole('combobox', { name: 'Grant and API' });
    await chooseCaller(USER);
    await grant.selectOption({ index: 1 });
    await getToken();
    await page.getByText('A token, without any scope').waitFor();
    changing.project.edit('Pulumi.dev.yaml', 'api:audience: https://', 'api:audience: https://another-');
    await changing.reload();
    await expect
      .poll(() => page.locator('.advice').innerText())
      .toMatch(/ask by password · https:.* choose another way\.$/);
    expect(await page.locator('.claims').count()).toBe(0);
    await close();
  });

  it('The token stays when a cell of the same caller is chosen in the matrix', async () => {
    const { page, close } = await openAt(browser, twin.pageUrl);
    await steps(page).getToken();
    await page.getByText('A token with the scope read:user').waitFor();
    await steps(page).path().fill('/typed');
    await page.locator('.matrix tbody td').first().getByRole('button').click();
    await expect.poll(() => steps(page).path().inputValue()).toBe('/test');
    await page.getByRole('button', { name: 'Call', exact: true }).waitFor();
    await page.getByText('A token with the scope read:user').waitFor();
    await close();
  });
});
