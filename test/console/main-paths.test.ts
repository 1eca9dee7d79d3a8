/** The main paths, in a real browser on the embedded product: back up and watch, prove, restore, be refused. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalBed, startLocalBed } from '../e2e/local-bed.ts';
import { isBrowserHere, startBrowser } from './browser.ts';
import { expectAccessible, openTab } from './open-page.ts';

describe.skipIf(!isBrowserHere())('the page', { timeout: 150_000 }, () => {
  let bed: LocalBed;
  let browser: Browser;
  beforeAll(async () => {
    [bed, browser] = await Promise.all([startLocalBed({ hasSample: true }), startBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await bed?.stop();
  });

  const open = async (path: string): Promise<Page> => {
    const { page } = await openTab(browser);
    page.setDefaultTimeout(100_000);
    await page.goto(`${bed.local.frontDoorUrl}${path}`);
    return page;
  };

  it('backs a claim up, and shows how it goes on and the point it has made', async () => {
    const page = await open('/claims/sample/notes');
    await page.getByText('There is none yet. A backup makes the first.').waitFor();
    await page.getByRole('button', { name: 'Back up now' }).click();
    await page.getByText('Recorded as').waitFor();
    await page.getByText('is complete and restorable').waitFor();
    await page.getByRole('link', { name: /Restore the point of/ }).waitFor();
    await expectAccessible(page);
  });

  it('proves the point', async () => {
    const page = await open('/claims/sample/notes');
    await page.getByRole('button', { name: 'Prove now' }).click();
    await page.getByText(/is proved: \d+ files/).waitFor();
    await page.getByText('proved (checksums) ·').first().waitFor();
  });

  it('refuses an existing claim as target, and says why before anything is sent', async () => {
    const page = await open('/restore?namespace=sample&pvc=notes&target_pvc=photos');
    await page.getByText('claim sample/photos exists; a restore never overwrites anything').waitFor();
    expect(await page.getByRole('button', { name: /Restore into/ }).isDisabled()).toBe(true);
    await page.getByLabel('New claim').fill('Notes');
    await page.getByText('only lower-case letters').waitFor();
    await expectAccessible(page);
    expect((await bed.listOperations()).filter(({ spec }) => spec.kind === 'Restore')).toEqual([]);
  });

  it('shows the plan, restores into a new claim, and says what comes next', async () => {
    const page = await open('/restore?namespace=sample&pvc=notes');
    await page.getByText('Nothing stands in the way.').waitFor();
    await page.getByRole('button', { name: 'Restore into sample/notes-restored' }).click();
    await page.getByText('Succeeded', { exact: true }).waitFor();
    await page.getByText('kubectl -n sample patch deployment').waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: /^soteria-restore-notes-restored-/ }).click();
    await page.getByRole('heading', { name: /Restore/ }).waitFor();
    await page.getByText('over HTTP').waitFor();
    await expectAccessible(page);
  });

  it('previews a policy while it is written, stores it, and lists it', async () => {
    const page = await open('/policies');
    await page.getByText('There is no policy yet').waitFor();
    await page.getByRole('link', { name: 'Write a policy' }).click();
    await page.getByRole('heading', { name: /claims match, 0 not/ }).waitFor();
    await expectAccessible(page);
    await page.getByLabel('Policy (YAML)').fill('id: nightly\nschedule: never');
    await page.getByRole('alert').waitFor();
    await page.goBack();
    await page.getByRole('link', { name: 'Write a policy' }).click();
    await page.getByRole('button', { name: 'Store it' }).click();
    await page.getByText('Stored.').waitFor();
    await page.getByRole('link', { name: 'Policies', exact: true }).first().click();
    await page.getByRole('link', { name: 'nightly' }).waitFor();
    await expectAccessible(page);
  });

  it('plans a namespace, claim by claim', async () => {
    const page = await open('/namespaces/sample');
    await page.getByText('sample-restored/notes').first().waitFor();
    await expectAccessible(page);
  });

  it('lists what was done, the restore points, and what is missing', async () => {
    const page = await open('/operations');
    await page.getByRole('link', { name: /Backup sample/ }).waitFor();
    await page.getByText('There is none: every event was accepted.').waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Restore points' }).click();
    await page.getByRole('searchbox').fill('notes');
    await page.getByText('proved (checksums) ·').first().waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Health' }).click();
    await page.getByText('The self-test has passed').waitFor();
    await page.getByText('no self-test has ended yet').waitFor();
    await expectAccessible(page);
  });
});
