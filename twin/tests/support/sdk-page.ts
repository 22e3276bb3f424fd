import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Page } from 'playwright-core';
import { afterFile } from '../../../tests/support/cleanup.ts';

const SDK = new URL('../auth0-spa-js.production.esm.js', import.meta.resolve('@auth0/auth0-spa-js'));

/**
 * Serves an empty page with auth0-spa-js beside it, for the tests of the file. A page that a test makes up has no loopback
 * address, and Chromium lets no other page call one.
 */
export async function serveSdkPage(port: number): Promise<void> {
  const server = createServer(({ url }, response) => {
    if (url === '/sdk.js') response.setHeader('content-type', 'text/javascript').end(readFileSync(SDK));
    else response.setHeader('content-type', 'text/html').end('<!doctype html><title>An application</title>');
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  afterFile(() => server.close());
}

/** What a test does with the SDK on such a page. */
export interface SdkPage {
  /** Makes the SDK's client, as `auth0`, on a page that was loaded. */
  readonly start: () => Promise<void>;
  /** Evaluates an expression; a promise is waited for, and an error of the SDK becomes its `error`. */
  readonly run: <T>(expression: string) => Promise<T>;
}

export function sdkPage(page: Page, settings: Readonly<Record<string, unknown>>): SdkPage {
  return {
    start: () =>
      page.evaluate(`import('/sdk.js').then((sdk) => {
        window.auth0 = new sdk.Auth0Client(${JSON.stringify(settings)});
      })`),
    run: (expression) => page.evaluate(`(async () => ${expression})().catch((error) => error.error ?? String(error))`),
  };
}
