import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { afterFile } from '../../../tests/support/cleanup.ts';
import { freePort } from '../../../tests/support/free-port.ts';
import { ROOT } from '../../../tests/support/project.ts';
import { startForFile } from '../support/browser-suite.ts';
import { clickUser, spaClient, withClients } from '../support/login-twin.ts';
import type { TestTwin } from '../support/twin.ts';

const port = await freePort();
const guidePort = await freePort();
const ORIGIN = `http://localhost:${port}`;

let twin: TestTwin;
let page: Page;
const chromium = startForFile((started) => ({ twin, page } = started), {
  atPage: false,
  change: withClients(
    // As the reader writes it: without a URL to return to after the logout.
    spaClient(port).replace(/ logoutUrls: [^ ]+/, ''),
    spaClient(guidePort).replace('name: web', 'name: guide'),
  ),
});

describe.skipIf(chromium === undefined)('docs/login.md in a browser', () => {
  it('The login guide’s front end, bundled with its .env file, logs a user in and calls the API', async () => {
    const guide = readFileSync(new URL('docs/login.md', ROOT), 'utf8');
    const [, code = ''] = /```js\n([^]*?)```/.exec(guide) ?? [];
    const env = parseEnv(twin.project.read('.twin/dev/guide.env'));
    const { outputFiles } = await build({
      stdin: { contents: `${code}\ndocument.title = await response.text();`, resolveDir: fileURLToPath(ROOT) },
      bundle: true,
      write: false,
      format: 'esm',
      target: 'es2022',
      define: { 'import.meta.env': JSON.stringify(env) },
    });
    const script = outputFiles[0]?.text ?? '';
    const server = createServer(({ url }, response) => {
      if (url === '/page.js') response.setHeader('content-type', 'text/javascript').end(script);
      else response.setHeader('content-type', 'text/html').end('<script type="module" src="/page.js"></script>');
    });
    await new Promise<void>((resolve) => server.listen(guidePort, '127.0.0.1', resolve));
    afterFile(() => server.close());
    await page.goto(`http://localhost:${guidePort}`);
    await clickUser(page);
    await expect.poll(() => page.title()).toBe('"JWT test backend lambda"');
  });
});

describe.skipIf(chromium === undefined)('npm run example:spa in a browser', () => {
  const answer = (): Promise<string> => page.locator('#answer').innerText();
  const call = (): Promise<void> => page.getByRole('button', { name: 'Call the API' }).click();
  const renew = (): Promise<void> => page.getByRole('button', { name: 'Renew the token' }).click();

  beforeAll(async () => {
    const entry = fileURLToPath(new URL('examples/spa/serve.ts', ROOT));
    const child = spawn(process.execPath, [entry, '--client', 'web'], { cwd: twin.project.path });
    afterFile(() => child.kill());
    await once(child.stdout, 'data');
    await page.context().clearCookies();
    await page.goto(ORIGIN);
  });

  it('The example page shows the gateway’s 401 and its reason before the login', async () => {
    await call();
    await expect.poll(answer).toMatch(/^Status\n401\nBody\n{"message":"Unauthorized"}\nReason\nBearer\n/);
  });

  it('The example page logs the declared user in by one click and shows 200 "JWT test backend lambda"', async () => {
    await page.getByRole('button', { name: 'Log in' }).click();
    await clickUser(page);
    await expect.poll(answer).toContain('Status\n200\nBody\n"JWT test backend lambda"\n');
    expect(await answer()).toContain('Scopes of the token\nopenid profile email read:user offline_access\n');
    expect(await page.getByRole('status').innerText()).toBe('Logged in as test-user@example.com.');
    expect(page.url()).toBe(`${ORIGIN}/`);
  });

  it('The example page renews the token, and stays logged in after a reload', async () => {
    await renew();
    await expect.poll(answer).toContain('a new access token, without the user');
    await page.reload();
    await expect.poll(() => page.getByRole('status').innerText()).toBe('Logged in as test-user@example.com.');
  });

  it('The example page explains the 403 after the role has lost its permission', async () => {
    twin.project.edit('contract.ts', "reader: ['read:user']", 'reader: []');
    expect(await twin.reload()).toBe('changed');
    await renew();
    await expect.poll(answer).toContain('Scopes of the token\nopenid profile email offline_access\n');
    await call();
    await expect.poll(answer).toContain('Status\n403\nBody\n{"message":"Forbidden"}\nReason\n');
    expect(await answer()).toContain('error_description="expected scopes: [read:user]"');
    expect(await answer()).toContain('The browser kept this response from the page');
  });

  it('The example page logs out, after which a reload finds no user logged in', async () => {
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByText('You are logged out.').waitFor();
    await page.goto(ORIGIN);
    await expect.poll(() => page.getByRole('status').innerText()).toBe('Not logged in.');
  });
});
