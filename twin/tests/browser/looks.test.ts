import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { startForFile } from '../support/browser-suite.ts';
import { steps, USER } from '../support/page-steps.ts';
import type { ProjectCopy } from '../../../tests/support/project.ts';
import { call, serviceToken, type TestTwin } from '../support/twin.ts';

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
let page: Page;
const chromium = startForFile((started) => ({ twin, page } = started), { change });

describe.skipIf(chromium === undefined)('What the page shows', () => {
  /** Pastes a token of these claims, as they are written. */
  const paste = async (claims: string): Promise<void> => {
    const [header, , signature] = (await serviceToken(twin)).split('.');
    await steps(page).openToken();
    await steps(page)
      .token()
      .fill([header, Buffer.from(claims).toString('base64url'), signature].join('.'));
    await page.locator('.claims').waitFor();
  };

  it('The page shows a token with deeply nested claims', async () => {
    await paste(`{"deep":${'['.repeat(20_000)}${']'.repeat(20_000)}}`);
    expect(await page.locator('.claims').innerText()).toMatch(/"?deep"?:?\s*\[{20000}/);
  });

  it('The page shows the value of a claim with a very long name', async () => {
    await paste(JSON.stringify({ [`https://example.com/${'claims/'.repeat(40)}`]: 'value of it' }));
    const value = await page.getByText('value of it').locator('xpath=..').boundingBox();
    expect(value?.width).toBeGreaterThan(70);
  });

  it('The page says that a public route skips the token checks, and shows its event with nothing masked', async () => {
    const { path, call, outcome, chooseCaller } = steps(page);
    await chooseCaller('anyone');
    await path().fill('/open');
    await call();
    await expect.poll(() => outcome().innerText()).toContain('200 GET /open');
    await page.getByText('3 checks passed, 12 not needed').click();
    const outcomes = await page.locator('details .mark').allInnerTexts();
    expect(new Set(outcomes)).toEqual(new Set(['✓ passed', '· not needed']));
    await page.getByText('The event', { exact: true }).click();
    await expect.poll(() => page.getByLabel('The event', { exact: true }).innerText()).toContain('"requestContext"');
    expect(await page.getByRole('button', { name: 'Show secrets' }).count()).toBe(0);
    await path().fill('/test');
    await call();
    await expect.poll(() => outcome().innerText()).toContain('401 GET /test');
    expect(await page.locator('details .mark').allTextContents()).toContain('· not reached');
  });

  it('The page shows invisible characters of a response, and the list shows the response of the gateway', async () => {
    const { path, call, rows, chooseCaller } = steps(page);
    await chooseCaller('anyone');
    await path().fill('/open');
    await call();
    const response = page.getByLabel('The response', { exact: true });
    await expect.poll(() => response.innerText()).toContain('one\n\ttwo \\u{202e} owt');
    expect(await response.innerText()).toMatch(/\ncontent-length: \d+\nDate: /);
    await expect.poll(() => rows().first().innerText()).toContain('GET /open');
    await rows().first().click();
    await page.getByText('Response from the gateway').waitFor();
    expect(await response.innerText()).not.toContain('content-length');
  });
});

describe.skipIf(chromium === undefined)('Accessibility of the page', () => {
  afterEach(async () => {
    await page.emulateMedia({ colorScheme: null });
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  it('The page has no accessibility violation, light at 1280 pixels and dark at 360, and nothing is cut off', async () => {
    const { chooseCaller, others, path, call: callApi, outcome, openEditor } = steps(page);
    await chooseCaller(USER);
    await others().fill('delete:user');
    await path().fill('/test');
    await callApi();
    await outcome().waitFor();
    await openEditor();
    for (const [colorScheme, width] of [
      ['light', 1280],
      ['dark', 360],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      expect(await violations(), colorScheme).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth'), colorScheme).toBe(width);
    }
  });

  it('The matrix scrolls in a narrow window, its routes and callers stay in view, and a focused cell beside them', async () => {
    await page.setViewportSize({ width: 360, height: 800 });
    const last = steps(page).cell('/orders/{orderId}', 3);
    await last.focus();
    const [cell, route, caller, region] = await Promise.all(
      [
        last,
        page.getByRole('rowheader', { name: '/orders/{orderId}' }),
        page.locator('.names th').last(),
        page.locator('.matrix'),
      ].map((one) => one.boundingBox()),
    );
    expect(route!.x).toBeGreaterThanOrEqual(region!.x);
    expect(cell!.x).toBeGreaterThanOrEqual(route!.x + route!.width - 1);
    expect(cell!.x + cell!.width).toBeLessThanOrEqual(region!.x + region!.width + 1);
    expect(caller!.y).toBeGreaterThanOrEqual(region!.y);
    expect(await page.locator('.detail').innerText()).toMatch(/^denied: no token · anyone → POST \/orders/);
  });

  it('The page has no accessibility violation while a request is open', async () => {
    await call(twin, undefined, `/${'long/'.repeat(30)}`);
    await steps(page).rows().first().filter({ hasText: '/long/' }).click();
    await page.getByRole('heading', { name: /long/ }).waitFor();
    expect(await violations()).toEqual([]);
  });
});

/** What axe finds, by its rule and where. */
async function violations(): Promise<unknown> {
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(axe.source);
  return page.evaluate(
    'axe.run({ resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`))',
  );
}
