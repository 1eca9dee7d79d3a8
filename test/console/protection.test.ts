/** The first screen, in a real browser: on the embedded product, and on answers of an installation that has run for months. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalBed, startLocalBed } from '../e2e/local-bed.ts';
import { isBrowserHere, startBrowser } from './browser.ts';
import { expectAccessible, openTab } from './open-page.ts';
import { manyClaims, sampleInventory } from './sample-inventory.ts';

describe.skipIf(!isBrowserHere())('the screen Protection', () => {
  let bed: LocalBed;
  let browser: Browser;
  beforeAll(async () => {
    [bed, browser] = await Promise.all([startLocalBed({ hasSample: true }), startBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await bed?.stop();
  });

  const open = async (path: string, answer?: object, options = {}) => {
    const tab = await openTab(browser, options);
    if (answer !== undefined) await tab.page.route('**/v1/inventory*', (route) => route.fulfill({ json: answer }));
    await tab.page.goto(`${bed.local.frontDoorUrl}${path}`);
    return tab;
  };

  it('says what is true of the product it runs on: nothing is evaluated yet, and why', async () => {
    const { page, complaints } = await open('/');
    await page.getByRole('heading', { name: 'No policy has been evaluated yet.' }).waitFor();
    const claim = page.getByRole('article', { name: 'sample/notes' });
    await claim.getByText('no evaluation of the policies has looked at it yet').waitFor();
    await claim.getByText('never backed up').waitFor();
    const figures = page.getByRole('region', { name: 'Is everything safe?' });
    await figures.getByText('0 of 2 proved').waitFor();
    expect(await figures.getByText('–', { exact: true }).count()).toBe(2);
    await expectAccessible(page);
    expect(complaints).toEqual([]);
  });

  it('names the worst claim first, with its reason and its fix', async () => {
    const { page } = await open('/', sampleInventory({ now: Date.now() }));
    await page.getByRole('heading', { name: '2 claims are not safe.' }).waitFor();
    await page.getByText('13 of 15 proved').waitFor();
    const names = await page
      .getByRole('article')
      .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
    expect(names.slice(0, 2)).toEqual(['monitoring/prometheus-db-0', 'media/movies']);
    await page.getByRole('article', { name: 'media/movies' }).getByText('create the bucket').waitFor();
    await expectAccessible(page);
  });

  it('keeps filter, search and grouping in the address', async () => {
    const { page } = await open('/', sampleInventory({ now: Date.now() }));
    await page.getByRole('button', { name: /Late/ }).click();
    expect(new URL(page.url()).search).toBe('?health=late');
    expect(await page.getByRole('article').count()).toBe(1);
    await page.getByRole('button', { name: /All/ }).click();
    await page.getByRole('searchbox').fill('media nightly');
    await page.getByRole('button', { name: 'By namespace' }).click();
    expect(new URL(page.url()).search).toBe('?q=media+nightly&group=namespace');
    await page.reload();
    await page.getByRole('heading', { level: 2, name: /media/ }).waitFor();
    expect(await page.getByRole('article').count()).toBe(3);
  });

  it('holds ten thousand claims, and only those in sight in the document', async () => {
    const { page } = await open('/', manyClaims(Date.now(), 10_000));
    await page.getByRole('article').first().waitFor();
    expect(await page.getByRole('article').count()).toBeLessThan(60);
    await page.evaluate('window.scrollTo(0, document.body.scrollHeight)');
    await page.waitForFunction(`document.querySelectorAll('article').length > 3`);
    expect(await page.getByRole('article').count()).toBeLessThan(60);
    await page.getByRole('searchbox').fill('team-499/claim-19');
    await page.getByRole('article', { name: 'team-499/claim-19' }).waitFor();
  });

  it('shows what it has, and says so, when the console does not answer any more', async () => {
    const { page } = await open('/', sampleInventory({ now: Date.now() }));
    await page.getByRole('heading', { name: '2 claims are not safe.' }).waitFor();
    await page.unrouteAll();
    await page.route('**/v1/inventory*', (route) =>
      route.fulfill({ status: 500, json: { code: 'internal', what: 'it broke', why: 'a test', fix: 'none' } }),
    );
    // What is older than five seconds is read again when the viewer comes back to the tab.
    await page.waitForTimeout(5_200);
    await page.evaluate(`window.dispatchEvent(new Event('visibilitychange'))`);
    await page.getByText('This is from').waitFor({ timeout: 45_000 });
    await page.getByRole('heading', { name: '2 claims are not safe.' }).waitFor();
  });

  it('is whole on a phone: nothing is wider than the screen', async () => {
    const { page } = await open('/', sampleInventory({ now: Date.now() }), { width: 360, height: 740 });
    await page.getByRole('article').first().waitFor();
    expect(
      await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
    ).toBeLessThanOrEqual(0);
    await expectAccessible(page);
  });
});
