import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Page } from 'playwright-core';
import { afterFile } from '../../../tests/support/cleanup.ts';

const SDK = new URL('../auth0-spa-js.production.esm.js', import.meta.resolve('@auth0/auth0-spa-js'));

/**
 * Serves an empty page and auth0-spa-js for the tests of the file. A page without a loopback address would not do: Chromium
 * does not let it call one.
 */
export async function serveSdkPage(port: number): Promise<void> {
  const server = createServer(({ url }, response) => {
    if (url === '/sdk.js') response.setHeader('content-type', 'text/javascript').end(readFileSync(SDK));
    else response.setHeader('content-type', 'text/html').end('<!doctype html><title>An application</title>');
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  afterFile(() => server.close());
}

/** A test's steps with the SDK on such a page. */
export interface SdkPage {
  /** Creates the SDK's client, as `auth0`, on a loaded page. */
  readonly start: () => Promise<void>;
  /** Evaluates an expression, awaits a promise, and returns the `error` of an SDK error. */
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
