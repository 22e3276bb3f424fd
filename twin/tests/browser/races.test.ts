import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startForFile } from '../support/browser-suite.ts';
import { SERVICE, steps, USER } from '../support/page-steps.ts';
import type { TestTwin } from '../support/twin.ts';

let twin: TestTwin;
let page: Page;
let complaints: string[];
const chromium = startForFile((started) => ({ twin, page, complaints } = started));

/** Answers that the twin has given and that have not come yet, oldest first. */
interface HeldBack {
  /** Waits until there are so many. */
  readonly has: (count: number) => Promise<void>;
  /** Lets the oldest come, and waits until the page has it. */
  readonly next: () => Promise<void>;
}

async function holdBack(name: string): Promise<HeldBack> {
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

const granted = (): Promise<string[]> => page.locator('.scopes tbody tr').allInnerTexts();

describe.skipIf(chromium === undefined)('Late responses on the page', () => {
  it('The page keeps the token that was requested last, although an earlier response comes later', async () => {
    const { chooseCaller, tick, untick, call, outcome } = steps(page);
    await chooseCaller(USER);
    const answers = await holdBack('token');
    await tick('write:user');
    await call();
    await answers.has(1);
    await untick('write:user');
    await tick('read:user');
    await call();
    await answers.has(2);
    await answers.next();
    expect(await granted()).toEqual([]);
    await answers.next();
    expect(await granted()).toEqual([expect.stringMatching(/^read:user\s+✓ granted/)]);
    await expect.poll(() => outcome().innerText()).toContain('200 GET /test');
  });

  it('A caller does not get the token that was requested for the caller before', async () => {
    const { chooseCaller, call } = steps(page);
    const answers = await holdBack('token');
    await chooseCaller(SERVICE);
    await call();
    await answers.has(1);
    await chooseCaller('anyone');
    await answers.next();
    expect(await granted()).toEqual([]);
    await page.getByRole('button', { name: 'Call without a token' }).waitFor();
  });

  it('The page keeps a new token when the signature for a change to the old one comes later', async () => {
    const { chooseCaller, tick, call, outcome, openEditor, change, claims } = steps(page);
    await chooseCaller(USER);
    await call();
    await openEditor();
    const signatures = await holdBack('signature');
    await change('expired');
    await signatures.has(1);
    await tick('read:user');
    await call();
    await expect.poll(() => outcome().innerText()).toContain('200 GET /test');
    await signatures.next();
    await openEditor();
    expect(await claims().inputValue()).toContain('"scope": "read:user"');
    expect(await page.locator('.claims').innerText()).toMatch(/exp\s+\d+\s*expires .*in \d+ (min|h)/);
  });

  it('A call that is clicked while a changed token is being signed sends the changed token', async () => {
    const { cell, call, outcome, openEditor, change } = steps(page);
    await cell('GET /test', 2).click();
    await expect.poll(() => outcome().innerText()).toContain('200 GET /test');
    await openEditor();
    const signatures = await holdBack('signature');
    await change('expired');
    await call();
    await signatures.has(1);
    expect(await outcome().count()).toBe(0);
    await signatures.next();
    await expect.poll(() => outcome().innerText()).toMatch(/401 GET \/test: the token expired/);
  });

  it('A call is not made with a changed token that could not be signed', async () => {
    const { cell, call, outcome, openEditor, change } = steps(page);
    await cell('GET /test', 2).click();
    await expect.poll(() => outcome().innerText()).toContain('200 GET /test');
    await openEditor();
    await page.route('**/_twin/signature', (route) => route.fulfill({ status: 403, json: { error: 'not signed' } }));
    onTestFinished(() => page.unroute('**/_twin/signature'));
    await change('expired');
    expect(await page.getByRole('alert').innerText()).toBe('not signed');
    await call();
    await expect.poll(() => page.locator('.outcome .advice').innerText()).toBe('not signed');
    expect(await outcome().count()).toBe(0);
    await cell('GET /test', 2).click();
    await expect.poll(() => outcome().innerText()).toContain('200 GET /test');
    expect(complaints.splice(0)).toEqual([expect.stringContaining('403')]);
  });

  it('The page drops the result of a call, shown or on its way, when the caller or its scopes change', async () => {
    const { chooseCaller, call, outcome, tick } = steps(page);
    await chooseCaller(USER);
    await call();
    await expect.poll(() => outcome().innerText()).toContain('403 GET /test');
    await tick('read:user');
    await outcome().waitFor({ state: 'detached' });
    expect(await page.getByRole('button', { name: /^Request again/ }).count()).toBe(0);

    const answers = await holdBack('call');
    await call();
    await answers.has(1);
    await chooseCaller(SERVICE);
    await answers.next();
    expect(await outcome().count()).toBe(0);
    await call();
    await answers.has(1);
    await answers.next();
    expect(await outcome().innerText()).toContain('200 GET /test');
  });

  it('The last cell that was clicked wins, although the answer to an earlier one comes later', async () => {
    const { cell, outcome } = steps(page);
    const answers = await holdBack('call');
    await cell('GET /test', 2).click();
    await answers.has(1);
    await cell('GET /test', 3).click();
    await answers.has(2);
    await answers.next();
    expect(await outcome().count()).toBe(0);
    await answers.next();
    expect(await outcome().innerText()).toContain('401 GET /test');
  });
});

describe.skipIf(chromium === undefined)('Choices on the page', () => {
  const caller = () => page.getByLabel('Caller', { exact: true });

  it('The chosen grant stays by name, and the page says when it is gone', async () => {
    const { chooseCaller, call, outcome } = steps(page);
    await chooseCaller(USER);
    await page.getByLabel('Grant', { exact: true }).selectOption({ index: 1 });
    await call();
    await outcome().waitFor();
    twin.project.edit('Pulumi.dev.yaml', 'api:audience: https://', 'api:audience: https://another-');
    onTestFinished(async () => {
      twin.project.edit('Pulumi.dev.yaml', 'https://another-', 'https://');
      await twin.reload();
    });
    await twin.reload();
    await expect
      .poll(() => page.locator('.advice').innerText())
      .toMatch(/by password · https:.* Its token is forgotten\.$/);
    expect(await page.locator('.claims').count()).toBe(0);
  });

  it('Choices stay when the program declares others before them, and the page says which are gone', async () => {
    const { call, outcome, path } = steps(page);
    expect(await caller().inputValue()).toBe(SERVICE);
    await call();
    await expect.poll(() => outcome().innerText()).toContain('200 GET /test');

    const other = '{ name: another-app, party: first, grants: [client_credentials], permissions: [] }';
    twin.project.edit('Pulumi.dev.yaml', 'api:clients:\n', `api:clients:\n    - ${other}\n`);
    twin.project.edit(
      'contract.ts',
      "'GET /test'",
      "'GET /before': { handler: 'test', scopes: 'public' },\n    'GET /test'",
    );
    await twin.reload();
    await expect.poll(() => page.locator('.matrix').innerText()).toContain('another-app');
    expect(await caller().inputValue()).toBe(SERVICE);
    expect(await path().inputValue()).toBe('/test');
    await call();
    await expect.poll(() => outcome().innerText()).toContain('200 GET /test');

    twin.project.edit('Pulumi.dev.yaml', 'name: test-app', 'name: renamed-app');
    await twin.reload();
    const advice = page.locator('.advice');
    await expect
      .poll(() => advice.allInnerTexts())
      .toEqual(['The program no longer has test-app (client_credentials). Its token is forgotten.']);
    expect(await caller().inputValue()).toBe('anyone');
    expect(await page.locator('.claims').count()).toBe(0);
    expect(await outcome().count()).toBe(0);
    expect(await path().inputValue()).toBe('/test');
    await steps(page).chooseCaller('`renamed-app` (client_credentials)');
    await advice.waitFor({ state: 'detached' });
  });
});
