/**
 * What restore tests have said about the restore points of one claim: the newest judgement of each point, a few of each kind. Pure.
 * The order in which judgements arrive does not matter: of one point the younger one counts, and a repeat changes nothing.
 */
import * as z from 'zod';

const judgement = z.looseObject({
  /** Id of the restore point. */
  point: z.string(),
  outcome: z.enum(['verified', 'refuted']),
  /** When it was judged. */
  at: z.iso.datetime(),
  /** Of the data in the point. */
  dataAsOf: z.string().optional(),
  /** How far the proof goes: mounts, counts, checksums, application. */
  strength: z.string().optional(),
  /** Why it is weaker than it could be. */
  weaker: z.array(z.string()).optional(),
  /** From the start to the verdict: what a recovery takes. */
  totalMs: z.int().optional(),
  /** What it held when it was last proved; bytes as a decimal text. Kept when the point is refuted later. */
  files: z.int().optional(),
  bytes: z.string().optional(),
  /** Of a refuted one. */
  why: z.string().optional(),
});
export type Judgement = z.infer<typeof judgement>;

export const claimProof = z.looseObject({ namespace: z.string(), pvc: z.string(), points: z.array(judgement).max(64) });
export type ClaimProof = z.infer<typeof claimProof>;

/** So many are kept: the last proved point is the one that matters, the one before it stands in when that one is refuted. */
const maxVerified = 2;
const maxRefuted = 4;
const maxWhy = 120;

function youngestFirst(a: Judgement, b: Judgement): number {
  return b.at.localeCompare(a.at) || a.point.localeCompare(b.point);
}

/** Undefined: there is nothing to write. */
export function addJudgement(known: ClaimProof, added: Judgement): ClaimProof | undefined {
  const before = known.points.find(({ point }) => point === added.point);
  if (before !== undefined && before.at >= added.at) return undefined;
  const counted = added.files === undefined && before?.files !== undefined ? before : added;
  const next: Judgement = {
    ...added,
    ...(counted.files === undefined ? {} : { files: counted.files, bytes: counted.bytes }),
    ...(added.why === undefined ? {} : { why: added.why.slice(0, maxWhy) }),
  };
  const all = [next, ...known.points.filter((one) => one !== before)].toSorted(youngestFirst);
  const kept = [
    ...all.filter(({ outcome }) => outcome === 'verified').slice(0, maxVerified),
    ...all.filter(({ outcome }) => outcome === 'refuted').slice(0, maxRefuted),
  ];
  return { ...known, points: kept.toSorted(youngestFirst) };
}

/** The last proved one that nobody has refuted since. */
export function lastVerified({ points }: ClaimProof): Judgement | undefined {
  return points.toSorted(youngestFirst).find(({ outcome }) => outcome === 'verified');
}
