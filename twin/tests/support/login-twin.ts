import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import type { ProjectCopy } from '../../../tests/support/project.ts';

/** A port that is free now, for a callback that must be declared before it is served. */
export function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

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

/** Logs in on the tenant's page by one click. */
export async function clickUser(page: Page, email = 'test-user@example.com'): Promise<void> {
  await page.getByRole('button', { name: email }).click();
}
