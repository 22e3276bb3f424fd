import type { Browser } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventOf, LISTENERS } from '../../src/page/live.ts';
import type { Entry } from '../../src/page/messages.ts';
import { openAt, type Opened } from '../support/browser.ts';
import { openForAll, startForFile } from '../support/browser-suite.ts';
import { hide, show, steps, USER } from '../support/page-steps.ts';
import { listenTo, lastOf } from '../support/page.ts';
import { askToken, call, serviceToken, startTestTwin, userLogin, type TestTwin } from '../support/twin.ts';

let twin: TestTwin;
let browser: Browser;
let opened: Opened;
const chromium = startForFile((both) => ({ twin, browser } = both));

describe.skipIf(chromium === undefined)('The live list in a browser', () => {
  openForAll(
    () => ({ twin, browser }),
    (page) => (opened = page),
  );

  it('The empty list says how to make the first request', async () => {
    const fresh = await startTestTwin({ page: true });
    onTestFinished(() => fresh.end());
    const { page, close } = await openAt(browser, fresh.pageUrl);
    await page.getByText('● connected').waitFor();
    const empty = page.locator('.live .empty');
    expect(await empty.innerText()).toBe(
      'Nothing has been asked yet. Call the API from anywhere on this machine:\n\n' +
        `curl -i ${fresh.apiUrl}/\n\nor run one of the commands that npm start has printed.`,
    );
    expect(await page.locator('section.live > .quiet').innerText()).toBe('');
    await call(fresh, undefined, '/');
    await empty.waitFor({ state: 'detached' });
    await close();
  });
  it('The list shows a request from outside as it arrives, opens the same explanation, and filters', async () => {
    const { page } = opened;
    const { rows, filter } = steps(page);
    const token = await serviceToken(twin);
    await call(twin, token, '/test?from=outside');
    await expect.poll(() => rows().first().innerText()).toMatch(/200 GET \/test[^]*test-app \(dev\)/);
    await call(twin, undefined, '/test');
    await expect.poll(() => rows().first().innerText()).toMatch(/401 GET \/test[^]*the route needs a token/);
    await askToken(twin, { ...userLogin(twin), scope: 'read:user delete:user' });
    await expect.poll(() => rows().first().innerText()).toMatch(/200 POST \/oauth\/token[^]*test-user@example.com/);

    await rows().first().click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.locator('.scopes').innerText()).toMatch(/delete:user\s+✓ yes\s+– no\s+– no/);
    await page.keyboard.press('Escape');
    await filter('Status', '4');
    await rows().first().click();
    expect(await dialog.locator('.checks .failed').innerText()).toContain('Is there a token?');
    expect(await dialog.getByLabel('The line of the access log').innerText()).toContain('missing: token not provided');
    await dialog.getByRole('button', { name: 'Close' }).click();
    const statuses = await page.getByRole('combobox', { name: 'Status' }).locator('option').allInnerTexts();
    expect(statuses).toEqual(expect.arrayContaining(['all', '2xx', '200', '4xx', '401']));
    expect(statuses).not.toContain('5xx');
    await filter('Status', '401');
    for (const text of await rows().allInnerTexts()) expect(text).toContain('401');
    await filter('Status', '');
    await filter('Caller', 'test-app (dev)');
    for (const text of await rows().allInnerTexts()) expect(text).toContain('test-app (dev)');
    await filter('Route', 'POST /oauth/token');
    for (const text of await rows().allInnerTexts()) expect(text).toContain('POST /oauth/token');
  });

  it('The list holds the latest 200 requests, and says how many older ones were dropped', async () => {
    const { page } = opened;
    const entry = (id: number): Entry => ({ kind: 'unread', id, at: id * 1000, status: 400, why: `number ${id}` });
    const entries = Array.from({ length: 500 }, (_, at) => entry(at + 1));
    const ear = await listenTo(twin);
    await expect.poll(() => lastOf(ear, 'state')).toBeDefined();
    ear.close();
    await page.route('**/_twin/live*', (route) => {
      // It ends, unlike the real one, and is asked for again.
      const again = route.request().url().includes('500');
      const said =
        eventOf('state', lastOf(ear, 'state')!) +
        eventOf('entries', { entries: again ? [] : entries, skipped: 0, last: 500 });
      return route.fulfill({ contentType: 'text/event-stream', body: said });
    });
    await page.reload();
    const { rows } = steps(page);
    await expect.poll(() => rows().first().innerText()).toContain('number 500');
    expect(await rows().count()).toBe(200);
    // A count that runs is not read out each time.
    expect(await page.locator('section.live [role=status], section.live [aria-live]').count()).toBe(0);
    expect(await page.locator('section.live > .quiet').innerText()).toContain(
      '200 requests. 300 older ones were dropped.',
    );
    expect(await rows().last().innerText()).toContain('number 301');
    await page.unroute('**/_twin/live*');
  });
});

describe.skipIf(chromium === undefined)('An open page', () => {
  it('A hidden page holds no connection, so an eighth tab is served, and it catches up when it is shown', async () => {
    const { page: first, complaints, close } = await openAt(browser, twin.pageUrl);
    await steps(first).path().fill('/typed');
    // Hidden before its list has come, it would count that among what came meanwhile.
    await call(twin, undefined, '/before');
    await expect.poll(() => steps(first).rows().first().innerText()).toContain('404 GET /before');
    await first.evaluate(
      `new MutationObserver(() => { window.away ||= document.querySelector('.banner, .link:not(.live)') !== null; })` +
        '.observe(document.body, { childList: true, subtree: true, attributes: true })',
    );
    let page = first;
    for (let tabs = 2; tabs <= 8; tabs += 1) {
      await hide(page);
      page = await first.context().newPage();
      page.setDefaultTimeout(60_000);
      await page.goto(twin.tenantUrl);
      await page.getByText('● connected').waitFor();
    }
    await steps(page).path().fill('/from/the/eighth');
    await steps(page).call();
    await expect.poll(() => steps(page).outcome().innerText()).toContain('404 GET /from/the/eighth');
    await hide(page);
    const before = await steps(first).rows().count();
    await show(first);
    await expect.poll(() => steps(first).rows().first().innerText()).toContain('404 GET /from/the/eighth');
    expect(await steps(first).rows().count()).toBe(before + 1);
    expect(await steps(first).path().inputValue()).toBe('/typed');
    expect(await first.evaluate('window.away')).not.toBe(true);
    expect(complaints).toEqual([]);
    await close();
  });

  it('A page says that too many pages are open, in the twin’s words, and connects when one is closed', async () => {
    const ears = await Promise.all(Array.from({ length: LISTENERS }, () => listenTo(twin)));
    const closeAll = (): void => ears.forEach((ear) => ear.close());
    onTestFinished(closeAll);
    // The page of the test before may be on its way out.
    for (const ear of ears) await expect.poll(() => lastOf(ear, 'state')).toBeDefined();
    const { page, close } = await openAt(browser, twin.pageUrl);
    const banner = page.getByRole('alert');
    await expect.poll(() => banner.innerText()).toContain(`There are ${LISTENERS} pages open already: close some.`);
    expect(await page.locator('.link').innerText()).toBe('○ not connected');
    closeAll();
    await page.getByText('● connected').waitFor();
    await banner.waitFor({ state: 'detached' });
    await close();
  });

  it('A page that is shown again sees that the twin is away, and that it is back', async () => {
    const { page, close } = await openAt(browser, twin.pageUrl);
    await page.getByText('● connected').waitFor();
    await hide(page);
    await twin.close();
    await show(page);
    await page.getByText('○ the twin is away').waitFor();
    await hide(page);
    twin = await startTestTwin({ page: true, again: twin });
    await show(page);
    await page.getByText('● connected again').waitFor();
    await close();
  });

  it('The page gives the likely reason after 40 seconds without a response, and keeps what was typed', async () => {
    const { page, close } = await openAt(browser, twin.pageUrl);
    await page.evaluate(
      'AbortSignal.timeout = (patience) => { window.patience = patience; const ending = new AbortController();' +
        "window.giveUp = () => ending.abort(new DOMException('', 'TimeoutError')); return ending.signal; }",
    );
    await page.route('**/_twin/call', () => undefined);
    await steps(page).path().fill('/typed');
    await steps(page).call();
    await page.getByText('There is no answer yet.').waitFor();
    await page.evaluate('window.giveUp()');
    await page.getByText('There was no answer within 40 seconds. Either the twin is away, or too many').waitFor();
    expect(await page.evaluate('window.patience')).toBe(40_000);
    expect(await steps(page).path().inputValue()).toBe('/typed');
    expect(await page.getByRole('button', { name: /^Call/ }).isEnabled()).toBe(true);
    await close();
  });

  it('The page shows a program error and a twin that is away, reconnects, and keeps what was typed', async () => {
    const { page, close } = await openAt(browser, twin.pageUrl);
    const { others, chooseCaller, path, getToken } = steps(page);
    await chooseCaller(USER);
    await others().fill('delete:user');
    await path().fill('/typed');
    twin.project.edit('handler/test.ts', 'export const', 'export konst');
    const error: unknown = await twin.reload().catch((caught: unknown) => caught);
    const message = error instanceof Error ? error.message : '';
    expect(message).toContain('handler/test.ts:4:8: Unexpected');
    await expect.poll(() => page.getByRole('alert').innerText()).toContain(message);

    await twin.close();
    await page.getByText('The twin does not answer. Start it again').waitFor();
    await getToken();
    await page.getByText('The twin does not answer. Is it running? npm start').waitFor();

    twin.project.edit('handler/test.ts', 'export konst', 'export const');
    twin.project.edit(
      'contract.ts',
      "'GET /test'",
      "'POST /test': { handler: 'test', scopes: ['write:user'] },\n    'GET /test'",
    );
    twin = await startTestTwin({ page: true, again: twin });
    await page.getByText('● connected again').waitFor();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    expect(await page.locator('.matrix').innerText()).toContain('POST /test\nneeds write:user');
    expect(await others().inputValue()).toBe('delete:user');
    expect(await path().inputValue()).toBe('/typed');
    await getToken();
    await page.getByText('A token, without any scope').waitFor();
    await close();
  });
});
