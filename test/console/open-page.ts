/** A tab that fails the test when the page writes an error: a fault of the script, or something that its content policy refuses. */
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';

export interface OpenOptions {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: 'dark' | 'light';
}

export interface Tab {
  readonly page: Page;
  /** What the browser had to complain of. */
  readonly complaints: readonly string[];
}

export async function openTab(browser: Browser, options: OpenOptions = {}): Promise<Tab> {
  const { width = 1440, height = 900, theme = 'dark' } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    // axe comes into the page from outside, which the page’s own policy refuses.
    bypassCSP: false,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.addInitScript((chosen) => localStorage.setItem('soteria-theme', chosen), theme);
  return { page, complaints };
}

/** Serious and critical findings of axe on what is shown now. */
export async function expectAccessible(page: Page): Promise<void> {
  // An evaluated script is the debugger’s, not the page’s: the policy allows it.
  await page.evaluate(axe.source);
  const found = await page.evaluate(`axe.run(document, { resultTypes: ['violations'] })`);
  const { violations } = found as axe.AxeResults;
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(
    grave.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.map(({ html, failureSummary }) => [html, failureSummary]),
    })),
  ).toEqual([]);
}
