/** Builds the console’s web page into `functions/console/page/dist`. */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const pageFolder = fileURLToPath(new URL('../functions/console/page', import.meta.url));

/** In a process of its own: React is built for production whatever NODE_ENV says here, such as `test`. */
export function buildPage(): void {
  const vite = dirname(createRequire(join(pageFolder, 'vite.config.ts')).resolve('vite/package.json'));
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(vite, 'bin/vite.js'), 'build', '--logLevel', 'error', '--config', join(pageFolder, 'vite.config.ts')],
    { cwd: pageFolder, encoding: 'utf8', env: { ...process.env, NODE_ENV: 'production' } },
  );
  if (status !== 0) throw new Error(`the web page does not build: ${stderr}`);
}

/** For `npm start` and the tests: builds when a file of the page is newer than what was built of it. */
export function buildPageIfOutdated(): void {
  const built = join(pageFolder, 'dist/index.html');
  const builtAt = existsSync(built) ? statSync(built).mtimeMs : 0;
  const sources = globSync('**/*.{ts,tsx,css,html,svg}', {
    cwd: pageFolder,
    exclude: (name) => name === 'dist' || name === 'node_modules',
  });
  if (sources.some((source) => statSync(join(pageFolder, source)).mtimeMs > builtAt)) buildPage();
}
