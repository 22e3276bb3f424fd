import type { Page } from 'playwright-core';
import type { ProjectCopy } from '../../../tests/support/project.ts';
import type { SdkPage } from './sdk-page.ts';

/** Adds entries to `api:clients` of stack dev. */
export const withClients =
  (...clients: readonly string[]) =>
  (project: ProjectCopy): void =>
    project.edit(
      'Pulumi.dev.yaml',
      '  api:testUser',
      `${clients.map((client) => `    ${client}\n`).join('')}  api:testUser`,
    );

/** The entry that a front-end developer writes into the stack file. */
export const spaClient = (port: number): string =>
  `- { name: web, type: spa, callbacks: ['http://localhost:${port}'], origins: ['http://localhost:${port}'], logoutUrls: ['http://localhost:${port}'], grants: [authorization_code, refresh_token] }`;

/** Logs in on the tenant's page with one click. */
export async function clickUser(page: Page, email = 'test-user@example.com'): Promise<void> {
  await page.getByRole('button', { name: email }).click();
}

/** Logs the declared user in by redirect, as in the documentation of auth0-spa-js. */
export async function logInByRedirect(page: Page, origin: string, { run, start }: SdkPage): Promise<void> {
  await run('void auth0.loginWithRedirect()');
  await page.waitForURL(/\/u\/login/);
  await clickUser(page);
  await page.waitForURL(`${origin}/?code=*`);
  await start();
  await run('auth0.handleRedirectCallback()');
}
