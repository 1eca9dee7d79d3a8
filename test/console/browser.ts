/** A real browser: the system’s Chromium, driven by playwright-core. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome'];

/** Its path; undefined: this machine has none. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const folders = (env['PATH'] ?? '').split(delimiter);
  const candidates = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return [env['CHROMIUM'] ?? '', ...candidates].find((path) => path !== '' && existsSync(path));
}

export const whyNoChromium =
  'no Chromium on the PATH: install the package chromium, or name the program in CHROMIUM. REQUIRE_CHROMIUM=1 makes this a failure.';

/** Throws where there is no Chromium and the tests may not do without. */
export function isBrowserHere(env: NodeJS.ProcessEnv = process.env): boolean {
  const isHere = findChromium(env) !== undefined;
  if (!isHere && env['REQUIRE_CHROMIUM'] === '1') throw new Error(whyNoChromium);
  if (!isHere) console.warn(`THE PAGE WAS NOT TESTED IN A BROWSER: ${whyNoChromium}`);
  return isHere;
}

/** It looks nothing up and calls nobody but the page. */
const quiet = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
];

export async function startBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(whyNoChromium);
  // The tests run as root in a container, where Chromium has no sandbox of its own.
  return chromium.launch({
    executablePath,
    args: [...quiet, '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
}
