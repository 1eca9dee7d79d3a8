/** `npm run bundle`: every function into `dist`, one file each. */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleFunctions } from './bundle-functions.ts';

const outDir = fileURLToPath(new URL('../dist', import.meta.url));
const bundles = await bundleFunctions({ outDir, withSourceMap: true });
for (const { path, sizeBytes } of bundles) {
  console.log(`${relative(process.cwd(), path)}  ${Math.ceil(sizeBytes / 1024)} KiB`);
}
