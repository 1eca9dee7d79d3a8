/**
 * Lines as `sha256sum` writes them: `<64 hex digits>  <path>`, the path relative to the claim's root. A line that begins with `\` has
 * `\\`, `\n` and `\r` in its name for a backslash, a line feed and a carriage return.
 */
import { StringDecoder } from 'node:string_decoder';
import { openInClaim, refusal } from './open-in-claim.ts';

export interface ManifestEntry {
  readonly path: string;
  readonly sha256: string;
}

/** The longest line: a path has 4096 bytes at most, and each may be escaped. */
const longestLine = 16_384;

export interface ManifestBounds {
  readonly bytes: number;
  /** The time spent in reading; the work on the lines does not count. */
  readonly ms: number;
  readonly nowMs: () => number;
}

/** Enough for seven million lines, and for the slowest volume to read them. */
export const manifestBounds: ManifestBounds = { bytes: 2 ** 30, ms: 600_000, nowMs: () => performance.now() };

/**
 * Yields one line at a time; undefined for a malformed line. Skips empty lines and comments (#). Throws the system's error, EFBIG
 * for a file that is too large, and ETIMEDOUT where reading takes too long.
 */
export async function* readManifest(
  root: string,
  path: string,
  bounds: ManifestBounds = manifestBounds,
): AsyncGenerator<ManifestEntry | undefined> {
  for await (const line of linesOf(root, path, bounds)) {
    if (line !== '' && !line.startsWith('#')) yield parseLine(line);
  }
}

const pieceBytes = 64 * 1024;

async function* piecesOf(root: string, path: string, { bytes, ms, nowMs }: ManifestBounds): AsyncGenerator<Buffer> {
  await using handle = await openInClaim(root, path);
  if ((await handle.stat()).size > bytes) throw refusal('EFBIG', 'too large for a manifest');
  const piece = Buffer.allocUnsafe(pieceBytes);
  let spentMs = 0;
  for (let left = bytes; left > 0;) {
    const beganMs = nowMs();
    const { bytesRead } = await handle.read(piece, 0, Math.min(pieceBytes, left));
    if (bytesRead === 0) return;
    spentMs += nowMs() - beganMs;
    if (spentMs > ms) throw refusal('ETIMEDOUT', 'reading the manifest takes too long');
    left -= bytesRead;
    yield piece.subarray(0, bytesRead);
  }
}

/** Ended by line feeds alone: other line ends may be part of a name. */
async function* linesOf(root: string, path: string, bounds: ManifestBounds): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const piece of piecesOf(root, path, bounds)) {
    const lines = `${rest}${decoder.write(piece)}`.split('\n');
    // A hole in the file is kept only as far as needed to see that it is not a line.
    rest = (lines.pop() ?? '').slice(0, longestLine);
    yield* lines.map(withoutReturn);
  }
  yield withoutReturn(`${rest}${decoder.end()}`);
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

export function parseLine(line: string): ManifestEntry | undefined {
  // No name holds a zero byte, and names that are not UTF-8 are not supported.
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
