import axe from 'axe-core';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAt, type Opened } from '../support/browser.ts';
import { openForAll, startForFile } from '../support/browser-suite.ts';
import { steps, USER } from '../support/page-steps.ts';
import { ROOT, type ProjectCopy } from '../../../tests/support/project.ts';
import { call, serviceToken, type TestTwin } from '../support/twin.ts';

const SCREENSHOTS = new URL('coverage/page/', ROOT);

const LONG = "'POST /orders/{orderId}/items/{itemId}'";

/** A public route, one with a long name, and a handler whose answer turns its own text around. */
function change(project: ProjectCopy): void {
  project.edit(
    'contract.ts',
    "'GET /test'",
    `'GET /open': { handler: 'test', scopes: 'public' },\n    ${LONG}: { handler: 'test', scopes: ['write:user', 'read:appointments'] },\n    'GET /test'`,
  );
  project.edit('handler/test.ts', "JSON.stringify('JWT test backend lambda')", "'one\\n\\ttwo \\u202e owt'");
}

let twin: TestTwin;
let browser: Browser;
let opened: Opened;
const chromium = startForFile((both) => ({ twin, browser } = both), { change });
beforeAll(() => mkdirSync(SCREENSHOTS, { recursive: true }));

describe.skipIf(chromium === undefined)('What the page shows', () => {
  openForAll(
    () => ({ twin, browser }),
    (page) => (opened = page),
  );

  /** Pastes a token of these claims, as they are written. */
  const paste = async (claims: string): Promise<void> => {
    const { page } = opened;
    const [header, , signature] = (await serviceToken(twin)).split('.');
    await page.getByRole('button', { name: 'Paste a token' }).click();
    const token = [header, Buffer.from(claims).toString('base64url'), signature].join('.');
    await page.getByRole('textbox', { name: 'The token' }).fill(token);
    await page.locator('.claims').waitFor();
  };

  it('The page shows claims exactly as the token writes them, and keeps them when others are changed', async () => {
    const { page } = opened;
    await paste('{"exp":1,"big":12345678901234567890,"huge":1e999,"exp":2}');
    const rows = (await page.locator('.claims tbody').nth(1).locator('tr').allInnerTexts()).slice(1);
    expect(rows).toEqual([
      expect.stringMatching(/^exp\s+1\s.*the token says it 2 times/),
      expect.stringMatching(/^big\s+12345678901234567890\s.*the token writes the number so/),
      expect.stringMatching(/^huge\s+1e999\s.*the token writes the number so/),
      expect.stringMatching(/^exp\s+2\s.*the token says it 2 times/),
    ]);
    await steps(page).openEditor();
    const claims = steps(page).claims();
    const laid = '{\n  "exp": 1,\n  "big": 12345678901234567890,\n  "huge": 1e999,\n  "exp": 2\n}';
    expect(await claims.inputValue()).toBe(laid);
    await claims.fill(laid.replace('"exp": 1', '"exp": 3'));
    const token = page.getByRole('textbox', { name: 'The token' });
    const payload = async (): Promise<string> =>
      Buffer.from((await token.inputValue()).split('.')[1] ?? '', 'base64url').toString();
    await expect.poll(payload).toBe('{"exp":3,"big":12345678901234567890,"huge":1e999,"exp":2}');
    await steps(page).change('a scope more');
    await expect
      .poll(payload)
      .toBe('{"exp":1,"big":12345678901234567890,"huge":1e999,"exp":2,"scope":"delete:everything"}');
  });

  it('The page shows a token with deeply nested claims', async () => {
    await paste(`{"deep":${'['.repeat(20_000)}${']'.repeat(20_000)}}`);
    expect(await opened.page.locator('.claims').innerText()).toMatch(/deep\s+\[{20000}/);
  });

  it('The page shows the value of a claim with a very long name', async () => {
    await paste(JSON.stringify({ [`https://example.com/${'claims/'.repeat(40)}`]: 'value of it' }));
    const value = await opened.page.getByText('value of it').locator('xpath=..').boundingBox();
    expect(value?.width).toBeGreaterThan(100);
  });

  it('The page says that a public route skips the token checks, and shows its event with nothing masked', async () => {
    const { page } = opened;
    const { path, call, outcome, chooseCaller } = steps(page);
    await chooseCaller('anyone');
    await path().fill('/open');
    await call();
    await expect.poll(() => outcome().innerText()).toContain('200 GET /open');
    const outcomes = await page.locator('.work .checks .mark').allInnerTexts();
    expect(new Set(outcomes)).toEqual(new Set(['✓ passed', '· not asked']));
    await page.getByRole('button', { name: 'Show the event' }).click();
    await page.getByLabel('The event', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Show the token in it' }).count()).toBe(0);
    await path().fill('/test');
    await call();
    await expect.poll(() => outcome().innerText()).toContain('401 GET /test');
    expect(await page.locator('.work .checks .mark').allInnerTexts()).toContain('· not reached');
  });

  it('The page shows invisible characters of a response, and the list shows the response of the gateway', async () => {
    const { page } = opened;
    const { path, call, rows, chooseCaller } = steps(page);
    await chooseCaller('anyone');
    await path().fill('/open');
    await call();
    const response = page.getByLabel('The response', { exact: true });
    await expect.poll(() => response.innerText()).toContain('one\n\ttwo \\u{202e} owt');
    expect(await response.innerText()).toMatch(/\ncontent-length: \d+\nDate: /);
    await page.getByRole('heading', { name: 'The response, as the client got it' }).waitFor();
    await rows().first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('heading', { name: 'The response, as the gateway gave it' }).waitFor();
    expect(await dialog.getByLabel('The response', { exact: true }).innerText()).not.toContain('content-length');
    await dialog.getByText('Headers such as content-length, Date and Connection are added when it is sent.').waitFor();
  });
});

describe.skipIf(chromium === undefined)('Accessibility of the page', () => {
  let page: Page;
  beforeAll(async () => {
    if (chromium === undefined) return;
    opened = await openAt(browser, twin.pageUrl);
    ({ page } = opened);
    const { chooseCaller, others, getToken, path, call, outcome, openEditor } = steps(page);
    await chooseCaller(USER);
    await others().fill('delete:user');
    await getToken();
    await openEditor();
    await path().fill('/test');
    await call();
    await outcome().waitFor();
  });
  afterAll(() => opened.close());

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
    ['dark', 360],
  ] as const)(
    'The page has no accessibility violation in the %s scheme at %i pixels, and nothing is cut off',
    async (colorScheme, width) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      expect(await broken(page)).toEqual([]);
      // It is called as the list is, and must not be laid out as that.
      expect(await page.evaluate("getComputedStyle(document.querySelector('.link')).position")).toBe('static');
      await page.screenshot({
        path: fileURLToPath(new URL(`${colorScheme}-${width}.png`, SCREENSHOTS)),
        fullPage: true,
      });
    },
  );

  it('The page has each verdict in view beside the caller’s name in a narrow window', async () => {
    await page.setViewportSize({ width: 360, height: 800 });
    const callers = (await page.locator('.matrix thead th').count()) - 1;
    const cells = page.locator('.matrix tbody tr').filter({ hasText: '/orders/{orderId}' }).getByRole('cell');
    expect(await cells.count()).toBe(callers);
    for (const cell of await cells.all()) {
      expect(await cell.innerText()).toMatch(/\S+[^]*(✓ allowed|✗ denied)/);
      for (const part of [cell.locator('.who'), cell.locator('.word')]) {
        const box = await part.boundingBox();
        expect(box?.x).toBeGreaterThanOrEqual(0);
        expect(box!.x + box!.width).toBeLessThanOrEqual(360);
      }
    }
    expect(await page.getByRole('table').first().getByRole('rowheader').count()).toBeGreaterThan(1);
  });

  it('The matrix scrolls in a window too narrow for all callers, and its routes stay in view', async () => {
    await page.setViewportSize({ width: 700, height: 800 });
    const scrolled = await page.evaluate(
      '((box) => { box.scrollLeft = 1e9; return box.scrollLeft; })(document.querySelector("[aria-label=\'The matrix\']"))',
    );
    const route = await page.getByRole('rowheader', { name: '/orders/{orderId}' }).boundingBox();
    const last = await page.locator('.matrix tbody tr').first().getByRole('cell').last().boundingBox();
    const region = await page.getByLabel('The matrix').boundingBox();
    expect(scrolled).toBeGreaterThan(0);
    expect(route!.x).toBeGreaterThanOrEqual(region!.x);
    expect(last!.x).toBeGreaterThanOrEqual(route!.x + route!.width);
    expect(last!.x + last!.width).toBeLessThanOrEqual(region!.x + region!.width + 1);
  });

  it('The page has no accessibility violation while a request is open', async () => {
    await call(twin, undefined, `/${'long/'.repeat(30)}`);
    await expect.poll(() => steps(page).rows().first().innerText()).toContain('/long/');
    await steps(page).rows().first().click();
    await page.getByRole('dialog').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.screenshot({ path: fileURLToPath(new URL('opened.png', SCREENSHOTS)) });
    await page.setViewportSize({ width: 360, height: 800 });
    const button = await page.getByRole('button', { name: 'Close' }).boundingBox();
    expect(button!.height).toBeLessThan(40);
    await page.keyboard.press('Escape');
  });
});

/** Words that must stand in one line and do not. */
async function broken(page: Opened['page']): Promise<unknown> {
  return page.evaluate(
    "[...document.querySelectorAll('.verdict .word, .scopes code, .claims th code')]" +
      '.filter((element) => element.getBoundingClientRect().height > 30).map(({ innerText }) => innerText)',
  );
}

/** What axe finds, by its rule and where. */
async function violations(page: Opened['page']): Promise<unknown> {
  await page.evaluate(axe.source);
  return page.evaluate(
    'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`))',
  );
}
