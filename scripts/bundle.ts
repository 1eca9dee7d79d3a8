/**
 * `npm run bundle`: every function into `dist`, one file each, and `dist/compile-cache`, by which this machine's Node starts them
 * sooner (NODE_COMPILE_CACHE). `-- --without-compile-cache` leaves that to whoever will run them.
 */
import { rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleFunctions } from './bundle-functions.ts';
import { fillCompileCache } from './fill-compile-cache.ts';

const outDir = fileURLToPath(new URL('../dist', import.meta.url));
const bundles = await bundleFunctions({ outDir, withSourceMap: true });
for (const { path, sizeBytes } of bundles) {
  console.log(`${relative(process.cwd(), path)}  ${Math.ceil(sizeBytes / 1024)} KiB`);
}
if (!process.argv.includes('--without-compile-cache')) {
  const cacheDir = join(outDir, 'compile-cache');
  rmSync(cacheDir, { recursive: true, force: true });
  await fillCompileCache(outDir, cacheDir);
}
