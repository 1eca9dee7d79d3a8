/** The programs as the image holds them: the bundles, and beside them what Node compiled of them. */
import { join } from 'node:path';
import { type Bundle, bundleFunctions } from '../scripts/bundle-functions.ts';
import { fillCompileCache } from '../scripts/fill-compile-cache.ts';

export interface Shipped {
  readonly bundles: readonly Bundle[];
  /** Of the image. */
  readonly env: Readonly<Record<string, string>>;
}

export async function bundleAsShipped(outDir: string): Promise<Shipped> {
  const bundles = await bundleFunctions({ outDir });
  const cacheDir = join(outDir, 'compile-cache');
  await fillCompileCache(outDir, cacheDir);
  return { bundles, env: { NODE_ENV: 'production', NODE_COMPILE_CACHE: cacheDir } };
}
