/** Writes known bytes into an empty claim only: a claim with files may hold a user's data. */
import { mkdir, open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Verdict, VerdictCheck } from '@soteria/shared/verification/verdict.ts';
import { createHash } from 'node:crypto';
import { knownChunks, type KnownFile, knownFiles } from './known-bytes.ts';
import type { KnownOptions } from './options.ts';
import { codeOf, fileSystemOwn } from './walk-mount.ts';

/** `inconclusive` when nothing could be written. */
export async function writeKnown({ root, seed, bytes }: KnownOptions, nowMs: () => number): Promise<Verdict> {
  const startedMs = nowMs();
  const digest = createHash('sha256');
  let written: VerdictCheck = { name: 'written', outcome: 'passed', detail: `${bytes} bytes are on the volume` };
  try {
    const found = (await readdir(root)).filter((name) => name !== fileSystemOwn);
    if (found.length > 0) {
      const detail = `the claim is not empty, so nothing was written: it holds ${found.slice(0, 3).join(', ')}`;
      written = { name: 'empty', outcome: 'impossible', detail };
    } else for (const file of knownFiles(bytes)) await writeOne(root, seed, file, (chunk) => digest.update(chunk));
  } catch (error) {
    written = { name: 'written', outcome: 'impossible', detail: `the volume cannot be written to: ${codeOf(error)}` };
  }
  const isGood = written.outcome === 'passed';
  return knownVerdict(isGood ? 'verified' : 'inconclusive', {
    bytes: isGood ? bytes : 0,
    digest: isGood ? digest.digest('hex') : undefined,
    checks: [written],
    durationMs: Math.round(nowMs() - startedMs),
  });
}

async function writeOne(root: string, seed: string, file: KnownFile, onChunk: (chunk: Buffer) => void): Promise<void> {
  const path = join(root, file.path);
  await mkdir(dirname(path), { recursive: true });
  await using handle = await open(path, 'wx', 0o640);
  for (const chunk of knownChunks(seed, file)) {
    onChunk(chunk);
    await handle.writeFile(chunk);
  }
  // A backup holds the bytes on the volume, not the bytes in a node's cache.
  await handle.sync();
}

export interface KnownFacts {
  readonly bytes: number;
  readonly digest: string | undefined;
  readonly checks: readonly VerdictCheck[];
  readonly durationMs: number;
}

export function knownVerdict(outcome: Verdict['outcome'], { bytes, digest, checks, durationMs }: KnownFacts): Verdict {
  const files = bytes === 0 ? 0 : knownFiles(bytes).length;
  return {
    version: 1,
    outcome,
    strength: 'checksums',
    weaker: [],
    files,
    folders: files === 0 ? 0 : 2,
    bytes,
    sampled: files,
    ...(digest === undefined ? {} : { sampleDigest: digest }),
    durationMs,
    checks: [...checks],
  };
}
