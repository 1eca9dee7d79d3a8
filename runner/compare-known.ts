/** Checks that the claim holds every known byte, and nothing else. */
import { createHash } from 'node:crypto';
import type { Verdict, VerdictCheck } from '@soteria/shared/verification/verdict.ts';
import { chunkBytes, knownChunks, type KnownFile, knownFiles } from './known-bytes.ts';
import type { KnownOptions } from './options.ts';
import { openInClaim } from './open-in-claim.ts';
import { codeOf, walkMount } from './walk-mount.ts';
import { knownVerdict } from './write-known.ts';

/** At most this many differences are listed. */
const maxTold = 8;

/** `refuted` when bytes are missing, different or added; `inconclusive` when a file exists and cannot be read. */
export async function compareKnown({ root, seed, bytes }: KnownOptions, nowMs: () => number): Promise<Verdict> {
  const startedMs = nowMs();
  const digest = createHash('sha256');
  const wanted = knownFiles(bytes);
  const checks: VerdictCheck[] = [];
  for (const file of wanted) {
    const check = await compareOne(root, seed, file, (chunk) => digest.update(chunk));
    if (check !== undefined) checks.push(check);
  }
  checks.push(...(await tooMuch(root, new Set(wanted.map(({ path }) => path)))));
  const isRefuted = checks.some(({ outcome }) => outcome === 'failed');
  const outcome = isRefuted ? 'refuted' : checks.length > 0 ? 'inconclusive' : 'verified';
  const all: VerdictCheck = { name: 'bytes_equal', outcome: 'passed', detail: `all ${bytes} bytes are as written` };
  return knownVerdict(outcome, {
    bytes,
    digest: outcome === 'verified' ? digest.digest('hex') : undefined,
    checks: outcome === 'verified' ? [all] : checks.slice(0, maxTold),
    durationMs: Math.round(nowMs() - startedMs),
  });
}

const missing = new Set(['ENOENT', 'ENOTDIR']);

async function compareOne(
  root: string,
  seed: string,
  file: KnownFile,
  onChunk: (chunk: Buffer) => void,
): Promise<VerdictCheck | undefined> {
  const differs = (detail: string): VerdictCheck => ({
    name: 'bytes_equal',
    outcome: 'failed',
    detail: `${file.path} ${detail}`,
  });
  try {
    await using handle = await openInClaim(root, file.path);
    const { size } = await handle.stat();
    if (size !== file.sizeBytes) return differs(`has ${size} bytes instead of ${file.sizeBytes}`);
    let offset = 0;
    for (const expected of knownChunks(seed, file)) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(chunkBytes), 0, expected.length, offset);
      const found = buffer.subarray(0, bytesRead);
      if (!expected.equals(found)) return differs(`differs at or after byte ${offset}`);
      onChunk(found);
      offset += bytesRead;
    }
    return undefined;
  } catch (error) {
    const code = codeOf(error);
    return missing.has(code)
      ? differs('is missing')
      : { name: 'readable', outcome: 'impossible', detail: `${file.path} cannot be read: ${code}` };
  }
}

async function tooMuch(root: string, known: ReadonlySet<string>): Promise<VerdictCheck[]> {
  const found: VerdictCheck[] = [];
  for await (const { type, path } of walkMount(root)) {
    if (found.length >= maxTold) break;
    if (type !== 'folder' && type !== 'unreadable' && !known.has(path)) {
      found.push({ name: 'bytes_equal', outcome: 'failed', detail: `${path} was never written` });
    }
  }
  return found;
}
