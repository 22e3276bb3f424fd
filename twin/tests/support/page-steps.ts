import type { Locator, Page } from 'playwright-core';

/** Callers of the tests' own stack, as the page's select calls them. */
export const SERVICE = '`test-app` (client_credentials)';
export const USER = 'user `test-user@example.com` through `test-app` (password)';

/** What a person does on the page, by the names that it gives to its parts. */
export const steps = (page: Page) => ({
  chooseCaller: (name: string) =>
    page.getByRole('combobox', { name: 'Caller', exact: true }).first().selectOption(name),
  tick: (scope: string) => page.getByRole('checkbox', { name: scope }).check(),
  untick: (scope: string) => page.getByRole('checkbox', { name: scope }).uncheck(),
  others: (): Locator => page.getByRole('textbox', { name: /^Others/ }),
  getToken: () => page.getByRole('button', { name: 'Get a token' }).click(),
  path: (): Locator => page.getByRole('textbox', { name: 'Path' }),
  call: () => page.getByRole('button', { name: /^Call/ }).click(),
  /** The line that says what became of the last call. */
  outcome: (): Locator => page.locator('.work .result[role=status] .outcome'),
  /** The check that failed. */
  failed: (): Locator => page.locator('.work .checks .failed'),
  openEditor: () => page.getByText('Edit the token by hand').click(),
  change: (name: string) => page.getByRole('button', { name, exact: true }).click(),
  claims: (): Locator => page.getByRole('textbox', { name: 'Claims' }),
  header: (): Locator => page.getByRole('textbox', { name: 'Header' }),
  signature: (): Locator => page.getByRole('combobox', { name: 'Signature' }),
  rows: (): Locator => page.locator('.live .entry'),
  filter: (name: string, value: string) => page.locator('.live').getByRole('combobox', { name }).selectOption(value),
});

/** Another tab comes before the page, as far as the page can tell. */
export const hide = (page: Page): Promise<void> => turn(page, true);

/** The page comes into sight again. */
export const show = (page: Page): Promise<void> => turn(page, false);

async function turn(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate(
    `Object.defineProperty(document, 'hidden', { configurable: true, value: ${hidden} });` +
      `document.dispatchEvent(new Event('visibilitychange'))`,
  );
}

/** The claims of a token. */
export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
}
