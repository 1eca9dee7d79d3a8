/** Once for all files of the folder: they look at the page as it is built. */
import { buildPageIfOutdated } from '../../scripts/build-page.ts';
import { isBrowserHere } from './browser.ts';

export function setup(): void {
  isBrowserHere();
  buildPageIfOutdated();
}
