/** Lines as `sha256sum` writes them: `<64 hex digits>  <path>`, the path relative to the claim's root. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

export interface ManifestEntry {
  readonly path: string;
  readonly sha256: string;
}

/** One line at a time. What is no such line is passed over; Throws what the system says. */
export async function* readManifest(file: string): AsyncGenerator<ManifestEntry> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) {
    const entry = parseLine(line);
    if (entry !== undefined) yield entry;
  }
}

export function parseLine(line: string): ManifestEntry | undefined {
  const [, sha256, path] = /^([0-9a-f]{64}) [ *](?:\.\/)?(.+)$/.exec(line) ?? [];
  if (sha256 === undefined || path === undefined) return undefined;
  return path.startsWith('/') || path.split('/').includes('..') ? undefined : { path, sha256 };
}
