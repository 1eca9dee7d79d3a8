/** Puts the built web page where the bundled `console` looks for it, with what compresses well also in Brotli. */
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

/** Below this the headers weigh more than what is saved. */
const minBytes = 1024;

/** `from` need not exist: then the page is not built, and the function says so. */
export function copyPage(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  if (!existsSync(from)) return;
  cpSync(from, to, { recursive: true });
  for (const name of globSync('**/*.{html,js,css,svg,json,webmanifest}', { cwd: to })) {
    const file = join(to, name);
    if (existsSync(`${file}.br`)) continue;
    const bytes = readFileSync(file);
    const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
    if (bytes.length >= minBytes) writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }));
  }
}
