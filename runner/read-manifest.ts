/**
 * Lines as `sha256sum` writes them: `<64 hex digits>  <path>`, the path relative to the claim's root. A line that begins with `\` has
 * `\\`, `\n` and `\r` in its name for a backslash, a line feed and a carriage return.
 */
import { createReadStream } from 'node:fs';

export interface ManifestEntry {
  readonly path: string;
  readonly sha256: string;
}

/** No line is longer: a path has 4096 bytes at most, and each may be escaped. */
const longestLine = 16_384;

/** One line at a time; undefined for what is no such line. Empty lines and comments (#) are passed over. Throws what the system says. */
export async function* readManifest(file: string): AsyncGenerator<ManifestEntry | undefined> {
  for await (const line of linesOf(file)) if (line !== '' && !line.startsWith('#')) yield parseLine(line);
}

/** Ended by line feeds alone: other line ends may be part of a name. */
async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of createReadStream(file, { encoding: 'utf8' }) as AsyncIterable<string>) {
    const lines = `${rest}${piece}`.split('\n');
    // Of a hole in the file nothing more is kept than tells that it is no line.
    rest = (lines.pop() ?? '').slice(0, longestLine);
    yield* lines.map(withoutReturn);
  }
  yield withoutReturn(rest);
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

export function parseLine(line: string): ManifestEntry | undefined {
  // No name holds a zero byte, and one that is not UTF-8 cannot be told here.
  const [, escape, sha256, text] = /^(\\?)([0-9a-fA-F]{64}) [ *]([^\0\uFFFD]+)$/.exec(line) ?? [];
  if (sha256 === undefined || text === undefined || line.length >= longestLine) return undefined;
  const path = (escape === '' ? text : unescape(text))?.replace(/^\.\//, '');
  if (path === undefined || path === '' || path.startsWith('/') || path.split('/').includes('..')) return undefined;
  return { path, sha256: sha256.toLowerCase() };
}

const unescaped: Readonly<Record<string, string>> = { '\\\\': '\\', '\\n': '\n', '\\r': '\r' };

function unescape(text: string): string | undefined {
  if (!/^(?:[^\\]|\\[\\nr])*$/.test(text)) return undefined;
  return text.replaceAll(/\\[\\nr]/g, (pair) => unescaped[pair] ?? pair);
}
