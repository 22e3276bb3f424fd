import type { Locator, Page } from 'playwright-core';

/** Callers of the tests' own stack, as the page's select names them. */
export const SERVICE = '`test-app` (client_credentials)';
export const USER = 'user `test-user@example.com` through `test-app` (password)';

/** A person's steps on the page, by the accessible names of its parts. */
export const steps = (page: Page) => ({
  /** A cell of the matrix, by the name of its caller and its route. */
  cell: (route: string, column: number): Locator =>
    page.locator('.matrix [data-y]').filter({ hasText: route }).first().getByRole('gridcell').nth(column),
  chooseCaller: (name: string) => page.getByLabel('Caller', { exact: true }).selectOption(name),
  tick: (scope: string) => page.getByRole('checkbox', { name: scope }).check(),
  untick: (scope: string) => page.getByRole('checkbox', { name: scope }).uncheck(),
  others: (): Locator => page.getByLabel('Other scopes'),
  path: (): Locator => page.getByLabel('Path', { exact: true }),
  /** Requests a token if there is none, and makes the call. */
  call: () => page.locator('#call').click(),
  /** The sentence with the outcome of the last call. */
  outcome: (): Locator => page.locator('.outcome .verdict'),
  /** The failed check, visible without a click. */
  failed: (): Locator => page.locator('.outcome > .check.failed'),
  openToken: () => page.getByText(/^(Paste a token|Show or replace the token)$/).click(),
  token: (): Locator => page.getByLabel('The token', { exact: true }),
  openEditor: () => page.getByText('Edit the token').click(),
  change: (name: string) => page.getByLabel('Try a change').selectOption(name),
  claims: (): Locator => page.getByLabel('Claims', { exact: true }),
  signature: (): Locator => page.getByLabel('Signature', { exact: true }),
  rows: (): Locator => page.locator('.log .entry'),
  filter: (name: string, value: string) => page.locator('.log').getByLabel(name, { exact: true }).selectOption(value),
});

/** Makes the page believe that another tab hides it. */
export const hide = (page: Page): Promise<void> => turn(page, true);

/** Makes the page believe that it is visible again. */
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
