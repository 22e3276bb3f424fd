import type { Locator, Page } from 'playwright-core';

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
  outcome: (): Locator => page.locator('.work .explanation .outcome'),
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
