/** Puts the built web page, and the documents about the API, where the bundled `console` looks for them. */
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

/** Below this the headers weigh more than what is saved. */
const minBytes = 1024;

/** Of `docs`: what the function answers about its own API. */
const documents = ['openapi.json', 'asyncapi.yaml', 'api.html', 'api.css'];

/** `from` need not exist: then the page is not built, and the function says so. */
export function copyPage(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  if (!existsSync(from)) return;
  cpSync(from, to, { recursive: true });
}

export function copyDocuments(docs: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of documents) cpSync(join(docs, name), join(to, name));
}

/** What compresses well, also in Brotli, where the build of the page has not done so. It takes seconds. */
export function compressIn(folder: string): void {
  for (const name of globSync('**/*.{html,js,css,svg,json,yaml,webmanifest}', { cwd: folder })) {
    const file = join(folder, name);
    if (existsSync(`${file}.br`)) continue;
    const bytes = readFileSync(file);
    const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
    if (bytes.length >= minBytes) writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }));
  }
}
