import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openPage } from '../../src/page/open.ts';
import { startTwin } from '../../src/server/serve.ts';
import { chromiumOrNot, launch, openAt } from '../support/browser.ts';
import { steps } from '../support/page-steps.ts';
import { copyShippedProject, ROOT } from '../../../tests/support/project.ts';

/** `npm run screenshots`: the two pictures of the README, `docs/page-light.png` and `docs/page-dark.png`. */
async function main(executable: string): Promise<void> {
  const project = copyShippedProject();
  // The usual ports, since they are to be seen.
  const twin = await startTwin({
    root: project.root,
    stack: 'dev',
    port: 3000,
    tenantPort: 3001,
    onEvent: (event) => {
      if (event.kind === 'defect') console.error(event.error);
    },
    page: openPage,
  });
  const browser = await launch(executable);
  mkdirSync(new URL('docs/', ROOT), { recursive: true });
  try {
    for (const colorScheme of ['light', 'dark'] as const) {
      const viewport = { width: 1320, height: 820 };
      const { page, close } = await openAt(browser, twin.pageUrl, { colorScheme, viewport });
      const { chooseCaller, others, getToken, call, outcome, tick } = steps(page);
      await chooseCaller('user `test-user@example.com` through `test-app` (password)');
      await others().fill('delete:user');
      await call();
      await outcome().waitFor();
      await getToken();
      await page.getByText('A token, without any scope').waitFor();
      await call();
      await page.locator('.advice').waitFor();
      // Light from the top, dark where the refusal is explained.
      if (colorScheme === 'light') {
        await tick('read:user');
        await getToken();
        await page.getByText('A token with the scope read:user').waitFor();
        await page.getByRole('heading', { level: 1 }).scrollIntoViewIfNeeded();
      } else {
        await page.evaluate("document.querySelector('.call').closest('form').scrollIntoView()");
      }
      // The list is told of what happens a moment later.
      await page.getByText(colorScheme === 'light' ? '4 requests.' : '7 requests.').waitFor();
      await page.screenshot({ path: fileURLToPath(new URL(`docs/page-${colorScheme}.png`, ROOT)) });
      await close();
    }
  } finally {
    await browser.close();
    await twin.close();
    project.remove();
  }
}

const executable = chromiumOrNot();
if (executable === undefined) process.exitCode = 1;
else await main(executable);
