import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { reloadWith, startForFile } from '../support/browser-suite.ts';
import { steps, USER } from '../support/page-steps.ts';
import { call, type TestTwin } from '../support/twin.ts';

let twin: TestTwin;
let page: Page;
const chromium = startForFile((started) => ({ twin, page } = started));

const focused = (): Promise<string> => page.evaluate('document.activeElement.innerText') as Promise<string>;

/** So many requests from outside the page, the last of a path of its own. */
async function callOften(count: number, last: string): Promise<void> {
  for (let at = 1; at < count; at += 1) await call(twin, undefined, `/often/${at}`);
  await call(twin, undefined, last);
}

describe.skipIf(chromium === undefined)('Keyboard focus on the page', () => {
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
    expect(await focused()).toMatch(/^Call/);
    answer();
    await expect.poll(() => steps(page).outcome().innerText()).toContain('401 GET /test');
    expect(await focused()).toMatch(/^Call/);
    expect([calls, await button.count()]).toEqual([1, 0]);
  });

  it('The focus moves to the call button when the button of an advice has gone', async () => {
    const { chooseCaller, call: callApi, outcome } = steps(page);
    await chooseCaller(USER);
    await callApi();
    await page.getByRole('button', { name: 'Request again with read:user' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => outcome().innerText()).toContain('200 GET /test');
    expect(await focused()).toBe('Call');
  });

  it('The focus stays on a row of the list, and the row in view, while new requests arrive above it', async () => {
    const { rows } = steps(page);
    await call(twin, undefined, '/focused');
    await expect.poll(() => rows().first().innerText()).toContain('GET /focused');
    await rows().first().focus();
    await callOften(60, '/last');
    await expect.poll(() => page.evaluate(PLACE)).toBe(61);
    expect(await focused()).toContain('GET /focused');
    await expect.poll(() => page.evaluate(inSight)).toBe(true);
  });

  it('The slash key focuses a search, and types a slash there', async () => {
    await page.locator('#call').focus();
    await page.keyboard.type('//');
    expect(await page.getByLabel('Search requests').inputValue()).toBe('/');
  });

  it('Home and End move the focus to the ends of the list, and the last row gets the focus of a dropped one', async () => {
    const fresh = Array.from({ length: 200 }, (_, at) => at + 1);
    await reloadWith(page, twin, () => fresh.splice(0));
    const { rows } = steps(page);
    await expect.poll(() => rows().first().innerText()).toContain('number 200');
    await rows().first().focus();
    await page.keyboard.press('End');
    await expect.poll(() => focused()).toMatch(/number 1$/);
    await expect.poll(() => page.evaluate(inSight)).toBe(true);
    fresh.push(201);
    await expect.poll(() => focused()).toMatch(/number 2$/);
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => focused()).toMatch(/number 3$/);
    await page.keyboard.press('Home');
    await expect.poll(() => focused()).toContain('number 201');
  });
});

/** The place in the list, from one, of the row that has the focus. */
const PLACE = "(row => [...row.parentElement.children].indexOf(row) + 1)(document.activeElement.closest('li'))";

/** Whether what has the focus is within the box of the list. */
const inSight =
  '(([row, box]) => row.top >= box.top - 1 && row.bottom <= box.bottom + 1)' +
  "([document.activeElement, document.querySelector('.entries')].map((one) => one.getBoundingClientRect()))";
