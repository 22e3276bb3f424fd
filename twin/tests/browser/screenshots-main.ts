import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openPage } from '../../src/page/open.ts';
import { startTwin } from '../../src/server/serve.ts';
import { chromiumOrNot, launch, openAt } from '../support/browser.ts';
import { enlargeTo, SIZES } from '../support/page-sizes.ts';
import { copyShippedProject, ROOT } from '../../../tests/support/project.ts';

/** Widths with the heights of such windows, in pixels. */
const WINDOWS = [
  [390, 844],
  [1280, 800],
  [1920, 1080],
] as const;

/** Of all pictures, the two of the README. */
const SHOWN = '4 × 7';
const SHOWN_WIDTH = 1280;

/**
 * `npm run screenshots`: the page at three widths and with three sizes of program, light and dark, in `coverage/page`, each
 * after one click on a cell; and the two pictures of the README, `docs/page-light.png` and `docs/page-dark.png`.
 */
async function main(executable: string): Promise<void> {
  const browser = await launch(executable);
  const folder = new URL('coverage/page/', ROOT);
  mkdirSync(folder, { recursive: true });
  for (const size of SIZES) {
    const project = copyShippedProject();
    enlargeTo(size, project);
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
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const [width, height] of WINDOWS) {
        const { page, close } = await openAt(browser, twin.pageUrl, { colorScheme, viewport: { width, height } });
        await page.locator('.matrix td.bad').first().waitFor();
        // Users are the last columns, and only those in view are drawn.
        await page.evaluate("document.querySelector('.matrix').scrollTo(1e4, 0)");
        // The last column, which is the caller without a token.
        await page.locator('.matrix [aria-label*="no token"]').first().waitFor();
        const cells = page.locator('.matrix [data-y]').nth(1).locator('[aria-label*=lacks]');
        // A user's 403 explains more than a 401 does; the smallest program has only that.
        await (size === '1 × 4' ? page.locator('.matrix td.bad').first() : cells.last()).click();
        await page.locator('.outcome .verdict').waitFor();
        // The list is told of what happens a moment later.
        await page.locator('.log .entry').first().waitFor();
        await page.evaluate("document.querySelector('.matrix').scrollTo(0, 0)");
        await page.waitForTimeout(500);
        const name = `${size.replaceAll(' ', '')}-${width}-${colorScheme}.png`;
        const isShown = size === SHOWN && width === SHOWN_WIDTH;
        const path = isShown ? new URL(`docs/page-${colorScheme}.png`, ROOT) : new URL(name, folder);
        await page.screenshot({ path: fileURLToPath(path) });
        await close();
      }
    }
    await twin.close();
    project.remove();
  }
  await browser.close();
}

const executable = chromiumOrNot();
if (executable === undefined) process.exitCode = 1;
else await main(executable);
