/** The built files of the web page. A path is looked up in a list of the files that exist, so no path leads out of their folder. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';

export interface PageFile {
  readonly type: string;
  readonly etag: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same in Brotli, when the build has made it. */
  readonly brotli: Uint8Array<ArrayBuffer> | undefined;
}

/** By path, such as `/index.html`; undefined: there is no such file. */
export type PageFiles = (path: string) => Promise<PageFile | undefined>;

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
  '.yaml': 'application/yaml; charset=utf-8',
};

/** The folder is listed with the first request that finds it; the files are a few hundred KiB and stay in memory once read. */
export function createPageFiles(folder: string): PageFiles {
  let listed: Promise<ReadonlyMap<string, string>> | undefined;
  const read = new Map<string, Promise<PageFile>>();
  return async (path) => {
    const files = await (listed ??= listFiles(folder));
    // The page may be built while the function runs.
    if (files.size === 0) listed = undefined;
    const file = files.get(path);
    if (file === undefined) return undefined;
    const found = read.get(path) ?? readOne(file, files.get(`${path}.br`));
    read.set(path, found);
    return found;
  };
}

async function listFiles(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(files.map((file) => [`/${relative(folder, file).replaceAll('\\', '/')}`, file]));
}

async function readOne(file: string, brotliFile: string | undefined): Promise<PageFile> {
  const [bytes, brotli] = await Promise.all([
    readFile(file),
    brotliFile === undefined ? undefined : readFile(brotliFile),
  ]);
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  return { type: types[extname(file)] ?? 'application/octet-stream', etag, bytes, brotli };
}
