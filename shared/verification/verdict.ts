/**
 * What a verification says at its end: compact JSON, small enough for a container's termination message, which Kubernetes cuts at
 * 4096 bytes. Written by `runner`, read from the Pod's status.
 */
import * as z from 'zod';

export const maxVerdictBytes = 4096;

/** `refuted`: a check has failed. `inconclusive`: none has failed, and one that was asked for could not be made. */
const outcome = z.enum(['verified', 'refuted', 'inconclusive']);

const check = z.object({
  name: z.string(),
  outcome: z.enum(['passed', 'failed', 'impossible']),
  detail: z.string(),
});

/** How far the proof goes, or, of a refuted one, the check that has failed; weakest first, each includes those before it. */
export const strengths = ['mounts', 'counts', 'checksums', 'application'] as const;

/** Why a proof is weaker than it could be: shown wherever the verdict is. */
export const weaknesses = {
  no_baseline: 'no baseline: weaker check. What the claim held when it was backed up was not recorded',
  older_baseline:
    'compared with what an earlier point of the claim held when it was last proved, not with what was recorded of this one',
  partly_recorded: 'files that have changed since the record in the claim was written were not compared with it',
  record_unread:
    'the record in the claim could not be read, or not every line of it: what it says there was not compared',
  no_verifier: 'no verifier was defined: only that the file system mounts and can be walked through was looked at',
  not_all_permitted: 'files that only their owner may read were counted, not read',
  nothing_read: 'no file was read whole: damage inside files would not be seen',
} as const;
export type Weakness = keyof typeof weaknesses;

const verdict = z.object({
  version: z.literal(1),
  outcome,
  strength: z.enum(strengths),
  weaker: z.array(z.string()),
  files: z.int(),
  folders: z.int(),
  bytes: z.int(),
  /** The manifest in the claim that the files were compared with. */
  manifest: z.string().optional(),
  /** Files read whole. */
  sampled: z.int(),
  /** SHA-256 over the sampled files' checksums, sorted by path: equal trees and seeds give equal digests. */
  sampleDigest: z.string().optional(),
  durationMs: z.int(),
  checks: z.array(check),
});
export type Verdict = z.infer<typeof verdict>;
export type VerdictCheck = Verdict['checks'][number];

const longestDetail = 240;
/** A check may be named after a file, and paths have no end. */
const longestName = 120;

/** Compact JSON of at most 4096 bytes: details are cut, then passed checks left out, then all but the first failure. */
export function encodeVerdict(full: Verdict): string {
  const cut = (length: number) =>
    full.checks.map((one) => ({ ...one, name: shorten(one.name, longestName), detail: shorten(one.detail, length) }));
  const candidates = [
    cut(longestDetail),
    cut(60),
    cut(60).filter((one) => one.outcome !== 'passed'),
    cut(60)
      .filter((one) => one.outcome !== 'passed')
      .slice(0, 8),
  ];
  const texts = candidates.map((checks) => JSON.stringify({ ...full, checks }));
  return texts.find((text) => Buffer.byteLength(text) <= maxVerdictBytes) ?? JSON.stringify({ ...full, checks: [] });
}

/** `undefined` for what is no verdict: a program that ended before it came to one, or was killed. */
export function parseVerdict(text: string): Verdict | undefined {
  try {
    return verdict.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Without half a surrogate pair at the cut. */
function shorten(text: string, length: number): string {
  const letters = Array.from(text.slice(0, length + 2));
  return text.length <= length ? text : `${letters.slice(0, length - 1).join('')}…`;
}
