/**
 * `npm run bundle`: the web page, and every function into `dist`, one file each, and beside them what this machine's V8 compiles of
 * them: `node dist/start.cjs backup.cjs` starts sooner. `-- --without-compiled` leaves that to the Node that will run them.
 */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPage } from './build-page.ts';
import { bundleFunctions } from './bundle-functions.ts';
import { keepCompiled } from './keep-compiled.ts';

const outDir = fileURLToPath(new URL('../dist', import.meta.url));
buildPage();
const bundles = await bundleFunctions({ outDir, withSourceMap: true, withBrotli: true });
for (const { path, sizeBytes } of bundles) {
  console.log(`${relative(process.cwd(), path)}  ${Math.ceil(sizeBytes / 1024)} KiB`);
}
if (!process.argv.includes('--without-compiled')) await keepCompiled(outDir);
