import { chromiumOrNot } from './browser.ts';

/** Before the tests, so that it is said once and not by each file. */
export function setup(): void {
  chromiumOrNot();
}
