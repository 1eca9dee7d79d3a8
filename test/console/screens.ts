/**
 * `node test/console/screens.ts ADDRESS [NAME]`: pictures of every screen, or of one, in both themes and as a phone shows them, into docs/images. The
 * first screen shows an installation that has run for months; the others show the product that answers at ADDRESS.
 */
import { join } from 'node:path';
import { startBrowser } from './browser.ts';
import { openTab } from './open-page.ts';
import { sampleInventory } from './sample-inventory.ts';

const [address = 'http://127.0.0.1:8080', only] = process.argv.slice(2);
const folder = join(import.meta.dirname, '../../docs/images');

const screens: readonly {
  readonly name: string;
  readonly path: string;
  readonly until: string;
  readonly isSample?: boolean;
}[] = [
  { name: 'protection', path: '/', until: 'claims are not safe', isSample: true },
  { name: 'claim', path: '/claims/sample/notes', until: 'is complete and restorable' },
  { name: 'restore', path: '/restore?namespace=sample&pvc=notes', until: 'Nothing stands in the way' },
  { name: 'operations', path: '/operations', until: 'every event was accepted' },
  { name: 'points', path: '/points', until: '· Soteria' },
  { name: 'policy', path: '/policies/draft', until: 'Next runs' },
  { name: 'health', path: '/health', until: 'self-test' },
];
const shapes = [
  { suffix: '', width: 1280, height: 800, theme: 'dark' },
  { suffix: '-light', width: 1280, height: 800, theme: 'light' },
  { suffix: '-phone', width: 390, height: 780, theme: 'dark' },
] as const;

const browser = await startBrowser();
for (const shape of shapes) {
  for (const { name, path, until, isSample = false } of screens) {
    if (only !== undefined && only !== name) continue;
    const { page } = await openTab(browser, shape);
    if (isSample) {
      await page.route('**/v1/inventory*', (route) => route.fulfill({ json: sampleInventory({ now: Date.now() }) }));
    }
    await page.goto(`${address}${path}`);
    await page.getByText(until).first().waitFor({ timeout: 60_000 });
    await page.waitForTimeout(500);
    await page.screenshot({ path: join(folder, `console-${name}${shape.suffix}.png`) });
    await page.context().close();
  }
}
await browser.close();
